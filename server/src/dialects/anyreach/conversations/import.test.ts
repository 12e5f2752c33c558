import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAnyreach, shop as number, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'
import { dayMs } from '#domain/vocabulary/instant.ts'
import { readStamp, stamp } from '../time.ts'

let house: AnyreachHouse
let shop: Organization
let agent: string
beforeAll(async () => {
  house = await openAnyreach()
})
afterAll(() => house.stop())
beforeEach(async () => {
  shop = await house.organization()
  agent = await shop.agent()
})

const path = '/core/conversations'
const uuid = '2f1c7f0e-5b8e-4b43-9a52-5b6a1d0e9f11'
type Told = Readonly<Record<string, unknown>>

/** A moment so many seconds before now; the account's clock stands still. */
const ago = (seconds: number, micros = 0): string => stamp((shop.now() - seconds * 1_000) * 1_000 + micros)

/** A text conversation of five minutes, an hour ago. */
function past(more: Told = {}): Told {
  return {
    channel: 'text',
    user_id: 'user_42',
    agent_id: agent,
    status: 'completed',
    created_at: ago(3_600),
    ended_at: ago(3_300),
    ...more,
  }
}

const call = (more: Told = {}): Told => past({ channel: 'telephone', user_id: '+14155550133', ...more })
const bring = (...conversations: readonly Told[]) => shop.ask('POST', `${path}/import`, { conversations })

async function results(...conversations: readonly Told[]) {
  const { status, body, text } = await bring(...conversations)
  if (status !== 200) throw new Error(text)
  return body.results
}

/** Imports one; answers with its id. */
async function imported(more: Told = {}): Promise<string> {
  const [result] = await results(past(more))
  if (result.error) throw new Error(JSON.stringify(result.error))
  return result.conversation_id
}

async function listed(query = ''): Promise<readonly string[]> {
  return (await shop.ask('GET', `${path}?${query}`)).body.map(({ id }: { id: string }) => id)
}

