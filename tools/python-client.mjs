// Installs the vendor's Python client that some tests drive, once, and prints the path of the Python that has it.
// Without Python the tests that need it are skipped; COLLOQUY_REQUIRE_PYTHON=1 makes its absence an error.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const client = 'twilio==9.13.0'
const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules/.cache')
const folder = join(cache, `python-${client.replace('==', '-')}`)
const inside = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python'

/** The Python that has the client, or the sentence that says why there is none. */
export function pythonClient() {
  const python = join(folder, inside)
  if (existsSync(python) && spawnSync(python, ['-c', 'import twilio']).status === 0) return { python }
  const missing = install()
  if (missing && process.env.COLLOQUY_REQUIRE_PYTHON === '1') throw new Error(missing)
  return missing ? { missing } : { python }
}

function install() {
  const system = ['python3', 'python'].find(
    (name) => spawnSync(name, ['-c', 'import sys; assert sys.version_info >= (3, 8)']).status === 0,
  )
  if (!system) return 'Python 3.8 or newer is not installed.'
  // Made beside its place and moved there whole, so that an interrupted or a second run leaves no half of it.
  const fresh = `${folder}.${process.pid}`
  mkdirSync(cache, { recursive: true })
  console.error(`Installing the Python client ${client}, once.`)
  try {
    const failure =
      failed('python3 -m venv', system, ['-m', 'venv', fresh]) ??
      failed(`pip install ${client}`, join(fresh, inside), [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        client,
      ])
    if (failure) return failure
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
    return undefined
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

function failed(what, program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000 })
  if (status === 0) return undefined
  return `"${what}" failed: ${error?.message ?? (stderr.trim() || stdout.trim()).split('\n').at(-1)}`
}

/** Before a test run: hands what was found to the tests, which read it with inject('pythonClient'). */
export default function setup(project) {
  const found = pythonClient()
  if (found.missing) console.warn(`\nSKIPPED: tests of the Python client. ${found.missing}\n`)
  project.provide('pythonClient', found)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { python, missing } = pythonClient()
  if (missing) console.error(missing)
  else console.log(python)
  process.exitCode = missing ? 1 : 0
}
