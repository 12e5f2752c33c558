import { readClientSettings } from '#app/config.ts'
import { serve } from '#app/serve.ts'
import { run } from './program.ts'

const stopped = new AbortController()
const argv = process.argv.slice(2)
if (argv[0] !== 'serve') process.once('SIGINT', () => stopped.abort())
process.exitCode = await run(argv, {
  settings: readClientSettings(),
  out: (text) => process.stdout.write(`${text}\n`),
  error: (text) => process.stderr.write(`${text}\n`),
  serve,
  signal: stopped.signal,
})
