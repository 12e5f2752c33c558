// A server of this tree in a folder of its own, for as long as a program needs it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const runner = fileURLToPath(new URL('../run.mjs', import.meta.url))

/** Its URL and the AnyReach token of its first account, once it listens. */
export async function serve() {
  const data = mkdtempSync(join(tmpdir(), 'colloquy-strangers-'))
  const words = [
    runner,
    'server/src/app/serve.ts',
    '--port',
    '0',
    '--data',
    data,
    '--rate-limit',
    'off',
    '--log-level',
    'error',
  ]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const chunk of child.stdout) {
    said += chunk
    if (/listening on http/.test(said)) break
  }
  if (!/listening on http/.test(said)) throw new Error(`The server did not start:\n${said}`)
  const env = readFileSync(join(data, 'dev.env'), 'utf8')
  const named = (name) => new RegExp(`^${name}=(.*)$`, 'm').exec(env)?.[1]
  return {
    url: named('ANYREACH_BASE_URL'),
    token: named('ANYREACH_TOKEN'),
    stop: async () => {
      const gone = once(child, 'exit')
      child.kill()
      await gone
      rmSync(data, { recursive: true, force: true })
    },
  }
}
