import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTrial, type Caller, type Trial } from '#app/trial.ts'
import * as wire from './wire/sessions.ts'

describe('chats', () => {
  let trial: Trial
  let shopkeeper: Caller
  let agentId: string
  beforeAll(async () => {
    trial = await startTrial()
  })
  afterAll(() => trial.stop())
  beforeEach(async () => {
    shopkeeper = await trial.account('shop', 'test')
    agentId = (
      await shopkeeper.post('/agents', {
        name: 'Ann',
        welcome: 'Hello {name}!',
        speech: { by: 'script', lines: ['We open at nine.', 'At six.'], goodbye: 'Goodbye.' },
      })
    ).body.id
  })

  const open = (more: object = {}, headers = {}) =>
    shopkeeper.post('/sessions', { kind: 'text', agentId, user: 'alice', ...more }, headers)
  const say = (id: string, text: unknown, more: object = {}) =>
    shopkeeper.post(`/sessions/${id}/messages`, { text, ...more })

  test('are opened with a greeting, answered, read and ended', async () => {
    const opened = await open({ data: { name: 'Alice' }, context: 'gold plan' })
    expect(opened.status).toBe(201)
    expect(wire.opened.safeParse(opened.body).error).toBeUndefined()
    expect(opened.body).toMatchObject({
      id: expect.stringMatching(/^session_[0-9a-z]{26}$/),
      kind: 'text',
      state: 'live',
      direction: 'inbound',
      user: 'alice',
      from: 'alice',
      to: agentId,
      context: 'gold plan',
      greeting: 'Hello Alice!',
      userTurns: 0,
    })
    const { id } = opened.body
    const answered = await say(id, 'When do you open?', { rich: true })
    expect(answered.status).toBe(200)
    expect(wire.answered.safeParse(answered.body).error).toBeUndefined()
    expect(answered.body).toMatchObject({
      reply: 'We open at nine.',
      toolCalls: [],
      widgets: [],
      session: { id, state: 'live', userTurns: 1 },
    })
    const read = (await shopkeeper.get(`/sessions/${id}/transcript`)).body
    expect(wire.transcript.safeParse(read).error).toBeUndefined()
    expect(read.transcript).toEqual([
      { who: 'agent', text: 'Hello Alice!' },
      { who: 'user', text: 'When do you open?' },
      { who: 'agent', text: 'We open at nine.' },
    ])
    expect(read.items[2]).toEqual({
      is: 'turn',
      who: 'agent',
      text: 'We open at nine.',
      at: expect.stringMatching(/Z$/),
      took: { totalMs: expect.any(Number) },
    })
    const ended = await shopkeeper.post(`/sessions/${id}/hang-up`)
    expect(ended.body).toMatchObject({ outcome: 'completed', summary: null, end: { cause: 'request_hangup' } })
    expect((await shopkeeper.post(`/sessions/${id}/hang-up`)).status).toBe(200)
    expect(await say(id, 'hello?')).toMatchObject({ status: 409, body: { code: 'closed' } })
  })

  test('an order sent again under its key or reference finds its chat; another order does not', async () => {
    const key = { 'idempotency-key': 'order-1' }
    const first = await open({}, key)
    const again = await open({}, key)
    expect([first.status, again.status, again.body.id]).toEqual([201, 201, first.body.id])
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(again.body.greeting).toBe(first.body.greeting)
    expect(await open({ user: 'bob' }, key)).toMatchObject({
      status: 409,
      body: { code: 'in_use', conflicting: first.body.id },
    })
    const named = await open({ reference: 'r-1' })
    expect(named.body.reference).toBe('r-1')
    expect((await open({ reference: 'r-1' })).body.id).toBe(named.body.id)
  })

  test('what is wrong with an order or a message is said by its field', async () => {
    const { id } = (await open()).body
    const wrong: [Promise<{ status: number; body: { field?: string } }>, number, string | undefined][] = [
      [open({ user: '' }), 400, 'user'],
      [open({ user: 7 }), 400, 'user'],
      [open({ user: undefined }), 400, 'user'],
      [open({ agentVersion: 0 }), 400, 'agentVersion'],
      [open({ agentVersion: 9 }), 404, undefined],
      [open({ to: '+12025550100' }), 400, undefined],
      [open({ agentId: 'agent_1' }), 400, 'agentId'],
      [open({ kind: 'letter' }), 400, 'kind'],
      [open({ data: 'x' }), 400, 'data'],
      [say(id, ''), 400, 'text'],
      [say(id, '   '), 400, 'text'],
      [say(id, 7), 400, 'text'],
      [say(id, 'x'.repeat(16_001)), 400, 'text'],
      [say(id, 'hi', { rich: 'yes' }), 400, 'rich'],
      [say('session_01ka7n36096q14dr9gpqy77zxy', 'hi'), 404, undefined],
      [say('nothing', 'hi'), 404, undefined],
    ]
    for (const [answer, status, field] of wrong) {
      const { body, status: given } = await answer
      expect([given, field === undefined ? undefined : body.field]).toEqual([status, field])
    }
    expect((await shopkeeper.get(`/sessions/${id}/transcript`)).body.transcript).toHaveLength(1)
  })

  test('an order of a call says what is wrong with it as before', async () => {
    for (const body of [{}, { agentId }, { agentId, to: 7 }, { kind: 'telephone', agentId }]) {
      expect(await shopkeeper.post('/sessions', body)).toMatchObject({ status: 400, body: { code: 'invalid' } })
    }
    expect(await shopkeeper.post('/sessions', { agentId, to: 7 })).toMatchObject({ body: { field: 'to' } })
  })

  test('are listed by kind and user; another account finds none of it', async () => {
    const { id } = (await open({ user: 'Alice of the Market Street 12, first floor, left' })).body
    await open({ user: 'bob' })
    const listed = async (query: string) =>
      (await shopkeeper.get(`/sessions?${query}`)).body.sessions.map((one: { id: string }) => one.id)
    expect(await listed('kind=telephone')).toEqual([])
    expect(await listed('kind=text,email')).toHaveLength(2)
    expect(
      await listed(`kind=text&user=${encodeURIComponent('Alice of the Market Street 12, first floor, left')}`),
    ).toEqual([id])
    const other = await trial.account('other', 'test')
    for (const path of ['', '/transcript', '/timeline']) {
      expect((await other.get(`/sessions/${id}${path}`)).status).toBe(404)
    }
    expect((await other.post(`/sessions/${id}/messages`, { text: 'hi' })).status).toBe(404)
    expect((await other.post(`/sessions/${id}/hang-up`)).status).toBe(404)
  })

  test('their events say what happened, and a failed turn why', async () => {
    const { id } = (await open()).body
    await say(id, 'When?')
    const { events } = (await shopkeeper.get('/events?limit=100')).body
    const types = events.map(({ type }: { type: string }) => type)
    expect(types).toEqual(expect.arrayContaining(['session.created', 'session.attached', 'turn.taken', 'words.placed']))
    const attached = events.find(({ type }: { type: string }) => type === 'session.attached')
    expect(attached.data).toMatchObject({ sessionId: id, conversationId: expect.stringMatching(/^conversation_/) })
    const broken = await shopkeeper.post('/agents', {
      name: 'Bob',
      welcome: 'Hi',
      speech: { by: 'http', url: 'http://127.0.0.1:1/', timeoutMs: 1_000 },
    })
    const chat = (await open({ agentId: broken.body.id })).body
    expect(chat.greeting).toBe('Hi')
    expect(await say(chat.id, 'my secret')).toMatchObject({ status: 502, body: { code: 'agent_failed' } })
    const { timeline } = (await shopkeeper.get(`/sessions/${chat.id}/timeline`)).body
    const failed = timeline.find(({ type }: { type: string }) => type === 'turn.failed')
    expect(failed.because).toMatch(/could not answer/)
    expect(JSON.stringify(timeline)).not.toContain('my secret')
    expect((await shopkeeper.get(`/sessions/${chat.id}`)).body.state).toBe('live')
  })

  test('time alone: what ends a chat is shown before it does', async () => {
    const written = await shopkeeper.get(`/agents/${agentId}`)
    expect(written.status).toBe(200)
    const { id } = (await open()).body
    const next = (await shopkeeper.get(`/sessions/${id}`)).body.nextTransition
    expect(next).toMatchObject({ to: 'wrapping' })
  })
})
