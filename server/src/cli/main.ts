import { createInterface } from 'node:readline'
import { readClientSettings } from '#app/config.ts'
import { serve } from '#app/serve.ts'
import { run } from './program.ts'

const stopped = new AbortController()
const argv = process.argv.slice(2)
if (argv[0] !== 'serve') process.once('SIGINT', () => stopped.abort())
// Whoever reads what is printed may have enough of it, like head: a server serves on, all others are done.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (argv[0] !== 'serve') process.exit()
  })
process.exitCode = await run(argv, {
  settings: readClientSettings(),
  out: (text) => process.stdout.write(`${text}\n`),
  error: (text) => process.stderr.write(`${text}\n`),
  serve,
  input: () => {
    const lines = createInterface({ input: process.stdin })
    stopped.signal.addEventListener('abort', () => lines.close())
    return lines
  },
  signal: stopped.signal,
})
