// Programs that are no dependencies of ours, in node_modules/.cache.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cache = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'node_modules/.cache')
const windows = process.platform === 'win32'

/** A folder with these npm packages (`name@version`). */
export function npmPackages(...packages) {
  return installed(`strangers-${packages.join('-').replaceAll(/[/@]/g, '_')}`, (folder) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    must('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], {
      cwd: folder,
      shell: windows,
    })
  })
}

/** The folder of the programs of a Python of its own with these packages (`name==version`). */
export function pythonPackages(...packages) {
  const folder = installed(`strangers-${packages.join('-').replaceAll('==', '_')}`, (fresh) => {
    must('python3', ['-m', 'venv', fresh])
    must(join(fresh, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages])
  })
  return join(folder, windows ? 'Scripts' : 'bin')
}

/** Runs a program where it is to be seen; throws unless it succeeds. */
export function must(program, words, options = {}) {
  const { status, error } = spawnSync(program, words, { stdio: ['ignore', 2, 2], ...options })
  if (status !== 0)
    throw new Error(`"${[program, ...words].join(' ')}" failed: ${error?.message ?? `status ${status}`}`)
}

/** Made in its place, since a virtual environment knows where it is; what was interrupted is made anew. */
function installed(name, make) {
  const folder = join(cache, name)
  const mark = join(folder, '.installed')
  if (existsSync(mark)) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  make(folder)
  writeFileSync(`${mark}.new`, '')
  renameSync(`${mark}.new`, mark)
  return folder
}
