// Runs a program on the Node this repository pins, first installing what node_modules lacks. Needs Node >= 18 and npm.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
const root = dirname(dirname(fileURLToPath(import.meta.url))),
  windows = process.platform === 'win32'
const json = (path) => {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'))
  } catch {
    return undefined
  }
}
function installed() {
  // npm's own record of node_modules against the lock file
  const have = json('node_modules/.package-lock.json')?.packages
  return (
    have &&
    Object.entries(json('package-lock.json').packages).every(
      ([path, want]) =>
        !path.includes('node_modules/') ||
        (have[path]
          ? want.link || (have[path].version === want.version && have[path].integrity === want.integrity)
          : want.optional || want.devOptional || want.peer),
    )
  )
}
function install() {
  console.error('Installing dependencies (npm ci), once.')
  const cli = process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : undefined
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    options = { cwd: root, stdio: ['ignore', 2, 2], shell: windows && !cli }
  const { status } = cli ? spawnSync(process.execPath, [cli, ...args], options) : spawnSync('npm', args, options)
  if (status !== 0) process.exit(status ?? 1)
}
function node() {
  // the pinned one where npm has a build that runs here, or else this one if it is new enough
  for (const prefix of ['node', 'node-bin']) {
    const path = join(
      root,
      'node_modules',
      `${prefix}-${windows ? 'win' : process.platform}-${process.arch}`,
      'bin',
      windows ? 'node.exe' : 'node',
    )
    if (existsSync(path) && spawnSync(path, ['-v']).status === 0) return path
  }
  const floor = Number(/\d+/.exec(json('server/package.json').engines.node)[0])
  if (parseInt(process.versions.node) >= floor) return process.execPath
  throw new Error(
    `Needs Node ${floor}: npm has no build for ${process.platform}-${process.arch}, and this is ${process.version}.`,
  )
}
function file(name) {
  // a file of ours, or the program of that name which a dependency of the root brings
  if (/\.m?[jt]s$/.test(name)) return join(root, name)
  for (const dependency of Object.keys(json('package.json').devDependencies)) {
    const bin = json(`node_modules/${dependency}/package.json`)?.bin,
      path = typeof bin === 'string' ? dependency === name && bin : bin?.[name]
    if (path) return join(root, 'node_modules', dependency, path)
  }
  throw new Error(`No program ${name} among the dependencies.`)
}
if (!installed()) install()
const [name, ...args] = process.argv.slice(2),
  program = node(),
  parent = process.ppid
const env = {
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node'),
  ...process.env,
  PATH: dirname(program) + delimiter + process.env.PATH,
}
const child = spawn(program, [file(name), ...args], { cwd: root, stdio: 'inherit', env })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
setInterval(() => process.ppid === parent || child.kill(), 200).unref() // npm's shell tells us no signal: stop when it is gone
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
