import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEnv } from './env-files.ts'

const program = fileURLToPath(new URL('./serve.ts', import.meta.url))

/** Starts a server process; answers when it says where it listens. */
async function start(data: string, ...more: string[]) {
  const child = spawn(process.execPath, [program, '--port', '0', '--data', data, ...more])
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    const [, url] = /^listening on (\S+)$/.exec(line) ?? []
    if (url !== undefined) return { child, url, lines }
  }
  throw new Error(`It ended: ${lines.join('\n')}`)
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<number | string> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return code ?? signal ?? ''
}

describe('a server process', () => {
  let data: string
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'serve-'))
  })
  afterEach(() => rmSync(data, { recursive: true, force: true }))

  test('makes two accounts on its first start only, and stops in order when told', async () => {
    const first = await start(data)
    expect(first.lines.join('\n')).toContain('Account dev')
    const dev = readEnv(data, 'dev')
    expect(Object.keys(dev ?? {})).toEqual([
      'COLLOQUY_URL',
      'COLLOQUY_KEY',
      'TWILIO_ACCOUNT_SID',
      'TWILIO_AUTH_TOKEN',
      'TWILIO_API_KEY',
      'TWILIO_API_SECRET',
      'BOLNA_BASE_URL',
      'BOLNA_API_KEY',
      'ANYREACH_BASE_URL',
      'ANYREACH_TOKEN',
    ])
    expect(dev).toMatchObject({
      COLLOQUY_URL: first.url,
      COLLOQUY_KEY: `${dev?.['TWILIO_API_KEY']}.${dev?.['TWILIO_API_SECRET']}`,
    })
    expect(first.lines.join('\n')).toContain(dev?.['COLLOQUY_KEY'])
    const modes = ['dev', 'test', 'admin'].map((name) => statSync(join(data, `${name}.env`)).mode & 0o777)
    expect(modes).toEqual(Array(3).fill(process.platform === 'win32' ? 0o666 : 0o600))
    const clock = await fetch(`${first.url}/api/v1/clock`, {
      headers: { authorization: `Bearer ${dev?.['COLLOQUY_KEY']}` },
    })
    expect(await clock.json()).toMatchObject({ kind: 'wall' })
    const testClock = await fetch(`${first.url}/api/v1/clock`, {
      headers: { authorization: `Bearer ${readEnv(data, 'test')?.['COLLOQUY_KEY']}` },
    })
    expect(await testClock.json()).toMatchObject({ kind: 'test' })
    first.child.kill('SIGTERM')
    expect(await ended(first.child)).toBe(0)

    const second = await start(data)
    expect(second.lines).toEqual([`listening on ${second.url}`])
    expect(readEnv(data, 'dev')).toEqual({
      ...dev,
      COLLOQUY_URL: second.url,
      BOLNA_BASE_URL: second.url,
      ANYREACH_BASE_URL: second.url,
    })
    second.child.kill('SIGTERM')
    expect(await ended(second.child)).toBe(0)
  })

  test('says in one sentence why it cannot start', async () => {
    const running = await start(data, '--storage', 'memory')
    const port = new URL(running.url).port
    const failures: [string[], string][] = [
      [['--prot', '1'], 'Did you mean --port?'],
      [['--port', port, '--data', join(data, 'other')], 'The port is taken'],
    ]
    for (const [given, sentence] of failures) {
      const child = spawn(process.execPath, [program, ...given])
      const text = (await child.stderr.toArray()).join('')
      expect(text).toContain(sentence)
      expect(text.trim().split('\n')).toHaveLength(1)
      expect(child.exitCode ?? (await ended(child))).toBe(1)
    }
    running.child.kill('SIGTERM')
    expect(await ended(running.child)).toBe(0)
  })

  test('refuses a memory store beside a kept one, whose credentials it would overwrite', async () => {
    const kept = await start(data)
    kept.child.kill('SIGTERM')
    await ended(kept.child)
    const before = readFileSync(join(data, 'dev.env'), 'utf8')
    const child = spawn(process.execPath, [program, '--port', '0', '--storage', 'memory', '--data', data])
    expect((await child.stderr.toArray()).join('')).toContain('choose another folder with --data')
    expect(readFileSync(join(data, 'dev.env'), 'utf8')).toBe(before)
  })
})
