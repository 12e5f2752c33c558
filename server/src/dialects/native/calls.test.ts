import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startTrial, type Caller, type Trial } from '#app/trial.ts'
import { mermaid } from '#domain/vocabulary/machine.ts'
import { moves } from '#domain/session/moves.ts'
import * as wire from './wire/sessions.ts'

const shop = '+12025550100'
const alice = '+12025550101'
const busy = '+12025550102'
const silent = '+12025550114'

type Entry = { type: string; from?: string; to?: string; by?: string; because?: string; refused: boolean; data: object }

describe('calls', () => {
  let trial: Trial
  let shopkeeper: Caller
  let agentId: string
  beforeAll(async () => {
    trial = await startTrial()
  })
  afterAll(() => trial.stop())
  beforeEach(async () => {
    shopkeeper = await trial.account('shop', 'test')
    await shopkeeper.post('/phone-numbers', { number: shop })
    agentId = (
      await shopkeeper.post('/agents', {
        name: 'Ann',
        welcome: 'Hello {name}!',
        speech: { by: 'script', lines: ['How are you?'], goodbye: 'Goodbye.' },
      })
    ).body.id
  })

  const place = async (to: string, more: object = {}) =>
    (await shopkeeper.post('/sessions', { agentId, to, ...more })).body
  const read = async (id: string) => (await shopkeeper.get(`/sessions/${id}`)).body
  const pass = (by: string) => shopkeeper.post('/clock/advance', { by })
  const timeline = async (id: string): Promise<Entry[]> =>
    (await shopkeeper.get(`/sessions/${id}/timeline`)).body.timeline

  test('are placed, talked and ended, and say in our own words what became of them', async () => {
    const placed = await shopkeeper.post('/sessions', { agentId, to: alice, data: { name: 'Alice' } })
    expect(placed.status).toBe(201)
    expect(placed.body).toMatchObject({
      id: expect.stringMatching(/^session_[0-9a-z]{26}$/),
      direction: 'outbound',
      from: shop,
      to: alice,
      user: alice,
      agent: { id: agentId, version: 1, name: 'Ann' },
      data: { name: 'Alice' },
      outcome: null,
      end: null,
    })
    await pass('PT10M')
    const over = await read(placed.body.id)
    expect(wire.sessionWhole.safeParse(over).error).toBeUndefined()
    expect(over).toMatchObject({
      state: 'ended',
      outcome: 'completed',
      end: { cause: expect.any(String), by: expect.any(String), says: expect.any(String) },
      nextTransition: null,
      waitingFor: null,
      queuePosition: null,
      attempt: { number: 1, callId: expect.stringMatching(/^sim/) },
      pastAttempts: [],
      conversationIds: [expect.stringMatching(/^conversation_/)],
      artefacts: { transcript: 'done', recording: 'skipped' },
    })
    const { transcript } = (await shopkeeper.get(`/sessions/${over.id}/transcript`)).body
    expect(transcript[0]).toEqual({ who: 'agent', text: 'Hello Alice!' })
    expect(transcript.map(({ who }: { who: string }) => who)).toContain('user')
    const [conversation] = over.conversationIds
    const { communications } = (await shopkeeper.get(`/conversations/${conversation}/communications`)).body
    expect(communications[0].content.text).toBe('Hello Alice!')
  })

  test('have a timeline in which every move says who, when and why', async () => {
    const { id } = await place(alice)
    await pass('PT10M')
    const entries = await timeline(id)
    const moved = entries.filter(({ to }) => to !== undefined)
    expect(moved.map(({ from, to }) => `${from} > ${to}`)).toEqual([
      'null > queued',
      'queued > dialing',
      'dialing > ringing',
      'ringing > live',
      'live > wrapping',
      'wrapping > ended',
    ])
    for (const entry of moved)
      expect(entry).toMatchObject({ by: expect.stringMatching(/./), because: expect.stringMatching(/./) })
    const first = await shopkeeper.get(`/sessions/${id}/timeline?limit=2`)
    expect(first.body.timeline).toHaveLength(2)
    const rest = await shopkeeper.get(`/sessions/${id}/timeline?limit=500&cursor=${first.body.next}`)
    expect([...first.body.timeline, ...rest.body.timeline]).toEqual(entries)
    expect((await shopkeeper.get(`/sessions?cursor=${first.body.next}`)).body).toMatchObject({ code: 'invalid' })
  })

  test('keep what the carrier told too late, with the reason (B4)', async () => {
    const { id } = await place('+12025550113')
    await pass('PT10M')
    const late = (await timeline(id)).filter(({ refused }) => refused)
    expect(late.length).toBeGreaterThan(0)
    for (const entry of late)
      expect(entry).toMatchObject({
        type: 'report.refused',
        because: expect.stringMatching(/./),
        data: { what: expect.any(String) },
      })
    expect((await read(id)).state).toBe('ended')
  })

  test('say what time alone will bring while they ring', async () => {
    const { id } = await place(silent)
    await pass('PT5S')
    const ringing = await read(id)
    expect(ringing).toMatchObject({
      state: 'ringing',
      waitingFor: 'answer',
      nextTransition: { to: 'ended', because: expect.any(String) },
    })
    await shopkeeper.post('/clock/advance', { to: ringing.nextTransition.at })
    expect(await read(id)).toMatchObject({
      state: 'ended',
      outcome: 'no_answer',
      end: { cause: 'ring_timeout', by: 'deadline', at: ringing.nextTransition.at },
    })
  })

  test('are retried as their order says, and keep the attempts before', async () => {
    const { id } = await place('+12025550118', {
      retry: { max: 2, on: ['busy'], afterMs: [600_000] },
    })
    await pass('PT1M')
    expect(await read(id)).toMatchObject({
      state: 'scheduled',
      waitingFor: 'retry',
      outcome: null,
      pastAttempts: [{ number: 1, outcome: 'busy', cause: 'busy', wasLive: false }],
    })
    await pass('PT20M')
    expect(await read(id)).toMatchObject({ state: 'ended', outcome: 'completed', retries: 1 })
  })

  test('may be ordered for later, and are due then', async () => {
    const { now } = (await shopkeeper.get('/clock')).body
    const dueAt = new Date(Date.parse(now) + 3_600_000).toISOString()
    const { id } = await place(busy, { dueAt: dueAt.replace('Z', '+00:00') })
    expect(await read(id)).toMatchObject({
      state: 'scheduled',
      dueAt,
      waitingFor: 'time',
      nextTransition: { at: dueAt },
    })
    const fired = (await pass('PT61M')).body.fired
    expect(fired).toContainEqual({
      sessionId: id,
      from: 'scheduled',
      to: 'queued',
      at: dueAt,
      because: expect.any(String),
    })
    expect(await read(id)).toMatchObject({ state: 'ended', outcome: 'busy', end: { protocol: { sip: 486, q850: 17 } } })
  })

  test('are stopped before the answer, and hung up whenever', async () => {
    const { now } = (await shopkeeper.get('/clock')).body
    const waiting = await place(alice, { dueAt: new Date(Date.parse(now) + 3_600_000).toISOString() })
    expect((await shopkeeper.post(`/sessions/${waiting.id}/stop`)).body).toMatchObject({
      state: 'ended',
      outcome: 'stopped',
      end: { cause: 'stopped_by_request', by: 'request' },
    })
    const live = await place('+12025550107')
    await pass('PT8S')
    expect((await read(live.id)).state).toBe('live')
    expect((await shopkeeper.post(`/sessions/${live.id}/stop`)).body).toMatchObject({
      status: 409,
      code: 'wrong_state',
    })
    const ended = (await shopkeeper.post(`/sessions/${live.id}/hang-up`, { note: 'enough' })).body
    expect(ended).toMatchObject({ outcome: 'completed', end: { cause: 'request_hangup', note: 'enough' } })
    await pass('PT5M')
    const again = await shopkeeper.post(`/sessions/${live.id}/hang-up`)
    expect(again.body).toMatchObject({ status: 409 })
    expect((await read(live.id)).state).toBe('ended')
  })

  test('are handed to a person, who talks on when the agent has left', async () => {
    const { id } = await place('+12025550107')
    await pass('PT8S')
    const handed = await shopkeeper.post(`/sessions/${id}/transfer`, { to: alice })
    expect(handed.body.transfer).toMatchObject({ to: alice })
    await pass('PT6S')
    expect(await read(id)).toMatchObject({ state: 'live', outcome: 'transferred', transfer: { state: 'answered' } })
    expect((await shopkeeper.post(`/sessions/${id}/transfer`, { to: 'me' })).status).toBe(400)
  })

  test('are placed once under an idempotency key, and the answer comes again byte by byte', async () => {
    const ask = (to: string) => shopkeeper.post('/sessions', { agentId, to }, { 'idempotency-key': 'one-call' })
    const [first, second] = [await ask(alice), await ask(alice)]
    expect(second.text).toBe(first.text)
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect((await shopkeeper.get('/sessions')).body.sessions).toHaveLength(1)
    expect((await ask(busy)).body).toMatchObject({ status: 422, code: 'idempotency_reused' })
  })

  describe('in a list', () => {
    const ids = async (query = '') =>
      (await shopkeeper.get(`/sessions${query}`)).body.sessions.map(({ id }: { id: string }) => id)

    test('are newest first, by state, outcome, agent, direction, user and time', async () => {
      const one = (await place(busy)).id
      await pass('PT1M')
      const other = (await place(silent)).id
      await pass('PT5S')
      expect(await ids()).toEqual([other, one])
      expect(await ids('?state=ended')).toEqual([one])
      expect(await ids('?state=ringing,live')).toEqual([other])
      expect(await ids('?outcome=busy&outcome=no_answer')).toEqual([one])
      expect(await ids(`?agentId=${agentId}`)).toEqual([other, one])
      expect(await ids('?direction=inbound')).toEqual([])
      expect(await ids(`?user=${encodeURIComponent(silent)}`)).toEqual([other])
      const { createdAt } = await read(other)
      expect(await ids(`?createdBefore=${createdAt}`)).toEqual([one])
      expect(await ids(`?createdAfter=${createdAt}`)).toEqual([])
      expect(await ids(`?agentId=${agentId.replace(/...$/, '000')}`)).toEqual([])
    })

    test('come in pages whose cursor keeps the filters', async () => {
      for (let i = 0; i < 5; i++) await place(busy)
      await pass('PT1M')
      const seen: string[] = []
      for (let query = 'state=ended&limit=2'; query !== '';) {
        const { body } = await shopkeeper.get(`/sessions?${query}`)
        seen.push(...body.sessions.map(({ id }: { id: string }) => id))
        query = body.next === null ? '' : `limit=2&cursor=${body.next}`
      }
      expect(new Set(seen).size).toBe(5)
      const { next } = (await shopkeeper.get('/sessions?state=ended&limit=2')).body
      expect((await shopkeeper.get(`/sessions?state=live&cursor=${next}`)).body).toMatchObject({ field: 'cursor' })
    })

    test.each([
      ['state=gone', 'state.0'],
      ['outcome=won', 'outcome.0'],
      ['direction=up', 'direction'],
      ['agentId=x', 'agentId'],
      ['batchId=agent_x', 'batchId'],
      ['colour=red', 'colour'],
    ])('are not found by %s', async (query, field) => {
      expect((await shopkeeper.get(`/sessions?${query}`)).body).toMatchObject({ status: 400, code: 'invalid', field })
    })
  })

  test('hold slots and wait for them; both say why', async () => {
    await trial.admin.patch(`/accounts/account_${shopkeeper.made?.account.id}`, { limits: { slots: 1 } })
    const first = await place('+12025550107')
    await pass('PT1S')
    const second = await place('+12025550107')
    await pass('PT1S')
    const third = await place('+12025550107')
    await pass('PT8S')
    const slots = (await shopkeeper.get('/slots')).body
    expect(slots).toMatchObject({
      limit: 1,
      held: [{ slot: 1, sessionId: first.id, attempt: 1, route: 'default', because: expect.stringContaining('live') }],
      waiting: 2,
    })
    const queue = (await shopkeeper.get('/slots/queue')).body
    expect(
      queue.waiting.map(({ sessionId, position }: { sessionId: string; position: number }) => [sessionId, position]),
    ).toEqual([
      [second.id, 1],
      [third.id, 2],
    ])
    expect(await read(third.id)).toMatchObject({ state: 'queued', waitingFor: 'slot', queuePosition: 2 })
    expect((await shopkeeper.get('/slots/queue?limit=1')).body).toMatchObject({ more: true, waiting: [{}] })
    const { stopped } = (await shopkeeper.post(`/agents/${agentId}/stop-waiting`)).body
    expect(new Set(stopped)).toEqual(new Set([second.id, third.id]))
    expect((await shopkeeper.get('/slots')).body.waiting).toBe(0)
  })

  test('of another account, and what is none, are not found', async () => {
    const { id } = await place(alice)
    const paths = ['', '/timeline', '/transcript']
    for (const path of paths)
      for (const answer of [
        await trial.dev.get(`/sessions/${id}${path}`),
        await shopkeeper.get(`/sessions/session_x${path}`),
        await shopkeeper.get(`/sessions/${agentId}${path}`),
      ])
        expect(answer.body).toMatchObject({ status: 404, code: 'not_found' })
    for (const path of ['/stop', '/hang-up'])
      expect((await trial.dev.post(`/sessions/${id}${path}`)).body).toMatchObject({ status: 404 })
    expect((await trial.dev.post('/sessions', { agentId, to: alice })).body).toMatchObject({
      status: 404,
      field: 'agentId',
    })
    expect((await trial.dev.get('/sessions')).body.sessions).toEqual([])
  })

  test.each([
    [{ to: 'alice' }, 'to'],
    [{ to: '' }, 'to'],
    [{}, 'to'],
    [{ to: alice, from: '+14155550100' }, 'from'],
    [{ to: alice, dueAt: 'tomorrow' }, 'dueAt'],
    [{ to: alice, data: 7 }, 'data'],
    [{ to: alice, data: { long: 'x'.repeat(26 * 1024) } }, 'data'],
    [{ to: alice, retry: { max: 9, on: [], afterMs: [1000] } }, 'retry.max'],
    [{ to: alice, retry: { max: 1, on: ['busy'], afterMs: [1] } }, 'retry.afterMs'],
    [{ to: alice, agentId: 'me' }, 'agentId'],
    [{ to: alice, colour: 'red' }, 'colour'],
  ])('are not placed by %j', async (order, field) => {
    const refused = await shopkeeper.post('/sessions', { agentId, ...order })
    expect([400, 404]).toContain(refused.status)
    expect(refused.body).toMatchObject({ field })
  })

  test('are told as events, without anything sealed', async () => {
    const { id } = await place(alice)
    await pass('PT10M')
    const { events } = (await shopkeeper.get('/events?limit=1000')).body
    const own = events.filter(({ subject }: { subject: string }) => subject === id)
    expect(own.map(({ type }: { type: string }) => type)).toEqual(
      expect.arrayContaining(['session.created', 'session.moved', 'artefact.settled']),
    )
    expect(own[0].data).toMatchObject({ sessionId: id, to: 'queued', agent: { id: agentId } })
    expect(own.find(({ data }: { data: { to?: string } }) => data.to === 'ended').data).toMatchObject({
      from: 'wrapping',
      outcome: 'completed',
      end: { says: expect.any(String) },
    })
    expect(JSON.stringify(events)).not.toMatch(/sealed/i)
    expect(
      z.array(z.object({ subject: z.string().regex(/^\w+_[0-9a-z]{26}$/) }).loose()).safeParse(events).error,
    ).toBeUndefined()
  })

  test('have a machine, published as it is checked', async () => {
    const { body } = await shopkeeper.get('/machines/session')
    expect(body.states).toEqual(Object.keys(moves).filter((state) => state !== 'new'))
    expect(body.moves).toContainEqual({ from: 'queued', to: 'dialing', by: ['traffic'], on: expect.any(String) })
    expect((await shopkeeper.get('/machines/session?format=mermaid')).text).toBe(`${mermaid(moves)}\n`)
    expect((await shopkeeper.get('/machines/batch')).body.states).toContain('running')
  })
})
