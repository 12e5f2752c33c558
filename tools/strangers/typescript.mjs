// openapi-typescript makes types from /openapi.json; the tour has to compile with them and to run.
import { mkdtempSync, rmSync, cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { must, npmPackages } from './installing.mjs'

const tour = fileURLToPath(new URL('./tour.mts', import.meta.url))
const settings = {
  compilerOptions: {
    strict: true,
    outDir: 'out',
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom'],
    skipLibCheck: true,
    types: ['node'],
    rewriteRelativeImportExtensions: true,
  },
  include: ['tour.mts'],
}

export function run({ url, token }) {
  const packages = npmPackages(
    'openapi-typescript@7.13.0',
    'openapi-fetch@0.17.0',
    'typescript@5.9.3',
    '@types/node@24.0.0',
  )
  // Inside their folder, so that the tour finds them.
  const folder = mkdtempSync(join(packages, 'run-'))
  try {
    const program = (name, ...words) =>
      must(process.execPath, [join(packages, 'node_modules', name), ...words], { cwd: folder })
    program('openapi-typescript/bin/cli.js', `${url}/openapi.json`, '--output', 'api.d.ts')
    cpSync(tour, join(folder, 'tour.mts'))
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    program('typescript/bin/tsc', '--project', 'tsconfig.json')
    must(process.execPath, [join(folder, 'out/tour.mjs')], {
      env: { ...process.env, ANYREACH_BASE_URL: url, ANYREACH_TOKEN: token },
    })
    return 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
