import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../src/app/serve.ts', import.meta.url))

/** A server in a process of its own, which can be killed. */
export class ServerProcess {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  /** Resolves when it says that it is listening. */
  static async start(data: string, options: readonly string[] = []): Promise<ServerProcess> {
    const args = [entry, '--port', '0', '--data', data, '--rate-limit', 'off', '--log-level', 'error', ...options]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const url = await new Promise<string>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        said += chunk.toString()
        const listening = /listening on (http:\S+)/.exec(said)?.[1]
        if (listening !== undefined) resolve(listening)
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it was ready:\n${said}`)))
    })
    return new ServerProcess(child, url)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve()
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve())
      this.#child.kill(signal)
    })
  }
}

/** The credentials the first start has written. */
export function readEnv(data: string, account: 'dev' | 'test' | 'admin'): Readonly<Record<string, string>> {
  const lines = readFileSync(join(data, `${account}.env`), 'utf8').split('\n')
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^(?:export )?([A-Z_]+)=["']?([^"']*)["']?$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    }),
  )
}
