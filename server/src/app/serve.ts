import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { compose } from './compose.ts'
import { readServerOptions } from './config.ts'
import { welcome } from './first-start.ts'
import { OptionError } from './options.ts'
import { stopOnSignals } from './signals.ts'

/**
 * Serves until it is told to stop. Says `listening on URL` on standard output when it is ready, after what to paste on a
 * first start; everything else goes to standard error.
 */
export async function serve(given?: readonly string[]): Promise<void> {
  const request = readServerOptions(given)
  if (request.help) {
    process.stdout.write(`${request.text}\n`)
    return
  }
  const { options } = request
  if (options.storage === 'memory' && existsSync(join(options.data, 'colloquy.db')))
    throw new OptionError(
      `${options.data} holds a store, whose *.env files a memory store would overwrite: choose another folder with --data.`,
    )
  const app = await compose(options)
  stopOnSignals(
    () => app.stop(),
    (line) => app.parts.log.info({}, line),
  )
  const url = await app.listen()
  const text = await welcome(app.services, options.data, url, app.adminKey)
  process.stdout.write(`${text}${text && '\n'}listening on ${url}\n`)
}

if (import.meta.main)
  serve().catch((error: unknown) => {
    const expected = error instanceof OptionError || (error instanceof Error && error.name === 'StoreRefused')
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    const text = isTaken
      ? 'The port is taken by another program: stop that one, or choose another with --port (0 takes a free one).'
      : expected || !(error instanceof Error)
        ? String(error instanceof Error ? error.message : error)
        : (error.stack ?? error.message)
    process.stderr.write(`${text}\n`)
    process.exitCode = 1
    process.exit()
  })
