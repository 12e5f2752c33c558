// openapi-python-client makes a package from /openapi.json, which the tour is driven with.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { must, pythonPackages } from './installing.mjs'

const tour = fileURLToPath(new URL('./tour.py', import.meta.url))

/** What it cannot make anything of, and need not: JSON lines. */
const unreadable = 'application/x-ndjson'

export function run({ url, token }) {
  const bin = pythonPackages('openapi-python-client==0.29.1')
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-python-'))
  try {
    const made = join(folder, 'made')
    generate(bin, `${url}/openapi.json`, made)
    must(join(bin, 'python'), ['-m', 'compileall', '-q', made])
    const env = { ...process.env, PYTHONPATH: folder, ANYREACH_BASE_URL: url, ANYREACH_TOKEN: token }
    must(join(bin, 'python'), [tour], { env })
    return 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function generate(bin, document, made) {
  const words = ['generate', '--url', document, '--output-path', made, '--meta', 'none']
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
  const { status, stdout } = spawnSync(join(bin, 'openapi-python-client'), words, { encoding: 'utf8', env })
  const warnings = stdout.split(/^(?=WARNING)/m).slice(1)
  const told = warnings.filter((warning) => !warning.includes(unreadable))
  if (status !== 0 || told.length > 0)
    throw new Error(`The package could not be made whole:\n${told.join('') || stdout}`)
}
