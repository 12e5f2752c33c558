import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountEnv, writeEnv } from '#app/env-files.ts'
import { startTrial, type Caller, type Trial } from '#app/trial.ts'
import { run } from './program.ts'

describe('chats from a terminal', () => {
  let folder: string
  let trial: Trial
  let own: Caller
  let agent: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cli-chat-'))
    trial = await startTrial({ port: 0 })
    const url = await trial.app.listen()
    own = await trial.account('own', 'test')
    if (own.made) writeEnv(folder, 'own', accountEnv(url, own.made))
    const speech = { by: 'script', lines: ['We open\nat nine.', 'At six.'], goodbye: 'Goodbye.' }
    agent = (await own.post('/agents', { name: 'Ann', welcome: 'Hello {name}!', speech })).body.id
  })
  afterAll(async () => {
    await trial.stop()
    rmSync(folder, { recursive: true })
  })

  /** Runs it with these lines piped in. `stop`: Ctrl-C when they were read. */
  async function chat(lines: readonly string[], argv: readonly string[] = [], stop?: AbortController) {
    const out: string[] = []
    const errors: string[] = []
    const code = await run(['--account', 'own', '--data', folder, 'chat', ...argv], {
      settings: { data: folder, folder },
      out: (text) => out.push(text),
      error: (text) => errors.push(text),
      serve: async () => {},
      input: async function* () {
        yield* lines
        stop?.abort()
      },
      ...(stop && { signal: stop.signal }),
    })
    return { code, out: out.join('\n'), errors: errors.join('\n') }
  }
  const sessionIn = (out: string): string => /session_\w{26}/.exec(out)?.[0] ?? ''

  test('a line is a message, /end ends it and what follows is not sent', async () => {
    const { code, out } = await chat(
      ['When do you open?', '', '/end', 'lost'],
      ['--user', 'alice', '--with', 'name=Al'],
    )
    expect(code).toBe(0)
    expect(out.split('\n').slice(1)).toEqual([
      'agent  Hello Al!',
      'agent  We open',
      'agent  at nine.',
      'came to completed: hung up by request',
    ])
    const { body } = await own.get(`/sessions/${sessionIn(out)}`)
    expect(body).toMatchObject({ user: 'alice', agent: { id: agent }, outcome: 'completed', userTurns: 1 })
  })

  test('the end of the input ends it; as JSON only the whole is told', async () => {
    const { out } = await chat(['When?'], ['--json', '--agent', agent, '--context', 'gold'])
    const told = JSON.parse(out)
    expect(told).toMatchObject({ session: { outcome: 'completed', context: 'gold' }, summary: null })
    expect(told.items).toHaveLength(3)
  })

  test('the agent ends it: nothing more is sent', async () => {
    const { out } = await chat(['bye', 'lost'])
    expect(out).toMatch(/agent {2}Goodbye\.\ncame to completed: the agent ended it$/)
  })

  test('Ctrl-C leaves it open', async () => {
    const { code, out } = await chat(['When?'], [], new AbortController())
    expect(code).toBe(0)
    expect(out).toMatch(/goes on\.$/)
    expect((await own.get(`/sessions/${sessionIn(out)}`)).body.state).toBe('live')
  })

  test('an agent that cannot answer is said so, and the next line is sent all the same', async () => {
    const speech = { by: 'http', url: 'http://127.0.0.1:1/', timeoutMs: 1_000 }
    const broken = (await own.post('/agents', { name: 'Bob', welcome: 'Hi', speech })).body.id
    const { code, out } = await chat(['one', 'two'], ['--agent', broken])
    expect(code).toBe(0)
    expect(out.match(/could not answer/g)).toHaveLength(2)
    expect(out).toMatch(/came to completed/)
    const many = await chat(['one'])
    expect([many.code, many.errors]).toEqual([1, expect.stringContaining('--agent')])
  })
})
