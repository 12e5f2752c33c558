import { existsSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'
import type { Options } from './options.ts'

/** Where tools/run.mjs keeps compiled programs, too. */
const compiled = join(import.meta.dirname, '../../../node_modules/.cache/node')

/**
 * Serves until it is told to stop. Says `listening on URL` on standard output when it is ready, after what to paste on a
 * first start; everything else goes to standard error. What keeps it from starting is said in a sentence, with exit code 1.
 *
 * All else is loaded when it is needed: only what is loaded after this line is found compiled at the next start.
 */
export async function serve(given?: readonly string[]): Promise<void> {
  enableCompileCache(compiled) // does nothing where the folder cannot be written
  try {
    const { readServerOptions, tellThreadsOfCompiled } = await import('./config.ts')
    tellThreadsOfCompiled(compiled)
    const request = readServerOptions(given)
    if (request.help) process.stdout.write(`${request.text}\n`)
    else await start(request.options)
  } catch (error) {
    process.stderr.write(`${explained(error)}\n`)
    process.exit(1)
  }
}

async function start(options: Options): Promise<void> {
  if (options.storage === 'memory' && existsSync(join(options.data, 'colloquy.db'))) {
    const { OptionError } = await import('./options.ts')
    throw new OptionError(
      `${options.data} holds a store, whose *.env files a memory store would overwrite: choose another folder with --data.`,
    )
  }
  const [{ compose }, { welcome }] = await Promise.all([import('./compose.ts'), import('./first-start.ts')])
  const app = await compose(options)
  const { stopOnSignals } = await import('./signals.ts')
  stopOnSignals(
    () => app.stop(),
    (line) => app.parts.log.info({}, line),
  )
  await app.listen(async (url) => {
    const text = await welcome(app.services, options.data, url, app.adminKey)
    process.stdout.write(`${text}${text && '\n'}listening on ${url}\n`)
  })
  flushCompileCache() // now, since a process that is killed writes nothing
}

function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'EADDRINUSE')
    return 'The port is taken by another program: stop that one, or choose another with --port (0 takes a free one).'
  const isExpected = error.name === 'OptionError' || error.name === 'StoreRefused'
  return isExpected ? error.message : (error.stack ?? error.message)
}

if (import.meta.main) await serve()
