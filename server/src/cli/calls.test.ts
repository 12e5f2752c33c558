import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { accountEnv, writeEnv } from '#app/env-files.ts'
import { startTrial, type Caller, type Trial } from '#app/trial.ts'
import { run } from './program.ts'

const shop = '+12025550100'
const alice = '+12025550101'
const busy = '+12025550102'

describe('calls from a terminal', () => {
  let folder: string
  let trial: Trial
  let url: string
  let own: Caller
  let agent: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cli-calls-'))
    trial = await startTrial({ port: 0 })
    url = await trial.app.listen()
  })
  afterAll(async () => {
    await trial.stop()
    rmSync(folder, { recursive: true })
  })
  beforeEach(async () => {
    own = await trial.account('own', 'test')
    if (own.made) writeEnv(folder, 'own', accountEnv(url, own.made))
    await type('numbers', 'add', shop)
    const made = await type('agents', 'create', 'Ann', '--welcome', 'Hello {name}!', '--line', 'Fine?', '--json')
    agent = JSON.parse(made.out).id
  })

  let told: (line: string) => void = () => {}

  async function type(...argv: readonly string[]) {
    const out: string[] = []
    const errors: string[] = []
    const code = await run(['--account', 'own', '--data', folder, ...argv], {
      settings: { data: folder, folder },
      out: (text) => {
        out.push(text)
        told(text)
      },
      error: (text) => errors.push(text),
      serve: async () => {},
    })
    return { code, out: out.join('\n'), errors: errors.join('\n') }
  }
  const pass = (by: string) => own.post('/clock/advance', { by })
  const placed = async (to: string) => JSON.parse((await type('call', to, '--no-follow', '--json')).out).id as string

  test('are placed and watched to their end', async () => {
    const accepted = Promise.withResolvers<void>()
    told = (line) => line.includes('queued') && accepted.resolve()
    const watching = type('call', alice, '--with', 'name=Alice')
    await accepted.promise
    await pass('PT10M')
    const { code, out, errors } = await watching
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(out).toMatch(/^session_\w+ {2}\(Ctrl-C stops watching/)
    expect(out).toContain('Its clock stands still')
    for (const move of [
      'queued > dialing',
      'dialing > ringing',
      'ringing > live',
      'live > wrapping',
      'wrapping > ended',
    ])
      expect(out).toContain(move)
    expect(out).toContain(`${shop} > ${alice}: Hello Alice!`)
    expect(out).toMatch(/is ended, because: .*\ncame to completed: .*, after \d+ s\n/)
    expect(out).toMatch(/will never change$/)
  })

  test('as JSON are one document, however long they were watched', async () => {
    const watching = type('call', busy, '--agent', agent, '--no-retry', '--json')
    await vi.waitFor(async () => expect((await own.get('/sessions')).body.sessions).toHaveLength(1))
    await pass('PT10M')
    expect(JSON.parse((await watching).out)).toMatchObject({ state: 'ended', outcome: 'busy', end: { cause: 'busy' } })
  })

  test('are listed and shown, with what happened and what was said', async () => {
    const id = await placed(alice)
    await pass('PT10M')
    expect((await type('calls')).out).toMatch(new RegExp(`^${id} +ended +completed .*\\${shop} +\\${alice} +Ann`, 'm'))
    expect((await type('calls', 'list', '--outcome', 'busy')).out).toBe('(none)')
    const shown = (await type('calls', 'show', id)).out
    expect(shown).toContain(`${id}  outbound, ${shop} to ${alice}, agent "Ann"`)
    expect(shown).toMatch(/session\.moved +ringing > live .*because: /)
    expect(shown).toMatch(/^agent {2}Hello \{?/m)
    expect(JSON.parse((await type('calls', 'show', id, '--json')).out)).toMatchObject({
      session: { id },
      timeline: expect.any(Array),
      transcript: expect.any(Array),
    })
  })

  test('come in from a simulated caller', async () => {
    const number = JSON.parse((await type('numbers', 'list', '--json')).out).phoneNumbers[0].id
    expect((await type('numbers', 'attach', number, agent)).out).toContain(`answered by ${agent}`)
    const called = await type('call-in', '--from', alice, '--to', shop, '--no-follow')
    expect(called.out).toMatch(new RegExp(`^session_\\w+ {2}inbound, \\${alice} to \\${shop}`))
  })

  test('are ended from here, and slots say who holds them', async () => {
    const id = await placed('+12025550107')
    await pass('PT8S')
    expect((await type('slots')).out).toMatch(
      new RegExp(`^1 of \\d+ slots are held, 0 wait\\.\n\n.*\n1 +${id} +default .*live with`),
    )
    expect((await type('hang-up', id, '--note', 'enough')).out).toMatch(
      /came to completed: .*request_hangup[^]*note: enough/,
    )
    const waiting = JSON.parse(
      (await type('call', alice, '--at', '2999-01-01T00:00:00Z', '--no-follow', '--json')).out || '{}',
    )
    expect(waiting).toEqual({})
  })

  test('of a list are made, tried, scheduled, seen and stopped', async () => {
    writeFileSync(join(folder, 'people.csv'), `to,name\n${alice},Alice\nnobody,Bob\n${busy},Carol\n`)
    const made = (await type('batch', 'create', 'people.csv', '--agent', agent)).out
    expect(made).toMatch(/^batch_\w+ has 2 calls of 3 rows\.\nSee what is wrong with the others: /)
    const id = made.split(' ', 1)[0] ?? ''
    expect((await type('batch', 'rejected', id)).out).toMatch(/^2 +the number is not .* nobody,Bob$/m)
    await pass('PT1S')
    expect((await type('batch', 'dry-run', id)).out).toMatch(/^2 would be dialled\n1 would be skipped, because: /)
    expect((await type('batch', 'schedule', id)).out).toContain(`${id} "people.csv" is `)
    await pass('PT20M')
    expect((await type('batch', 'show', id)).out).toMatch(/is completed[^]*2 calls of 3 rows, 2 have ended\n/)
    expect((await type('calls', 'list', '--batch', id)).out.split('\n')).toHaveLength(3)
    expect((await type('batch', 'stop', id)).errors).toContain('nothing to stop')
    expect((await type('batch', 'list')).out).toMatch(new RegExp(`^${id} +completed +people.csv +2 +2 `, 'm'))
    expect((await type('batch', 'delete', id)).out).toBe(`${id} is deleted.`)
  })

  test('have phones with scripts of one’s own', async () => {
    writeFileSync(join(folder, 'script.json'), JSON.stringify([{ do: 'ring' }, { do: 'reject', because: 'busy' }]))
    expect((await type('phones', 'set', '+12025550120', 'script.json')).out).toBe('+12025550120: ring, reject')
    expect((await type('phones')).out).toMatch(/^\+12025550120 +ring, reject$/m)
    const id = await placed('+12025550120')
    await pass('PT1M')
    expect((await type('calls', 'show', id)).out).toContain('came to busy')
    expect((await type('phones', 'reset', '+12025550120')).out).toContain('ordinary')
  })

  test('have errors as JSON under --json, as the server told them', async () => {
    const wrong = await type('call', 'alice', '--no-follow', '--json')
    expect(wrong).toMatchObject({ code: 1, out: '' })
    expect(JSON.parse(wrong.errors)).toEqual({
      error: {
        code: 'invalid',
        message: expect.stringContaining('E.164'),
        status: 400,
        field: 'to',
        retryable: false,
        requestId: expect.any(String),
      },
    })
    expect(JSON.parse((await type('calls', 'show', '--json')).errors)).toEqual({
      error: { code: 'usage', message: "missing required argument 'id'" },
    })
    expect(JSON.parse((await type('batch', '--json')).errors)).toMatchObject({ error: { code: 'usage' } })
    expect(JSON.parse((await type('call', alice, '--at', 'soon', '--json')).errors)).toMatchObject({
      error: { code: 'invalid', field: 'dueAt' },
    })
    const nobody = JSON.parse((await type('slots', '--json', '--url', 'http://127.0.0.1:9')).errors)
    expect(nobody).toMatchObject({ error: { code: 'unreachable', retryable: true } })
  })
})
