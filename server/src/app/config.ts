import { isAbsolute, resolve } from 'node:path'
import { compileOptions, flags, OptionError, type Options } from './options.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What was asked of the program: to serve with these options, or to say how it is used. */
export type Request =
  | { readonly help: false; readonly options: Options }
  | { readonly help: true; readonly text: string }

/**
 * Reads the options of the server: an argument wins over the environment, and that over the default.
 * Throws OptionError with a sentence that says what to do.
 */
export function readServerOptions(
  given: readonly string[] = process.argv.slice(2),
  env: Environment = process.env,
): Request {
  if (given.includes('--help') || given.includes('-h')) return { help: true, text: usage() }
  const said: [name: string, text: string][] = Object.keys(flags).flatMap((name) => {
    const text = env[variable(name)]
    return text === undefined || text === '' ? [] : [[name, text]]
  })
  said.push(...readArguments(given))
  const options = said.reduce<Partial<Options>>((all, [name, text]) => ({ ...all, ...flags[name]?.read(text) }), {})
  return { help: false, options: compileOptions({ ...options, ...(options.data && { data: resolve(options.data) }) }) }
}

/** Tells threads started from now on where compiled programs are kept. */
export function tellThreadsOfCompiled(folder: string, env: Record<string, string | undefined> = process.env): void {
  env['NODE_COMPILE_CACHE'] ??= folder
}

/** What a command line client finds in the environment. */
export interface ClientSettings {
  readonly url?: string
  readonly key?: string
  readonly adminKey?: string
  readonly data: string
  /** The folder the user typed the command in (npm runs programs elsewhere). */
  readonly folder: string
}

/** Reads what the command line tool needs to reach a server. */
export function readClientSettings(env: Environment = process.env): ClientSettings {
  return {
    ...(env['COLLOQUY_URL'] && { url: env['COLLOQUY_URL'] }),
    ...(env['COLLOQUY_KEY'] && { key: env['COLLOQUY_KEY'] }),
    ...(env['COLLOQUY_ADMIN_KEY'] && { adminKey: env['COLLOQUY_ADMIN_KEY'] }),
    data: resolve(env['COLLOQUY_DATA'] ?? './data'),
    folder: env['INIT_CWD'] && isAbsolute(env['INIT_CWD']) ? env['INIT_CWD'] : resolve('.'),
  }
}

/** The help text of the server. */
export function usage(): string {
  const rows = Object.entries(flags).map(([name, { value, about }]) => `  ${`--${name} ${value}`.padEnd(42)}${about}`)
  return [
    'Usage: npm start -- [options]',
    '',
    ...rows,
    '',
    'Each option can also be set as an environment variable: --rate-limit as COLLOQUY_RATE_LIMIT.',
    'Example: npm start -- --port 8080 --data /var/lib/colloquy',
  ].join('\n')
}

function readArguments(given: readonly string[]): [name: string, text: string][] {
  const said: [name: string, text: string][] = []
  for (let i = 0; i < given.length; i++) {
    const argument = given[i] ?? ''
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? []
    if (name === undefined)
      throw new OptionError(`"${argument}" is not an option. Options are written --name VALUE; --help lists them.`)
    if (!Object.hasOwn(flags, name))
      throw new OptionError(`There is no option --${name}.${suggestion(name)} --help lists all.`)
    const text = inline ?? given[++i]
    if (text === undefined || (inline === undefined && text.startsWith('--')))
      throw new OptionError(`--${name} needs a value: --${name} ${flags[name]?.value}.`)
    said.push([name, text])
  }
  return said
}

function variable(name: string): string {
  return `COLLOQUY_${name.toUpperCase().replaceAll('-', '_')}`
}

function suggestion(name: string): string {
  const nearest = Object.keys(flags)
    .map((known) => ({ known, far: distance(name, known) }))
    .sort((one, other) => one.far - other.far)[0]
  return nearest !== undefined && nearest.far <= 3 ? ` Did you mean --${nearest.known}?` : ''
}

/** How many letters must be changed, added or left out to make one word of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