describe('importing conversations (D12)', () => {
  const items = [
    { type: 'turn', role: 'user', text: 'Where is my order?', created_at: '2020-05-01T09:00:10.250000Z' },
    {
      type: 'tool_call',
      call_id: 'call_1',
      name: 'order_status',
      arguments: { order_id: 'A-118' },
      output: { eta: 'Friday' },
      is_error: false,
      latency_ms: 210,
      created_at: '2020-05-01T09:00:11.000000Z',
    },
    {
      type: 'turn',
      role: 'agent',
      text: 'It arrives on Friday.',
      created_at: '2020-05-01T09:00:12.000000Z',
      latency: { end_to_end_ms: 900, llm_ttft_ms: 300, tts_ttfb_ms: null, tools_ms: 210 },
    },
  ]

  it('keeps what it is told, and shows it like any other', async () => {
    const id = await imported({
      created_at: '2020-05-01T11:00:00.123456+02:00',
      ended_at: '2020-05-01T09:05:12.900000Z',
      items,
      summary: 'Asked for the delivery date.',
      initial_context: 'Gold plan.',
      custom_metadata: { order_id: 'A-118' },
    })
    const shown = await shop.read(id)
    expect(shown).toEqual({
      id,
      organization_id: expect.stringMatching(/^org_/),
      direction: 'inbound',
      channel: 'text',
      status: 'completed',
      user_id: 'user_42',
      agent_id: agent,
      agent_version_id: null,
      agent_number: null,
      web_widget_id: null,
      duration: 312,
      user_turn_count: 1,
      created_at: '2020-05-01T09:00:00.123456Z',
      updated_at: expect.stringMatching(/^20/),
      agent: { id: agent, name: 'Store help' },
      summary: 'Asked for the delivery date.',
      initial_context: 'Gold plan.',
      custom_metadata: { order_id: 'A-118' },
      conversation: { items },
      recording_details: {},
    })
    // It changed when it was imported: whoever synchronizes by updated_at finds it.
    expect(Math.abs((readStamp(shown.updated_at) ?? 0) / 1_000 - shop.now())).toBeLessThan(2)
  })

  it('an exported conversation can be imported as it was', async () => {
    const id = await imported({ items, created_at: '2020-05-01T09:00:00Z', ended_at: '2020-05-01T09:05:00Z' })
    const line = JSON.parse((await shop.ask('GET', `${path}/export`)).text)
    const other = await house.organization()
    const own = await other.agent()
    const told = { ...line, agent_id: own }
    const { body } = await other.ask('POST', `${path}/import`, { conversations: [told] })
    const again = await other.read(body.results[0].conversation_id)
    const { id: _id, organization_id: _org, agent_id: _agent, agent: _name, updated_at: _at, ...same } = line
    expect(again).toMatchObject(same)
    expect(again.id).not.toBe(id)
  })

  it('every line of an export goes to another organization as it is, with its agents null', async () => {
    const talking = await shop.agent({ welcome: 'Hello!' })
    const text = await shop.text(talking, { custom_metadata: { order_id: 'A-118' }, initial_context: 'Gold.' })
    await shop.ask('POST', `${path}/${text}/messages`, { text: 'Hi' })
    await shop.ask('POST', `${path}/${text}/end`)
    const telephone = { channel: 'telephone', agent_id: talking, agent_number: number }
    for (const user_id of ['+14155550133', '+14155550134', '+14155550135'])
      await shop.create({ ...telephone, user_id, conversation_id: uuid.replace(/1$/, user_id.slice(-1)) })
    await shop.create({ channel: 'webrtc', user_id: 'bob', agent_id: talking })
    await shop.pass(dayMs)
    const lines = (await shop.ask('GET', `${path}/export`)).text.trim().split('\n')
    const conversations = lines.map((line) => ({ ...JSON.parse(line), agent_id: null }))
    const other = await house.organization()
    await other.pass(dayMs + 60_000)
    const again = async () => (await other.ask('POST', `${path}/import`, { conversations })).body.results
    const results = await again()
    expect(results.filter(({ error }: { error?: object }) => error)).toEqual([])
    const ids: readonly string[] = results.map((one: { conversation_id: string }) => one.conversation_id)
    expect((await again()).map(({ repeated }: { repeated: boolean }) => repeated)).toEqual(ids.map(() => true))
    for (const [i, id] of ids.entries()) {
      const shown = await other.read(id)
      const {
        updated_at: _at,
        organization_id: _org,
        agent_version_id: _version,
        agent: _agent,
        ...same
      } = conversations[i]
      expect(shown).toMatchObject({ ...same, id, agent: null })
    }
    expect((await other.native.get('/agents')).body.agents).toEqual([])
    for (const id of ids) expect((await other.ask('DELETE', `${path}/${id}`)).status).toBe(204)
  })

  it('takes the UUID as conversation_id, and refuses two names', async () => {
    const [made, two] = await results(past({ conversation_id: uuid }), past({ conversation_id: uuid, id: 'crm-7' }))
    expect(made.conversation_id).toBe(uuid)
    expect(two.error.errors[0].loc).toEqual(['body', 'conversations', 1, 'conversation_id'])
  })

  it('of a telephone call names the number of its user', async () => {
    const [bad] = await results(call({ user_id: 'alice' }))
    expect(bad.error).toMatchObject({ status: 422, errors: [{ loc: ['body', 'conversations', 0, 'user_id'] }] })
  })

  it.each<[string, string, { readonly started_at?: number }, number | null]>([
    ['telephone', 'completed', { started_at: 3_590 }, 290],
    ['telephone', 'transferred', {}, 300],
    ['telephone', 'failed', { started_at: 3_400 }, 100],
    ['telephone', 'failed', {}, null],
    ['telephone', 'cancelled', {}, null],
    ['telephone', 'unanswered', {}, null],
    ['webrtc', 'completed', { started_at: 3_500 }, 200],
    ['webrtc', 'cancelled', {}, 300],
    ['email', 'completed', {}, 300],
    ['email', 'cancelled', {}, 300],
    ['text', 'failed', {}, 300],
    ['text', 'transferred', {}, 300],
  ])('A9: %s that ended as %s (%j) lasted %s s', async (channel, status, { started_at = 0 }, duration) => {
    const user_id = '+14155550133'
    const more = { channel, status, user_id, ...(started_at > 0 && { started_at: ago(started_at) }) }
    const id = await imported({ ...more, agent_number: channel === 'telephone' ? '+18005550111' : null })
    expect(await shop.read(id)).toMatchObject({ channel, status, duration })
    expect(await listed(`status=${status}`)).toEqual([id])
    const lasting = `duration_above=${duration ?? 0}&duration_below=${duration ?? 1e6}`
    expect(await listed(lasting)).toEqual(duration === null ? [] : [id])
  })

  it('lists put it where it belongs, by its own time and all filters', async () => {
    const now = await shop.text(agent)
    const user = { type: 'turn', role: 'user', text: 'Hi', created_at: ago(3_590) }
    const [first, second] = [
      await imported({ created_at: ago(7_200), custom_metadata: { order: 7 }, items: [user, user] }),
      await imported({ ...call(), created_at: ago(86_400), ended_at: ago(86_000), agent_number: '+18005550111' }),
    ]
    expect(await listed()).toEqual([now, first, second])
    expect(await listed(`created_before=${ago(7_200)}`)).toEqual([first, second])
    expect(await listed(`created_after=${ago(7_200)}`)).toEqual([now, first])
    expect(await listed(`custom_metadata=${encodeURIComponent('{"order":7}')}`)).toEqual([first])
    expect(await listed('user_turn_count_above=2')).toEqual([first])
    expect(await listed('channel=telephone&agent_number=800555')).toEqual([second])
    expect(await listed(`agent_id=${agent}&user_id=4155550133`)).toEqual([second])
    expect((await shop.read(second)).agent_number).toBe('+18005550111')
    const exported = (await shop.ask('GET', `${path}/export?status=completed`)).text.trim().split('\n')
    expect(exported.map((line) => JSON.parse(line).id)).toEqual([first, second])
  })

  it('each is kept for itself: what is wrong with one keeps none of the others out', async () => {
    const some = await results(
      past(),
      past({ agent_id: 'agent_nobody' }),
      past({ channel: 'text', status: 'unanswered' }),
      past({ started_at: ago(4_000) }),
      past({ ended_at: ago(3_601) }),
      past({ ended_at: ago(-60) }),
      past({ created_at: '1969-12-31T23:59:59Z' }),
      call({ status: 'unanswered', started_at: ago(3_500) }),
      past({ agent_number: '+18005550111' }),
      past({ items: [{ type: 'turn', role: 'user', text: 'x', created_at: ago(-60) }] }),
      past({ items: [{ type: 'turn', role: 'user', text: 'x'.repeat(262_144), created_at: ago(3_500) }] }),
      past({ initial_context: 'x'.repeat(65_537) }),
      past({ custom_metadata: { x: 'x'.repeat(65_537) } }),
      past({ summary: 'x'.repeat(16_001) }),
      past(),
    )
    expect(some.map(({ error }: { error?: { status: number } }) => error?.status)).toEqual([
      undefined,
      404,
      422,
      422,
      422,
      422,
      422,
      422,
      422,
      422,
      413,
      422,
      422,
      422,
      undefined,
    ])
    expect(some[1]).toEqual({ error: { status: 404, detail: 'Agent not found' } })
    expect(some[2].error.errors[0].loc).toEqual(['body', 'conversations', 2, 'status'])
    expect(some[9].error.errors[0].loc).toEqual(['body', 'conversations', 9, 'items', 0, 'created_at'])
    expect(some[13].error.errors[0].loc).toEqual(['body', 'conversations', 13, 'summary'])
    expect(await listed()).toEqual([some[14].conversation_id, some[0].conversation_id])
  })

  it.each<[string, unknown]>([
    ['no list', {}],
    ['none', { conversations: [] }],
    ['too many', { conversations: Array.from({ length: 101 }, () => ({})) }],
    ['no object', { conversations: ['x'] }],
    ['an active status', { conversations: [{ channel: 'text', status: 'in_progress' }] }],
  ])('422 for the whole where the body is of another shape: %s', async (_what, body) => {
    expect((await shop.ask('POST', `${path}/import`, body)).status).toBe(422)
  })

  it.each([`${path}/import`, path])('400 where a body is nested deeper than any need be: %s', async (url) => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
    const item = `{"type":"tool_call","call_id":"c","name":"n","arguments":${deep},"created_at":"${ago(3_500)}"}`
    const told = JSON.stringify(past({ items: [], custom_metadata: {} }))
      .replace('"items":[]', `"items":[${item}]`)
      .replace('"custom_metadata":{}', `"custom_metadata":${deep}`)
    const body = url === path ? told : `{"conversations":[${told}]}`
    expect(await shop.ask('POST', url, body, { 'content-type': 'application/json' })).toMatchObject({
      status: 400,
      body: { detail: 'The body is nested more than 100 levels deep.' },
    })
  })

  it.each<[string, Told]>([
    ['status', { status: 'ringing' }],
    ['channel', { channel: 'fax' }],
    ['created_at', { created_at: 'yesterday' }],
    ['created_at', { created_at: '2026-11-20T09:00:00' }],
    ['ended_at', { ended_at: null }],
    ['user_id', { user_id: ' ' }],
    ['ended_at', { ended_at: undefined }],
    ['duration', { ended_at: undefined, duration: -1 }],
    ['agent_id', { agent_id: 7 }],
    ['conversation_id', { conversation_id: 'crm-7' }],
    ['items.0', { items: [{ type: 'turn', role: 'robot', text: 'x', created_at: '2026-11-20T09:00:00Z' }] }],
    ['id', { id: 'with space' }],
  ])('422 for the whole, with the place: %s', async (field, more) => {
    const { status, body } = await bring(past(), past(more))
    expect([status, body.detail.startsWith(`conversations.1.${field}`)]).toEqual([422, true])
    expect(await listed()).toEqual([])
  })

  it('D2: told again by its name, nothing is made twice; other content is refused', async () => {
    const first = past({ id: uuid, custom_metadata: { a: 1, b: 2 } })
    const [made] = await results(first)
    expect(made).toEqual({ conversation_id: uuid, created_at: first['created_at'], repeated: false })
    expect((await shop.read(uuid)).id).toBe(uuid)
    expect(await results({ ...first, custom_metadata: { b: 2, a: 1 }, unknown: 'key' })).toEqual([
      { ...made, repeated: true },
    ])
    const [other] = await results({ ...first, user_id: 'user_43' })
    expect(other).toEqual({ error: { status: 409, detail: 'This id names another conversation: use a new one.' } })
    const [named] = await results(past({ id: 'crm-7' }))
    expect(named.conversation_id).toMatch(/^conv_/)
    expect(await results(past({ id: 'crm-7' }))).toEqual([{ ...named, repeated: true }])
    expect(await listed()).toHaveLength(2)
  })

  it('D2: twins in one body and in two at once are one', async () => {
    const same = past({ id: uuid })
    const [one, two] = await Promise.all([results(same, same), results(same, past({ id: uuid, user_id: 'other' }))])
    const all = [...one, ...two]
    expect(all.map(({ conversation_id, error }) => conversation_id ?? error.status)).toEqual([uuid, uuid, uuid, 409])
    expect(await listed()).toEqual([uuid])
  })

  it('D2: the id of a conversation that took place here is taken', async () => {
    await shop.text(agent, { conversation_id: uuid })
    expect((await results(past({ id: uuid })))[0].error.status).toBe(409)
  })

  it('A16, A17, A23: is over: ended again only where it is a completed text conversation', async () => {
    const end = (id: string) => shop.ask('POST', `${path}/${id}/end`)
    const done = await imported({ summary: 'Short.' })
    expect(await end(done)).toMatchObject({
      status: 200,
      body: { conversation_id: done, status: 'completed', duration: 300, summary: 'Short.' },
    })
    expect((await end(await imported({ status: 'failed' }))).status).toBe(409)
    expect((await end(await imported({ channel: 'email' }))).status).toBe(409)
    const before = await shop.read(done)
    expect((await shop.ask('POST', `${path}/${done}/messages`, { text: 'Hi' })).status).toBe(409)
    expect((await shop.ask('POST', `${path}/${done}/hangup`)).status).toBe(409)
    expect((await shop.ask('POST', `${path}/${done}/listener-token`)).status).toBe(409)
    await shop.pass(400 * dayMs)
    expect(await shop.read(done)).toEqual(before)
  })

  it('X10: can be deleted, and then told again', async () => {
    const id = await imported({ id: uuid, items })
    expect((await shop.ask('DELETE', `${path}/${id}`)).status).toBe(204)
    expect((await shop.ask('GET', `${path}/${id}`)).status).toBe(404)
    expect(await imported({ id: uuid })).toBe(uuid)
  })

  it('nobody is told of it, and nothing is done because of it', async () => {
    const wanted = { url: 'https://example.com/hook', events: ['conversation.status', 'message', 'summary'] }
    expect((await shop.ask('POST', '/core/webhooks', wanted)).status).toBe(201)
    const endpoint = await shop.native.post('/webhook-endpoints', { url: 'https://example.com/native' })
    expect(endpoint.status).toBe(201)
    const id = await imported({ ...call({ direction: 'inbound' }), items, summary: 'Short.' })
    const later = await shop.text(agent)
    const bare = (one: string): string => one.slice('conv_'.length)
    const toldOf = (one: string) => {
      const told = house.sender.requests.filter(({ body }) => body?.includes(bare(one)))
      return new Set(told.map(({ url }) => url))
    }
    // What came later has been told of.
    await expect.poll(() => toldOf(later).size).toBe(2)
    expect(toldOf(id).size).toBe(0)
    expect((await shop.native.get('/slots')).body).toMatchObject({ held: [], waiting: 0 })
  })

  it('the house shows it by its cause, and its words are in no conversation of the house', async () => {
    const id = (await imported(call({ items, id: uuid, started_at: ago(3_500) }))) && (await native())
    const shown = (await shop.native.get(`/sessions/${id}`)).body
    expect(shown).toMatchObject({ state: 'ended', outcome: 'completed', conversationIds: [], nextTransition: null })
    expect(shown).toMatchObject({ end: { cause: 'imported', by: 'unknown' }, reference: uuid, userTurns: 1 })
    const timeline = (await shop.native.get(`/sessions/${id}/timeline`)).text
    expect(timeline).toContain('words.imported')
    expect(timeline).not.toContain('Where is my order?')
    expect((await shop.native.get('/conversations')).body.conversations).toEqual([])
  })

  const native = async () => (await shop.native.get('/sessions')).body.sessions[0].id

  it('A18, D10: is for who may manage conversations, and for agents of their own', async () => {
    const reading = await shop.limited('conversations:read', 'conversations:read_sensitive')
    expect((await shop.as(reading)('POST', `${path}/import`, { conversations: [past()] })).status).toBe(403)
    const other = await house.organization()
    const [result] = await results(past({ agent_id: await other.agent() }))
    expect(result.error).toMatchObject({ status: 404, detail: 'Agent not found' })
    const id = await imported()
    expect((await other.ask('GET', `${path}/${id}`)).status).toBe(404)
    const narrow = (await shop.as(reading)('GET', `${path}/${id}`)).body
    expect([
      narrow.status,
      (await shop.as(await shop.limited('conversations:read'))('GET', `${path}/${id}`)).body,
    ]).toEqual(['completed', expect.not.objectContaining({ conversation: expect.anything() })])
  })
})

