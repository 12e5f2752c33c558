import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** The shell blocks of the README in order, each with the output that is promised right after it. */
const steps = [...readme.matchAll(/^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms)].map(
  ([, typed = '', shown]) => ({ typed, shown }),
)
const [start, ...tour] = steps

/** A promised line, where `…` stands for anything. */
function pattern(line: string): RegExp {
  const pieces = line.split(/\s*…\s*/).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, ' +'))
  return new RegExp(`^\\s*${pieces.join('.*')}\\s*$`)
}

// Without a shell and curl nobody could type it.
const isTypable = ['sh', 'curl'].every((program) => spawnSync(program, ['-c', ':']).error === undefined)

/**
 * Types the README into a shell, word for word, against a fresh server. Only where it listens and keeps its data is
 * another: `data` and `node_modules` lie in a folder of the test's own.
 */
describe.skipIf(!isTypable)('the five-minute tour of the README', () => {
  let folder: string
  let server: ChildProcess | undefined
  const path = `${join(process.execPath, '..')}:${process.env['PATH']}`
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tour-'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const env = { ...process.env, PATH: path, COLLOQUY_PORT: '0', COLLOQUY_DATA: join(folder, 'data') }
    server = spawn('sh', ['-c', `exec ${start?.typed}`], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] })
    for await (const line of createInterface(server.stdout ?? process.stdin))
      if (line.startsWith('listening on ')) break
  }, 60_000)
  afterAll(async () => {
    const exited = server && once(server, 'exit')
    server?.kill('SIGTERM')
    await exited
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  })

  test('begins with the command that starts the server', () => {
    expect(start?.typed).toBe('npm start\n')
    expect(tour.length).toBeGreaterThan(4)
    expect(tour.every(({ shown }) => shown !== undefined)).toBe(true)
  })

  test('runs word for word and shows what it promises', () => {
    const marker = '--- next step ---'
    const script = tour.map(({ typed }) => `${typed}\necho; echo '${marker}'`).join('\n')
    const { HOME } = process.env
    const { stdout, stderr, status } = spawnSync('sh', ['-e', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: path, ...(HOME && { HOME }) },
    })
    expect(status, stderr).toBe(0)
    const outputs = stdout.split(marker)
    for (const [i, { shown = '' }] of tour.entries()) {
      const lines = (outputs[i] ?? '').trim().split('\n')
      const promised = shown.trim().split('\n')
      expect(lines, `after:\n${tour[i]?.typed}`).toHaveLength(promised.length)
      for (const [j, line] of promised.entries()) expect(lines[j]).toMatch(pattern(line))
    }
  }, 60_000)
})
