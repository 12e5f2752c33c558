// Lets other people's programs loose on this server: clients that they generate from its description, and their fuzzer.
// They are installed into node_modules/.cache, once. Help: npm run strangers -- --help
import { serve } from './strangers/server.mjs'

const programs = {
  typescript: {
    load: () => import('./strangers/typescript.mjs'),
    about: 'openapi-typescript makes a client, which drives the tour',
  },
  python: {
    load: () => import('./strangers/python.mjs'),
    about: 'openapi-python-client makes a client, which drives the tour',
  },
  fuzz: {
    load: () => import('./strangers/fuzz.mjs'),
    about: 'schemathesis looks for undocumented answers (--cases N, 100)',
  },
}

const [name, ...given] = process.argv.slice(2)
const program = programs[name]
if (!program) {
  const lines = Object.entries(programs).map(([one, { about }]) => `  ${one.padEnd(12)}${about}`)
  console.log(
    ['Usage: npm run strangers -- PROGRAM [--url URL --token TOKEN] [--cases N] [--only TEXT]', '', ...lines].join(
      '\n',
    ),
  )
  process.exit(name === '--help' ? 0 : 1)
}
const options = read(given)
const server = options.url ? { url: options.url, token: options.token, stop: async () => {} } : await serve()
try {
  const { run } = await program.load()
  process.exitCode = await run({ ...options, url: server.url, token: server.token })
} finally {
  await server.stop()
}

/** `--name value` pairs. */
function read(words) {
  const options = {}
  for (let i = 0; i < words.length; i += 2) {
    if (!words[i]?.startsWith('--') || words[i + 1] === undefined)
      throw new Error(`Options are written --name VALUE: ${words[i]}`)
    options[words[i].slice(2)] = words[i + 1]
  }
  return options
}