describe('created_at of what is imported (4.2)', () => {
  it('its microseconds are kept, and no two are the same: the next free one is taken', async () => {
    const created_at = '2020-05-01T09:00:00.000998Z'
    const ended_at = '2020-05-01T09:05:00.000000Z'
    const made = await results(...Array.from({ length: 4 }, () => past({ created_at, ended_at })))
    const more = await results(past({ created_at, ended_at }), past({ created_at: '2020-05-01T09:00:00Z', ended_at }))
    expect([...made, ...more].map(({ created_at }) => created_at.slice(-11))).toEqual([
      ':00.000998Z',
      ':00.000999Z',
      ':00.001000Z',
      ':00.001001Z',
      ':00.001002Z',
      ':00.000000Z',
    ])
    const durations = (await shop.ask('GET', path)).body.map(({ duration }: { duration: number }) => duration)
    expect(new Set(durations)).toEqual(new Set([300]))
    const times = (await shop.ask('GET', path)).body.map(({ created_at }: { created_at: string }) => created_at)
    expect(times).toEqual(times.toSorted().toReversed())
  })

  it('pages are no longer than was asked for though very many are of one moment, and leave none out', async () => {
    const created_at = '2020-05-01T09:00:00Z'
    const ended_at = '2020-05-01T09:05:00Z'
    for (let i = 0; i < 12; i++)
      await results(...Array.from({ length: 100 }, (_, n) => past({ created_at, ended_at, user_id: `u${i}_${n}` })))
    const seen = new Set<string>()
    for (let cursor = ''; ;) {
      const { body } = await shop.ask('GET', `${path}?limit=170${cursor && `&cursor=${cursor}`}`)
      expect(body.length).toBeLessThanOrEqual(170)
      for (const { id } of body) expect(seen.size).toBeLessThan(seen.add(id).size)
      if (body.length < 170) break
      cursor = encodeURIComponent(Buffer.from(body.at(-1).created_at).toString('base64'))
    }
    expect(seen.size).toBe(1_200)
  })
})
