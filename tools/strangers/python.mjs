// openapi-python-client makes a package from /openapi.json, which the tour is driven with.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { must, pythonPackages } from './installing.mjs'

const tour = fileURLToPath(new URL('./tour.py', import.meta.url))

export function run({ url, token }) {
  const bin = pythonPackages('openapi-python-client==0.29.1')
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-python-'))
  try {
    const made = join(folder, 'made')
    must(
      join(bin, 'openapi-python-client'),
      ['generate', '--url', `${url}/openapi.json`, '--output-path', made, '--meta', 'none', '--fail-on-warning'],
      { env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } },
    )
    must(join(bin, 'python'), ['-m', 'compileall', '-q', made])
    const env = { ...process.env, PYTHONPATH: folder, ANYREACH_BASE_URL: url, ANYREACH_TOKEN: token }
    must(join(bin, 'python'), [tour], { env })
    return 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
