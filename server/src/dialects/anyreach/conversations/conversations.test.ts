import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAnyreach, shop as number, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'

let house: AnyreachHouse
let shop: Organization
let agent: string
beforeAll(async () => {
  house = await openAnyreach()
})
afterAll(() => house.stop())
beforeEach(async () => {
  shop = await house.organization()
  agent = await shop.agent({
    welcome: 'Hello! How can I help?',
    mail: { address: 'help@shop.example', subject: 'Hello' },
  })
})

const path = '/core/conversations'
const stamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)

describe('creating (4.1)', () => {
  it('a text conversation begins with the greeting, and the answer shows all columns', async () => {
    const body = {
      channel: 'text',
      user_id: 'user_42',
      agent_id: agent,
      initial_context: 'Returning customer, gold plan.',
      custom_metadata: { order_id: 'A-118', deep: [1, { a: null }] },
    }
    const answer = await shop.ask('POST', path, body)
    expect([answer.status, answer.headers['idempotency-replayed']]).toEqual([200, undefined])
    const turn = { type: 'turn', role: 'agent', text: 'Hello! How can I help?', created_at: stamp }
    expect(answer.body).toEqual({
      conversation: {
        id: expect.stringMatching(/^conv_/),
        organization_id: expect.stringMatching(/^org_/),
        direction: 'inbound',
        channel: 'text',
        status: 'in_progress',
        user_id: 'user_42',
        agent_id: agent,
        agent_version_id: expect.stringMatching(/^agv_/),
        agent_number: null,
        web_widget_id: null,
        duration: null,
        user_turn_count: 0,
        created_at: stamp,
        updated_at: stamp,
        agent: { id: agent, name: 'Store help' },
        summary: null,
        initial_context: body.initial_context,
        custom_metadata: body.custom_metadata,
        conversation: { items: [expect.objectContaining(turn)] },
        recording_details: {},
      },
      starting_message: 'Hello! How can I help?',
    })
    expect(await shop.read(answer.body.conversation.id)).toEqual(answer.body.conversation)
  })

  it('a telephone call is queued, from the default number or from one that is named', async () => {
    const call = { channel: 'telephone', user_id: '+12025550101', agent_id: agent }
    const answer = await shop.ask('POST', path, call)
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({
      conversation: {
        channel: 'telephone',
        direction: 'outbound',
        status: 'triggered',
        user_id: '+12025550101',
        agent_number: number,
        duration: null,
        user_turn_count: 0,
        conversation: {},
        recording_details: {},
        custom_metadata: {},
      },
      starting_message: null,
    })
    const other = '+18005550122'
    await shop.native.post('/phone-numbers', { number: other })
    const { conversation } = await shop.create({ ...call, agent_number: other })
    expect(conversation.agent_number).toBe(other)
  })

  it('a browser session waits for its user, with what lets them in', async () => {
    const { conversation, ...more } = await shop.create({ channel: 'webrtc', user_id: 'guest_1', agent_id: agent })
    expect(conversation).toMatchObject({ channel: 'webrtc', direction: 'inbound', status: 'token_created' })
    expect(more).toEqual({
      starting_message: null,
      url: expect.stringMatching(/^wss?:/),
      token: expect.any(String),
      room_name: expect.any(String),
      expires_at: stamp,
    })
  })

  it('an e-mail session is triggered, and its greeting is sent soon after', async () => {
    const answer = await shop.ask('POST', path, {
      channel: 'email',
      user_id: 'user_42',
      agent_id: agent,
      to_address: 'bob@example.com',
      subject: 'Your order',
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      conversation: {
        channel: 'email',
        direction: 'outbound',
        status: 'triggered',
        user_id: 'user_42',
        agent_number: 'help@shop.example',
      },
      starting_message: null,
    })
    await shop.pass(1_000)
    expect(await shop.read(answer.body.conversation.id)).toMatchObject({ status: 'in_progress' })
  })

  it('an inline configuration is nobody afterwards (D29)', async () => {
    const config = { greeting: 'Hi there', agent: { type: 'script', lines: ['One'] } }
    const { conversation, starting_message } = await shop.create({
      channel: 'text',
      user_id: 'u',
      agent_config: config,
    })
    expect(starting_message).toBe('Hi there')
    expect(conversation).toMatchObject({ agent_id: null, agent_version_id: null, agent: null })
  })

  const wrongs: [string, object, string[]][] = [
    ['no channel', { channel: undefined }, ['body', 'channel']],
    ['another channel', { channel: 'fax' }, ['body', 'channel']],
    ['no user', { user_id: undefined }, ['body', 'user_id']],
    ['a blank user', { user_id: ' ' }, ['body', 'user_id']],
    ['a user that is a number', { user_id: 7 }, ['body', 'user_id']],
    ['no agent', { agent_id: undefined }, ['body', 'agent_id']],
    ['two agents', { agent_config: {} }, ['body', 'agent_id']],
    [
      'a version of no agent (D20)',
      { agent_id: undefined, agent_version_id: 'agv_1', version: 1 },
      ['body', 'version'],
    ],
    ['metadata that is a list', { custom_metadata: [] }, ['body', 'custom_metadata']],
    ['metadata over 64 KiB', { custom_metadata: { a: 'x'.repeat(65_536) } }, ['body', 'custom_metadata']],
    ['a context over 64 KiB', { initial_context: 'ä'.repeat(32_769) }, ['body', 'initial_context']],
    ['an id that is no UUID', { id: '7' }, ['body', 'id']],
    [
      'two ids',
      { id: 'c0ffee00-0000-4000-8000-000000000001', conversation_id: 'c0ffee00-0000-4000-8000-000000000002' },
      ['body', 'id'],
    ],
    ['a number without a plus', { channel: 'telephone', user_id: '4155551234' }, ['body', 'user_id']],
    [
      'an inline agent on the telephone',
      { channel: 'telephone', user_id: '+12025550101', agent_id: undefined, agent_config: {} },
      ['body', 'agent_config'],
    ],
    [
      'a number that is not ours',
      { channel: 'telephone', user_id: '+12025550101', agent_number: '+18005550199' },
      ['body', 'agent_number'],
    ],
    ['a mail to nobody', { channel: 'email' }, ['body', 'to_address']],
    ['a mail to no address', { channel: 'email', to_address: 'bob' }, ['body', 'to_address']],
    [
      'a subject of two lines',
      { channel: 'email', to_address: 'b@example.com', subject: 'a\nBcc: c' },
      ['body', 'subject'],
    ],
  ]
  it.each(wrongs)('422 for %s', async (_what, change, loc) => {
    const answer = await shop.ask('POST', path, { channel: 'text', user_id: 'u', agent_id: agent, ...change })
    expect([answer.status, answer.body.errors?.map((one: { loc: unknown }) => one.loc)]).toEqual([422, [loc]])
    expect(typeof answer.body.detail).toBe('string')
  })

  it('404 for an agent that is not there, or is another organization’s', async () => {
    const other = await house.organization()
    for (const id of ['agent_none', await other.agent()]) {
      const answer = await shop.ask('POST', path, { channel: 'text', user_id: 'u', agent_id: id })
      expect([answer.status, answer.body]).toEqual([404, { detail: 'Agent not found' }])
    }
  })

  it('ignores what it does not know, and takes null for what is not given', async () => {
    const nothing = { agent_version_id: null, agent_config: null, version: null, initial_context: null, shoe_size: 9 }
    const { conversation } = await shop.create({ channel: 'text', user_id: 'u', agent_id: agent, ...nothing })
    expect(conversation).toMatchObject({ initial_context: null, custom_metadata: {} })
  })

  it('the metadata is the agent’s data, where it fits', async () => {
    const greeter = await shop.agent({ welcome: 'Hello {name}!' })
    const body = { channel: 'text', user_id: 'u', agent_id: greeter, custom_metadata: { name: 'Mira' } }
    expect((await shop.create(body)).starting_message).toBe('Hello Mira!')
    const long = { name: 'Mira', notes: 'x'.repeat(30_000) }
    const { conversation } = await shop.create({ ...body, custom_metadata: long })
    expect(conversation.custom_metadata).toEqual(long)
  })
})

describe('creating again (D2)', () => {
  const id = '2f1c7f0e-5b8e-4b43-9a52-5b6a1d0e9f11'

  it.each(['id', 'conversation_id'])(
    'a UUID as %s is the conversation’s id, and makes nothing twice',
    async (field) => {
      const body = { channel: 'text', user_id: 'u', agent_id: agent, [field]: id }
      const first = await shop.ask('POST', path, body)
      const again = await shop.ask('POST', path, body)
      expect([first.status, first.body.conversation.id, again.status]).toEqual([200, id, 200])
      expect(again.body).toEqual(first.body)
      expect(again.headers['idempotency-replayed']).toBe('true')
      expect(await shop.read(id)).toEqual(first.body.conversation)
      expect((await shop.ask('POST', `${path}/${id}/end`)).body).toMatchObject({
        conversation_id: id,
        status: 'completed',
      })
      expect((await shop.ask('GET', path)).body).toHaveLength(1)
    },
  )

  it('a UUID is the same in capitals (RFC 9562 section 4), and is shown in small letters', async () => {
    const body = { channel: 'text', user_id: 'u', agent_id: agent }
    const first = await shop.ask('POST', path, { ...body, id: id.toUpperCase(), conversation_id: id })
    expect([first.status, first.body.conversation.id]).toEqual([200, id])
    const again = await shop.ask('POST', path, { ...body, conversation_id: id })
    expect([again.body, again.headers['idempotency-replayed']]).toEqual([first.body, 'true'])
    for (const one of [id, id.toUpperCase()]) expect((await shop.read(one)).id).toBe(id)
    const past = { channel: 'text', user_id: 'u', agent_id: agent, status: 'completed', items: [] }
    const times = { created_at: '2024-01-01T00:00:00Z', ended_at: '2024-01-01T00:01:00Z' }
    const named = 'A0000000-5b8e-4b43-9a52-5b6a1d0e9f11'
    const conversations = [named, named.toLowerCase(), id.toUpperCase()].map((one) => ({ ...past, ...times, id: one }))
    const { results } = (await shop.ask('POST', `${path}/import`, { conversations })).body
    expect(results).toMatchObject([
      { conversation_id: named.toLowerCase(), repeated: false },
      { conversation_id: named.toLowerCase(), repeated: true },
      { error: { status: 409 } },
    ])
  })

  it('by telephone no second call is placed, and the answer is 202 again', async () => {
    const body = { channel: 'telephone', user_id: '+12025550101', agent_id: agent, id }
    await shop.ask('POST', path, body)
    await shop.pass(60_000)
    const again = await shop.ask('POST', path, body)
    expect([again.status, again.body.conversation.status]).toEqual([202, 'completed'])
    expect((await shop.ask('GET', path)).body).toHaveLength(1)
  })

  it('a key in the header names the order, and is no id', async () => {
    const headers = { 'idempotency-key': id }
    const body = { channel: 'text', user_id: 'u', agent_id: agent }
    const first = await shop.ask('POST', path, body, headers)
    const again = await shop.ask('POST', path, body, headers)
    expect(first.body.conversation.id).toMatch(/^conv_/)
    expect([again.body, again.headers['idempotency-replayed']]).toEqual([first.body, 'true'])
    expect((await shop.ask('GET', `${path}/${id}`)).status).toBe(404)
    expect((await shop.ask('POST', path, body, { 'idempotency-key': 'x'.repeat(201) })).status).toBe(422)
  })

  it.each(['id', 'conversation_id'])(
    'a key in the header beside another %s is refused, and nothing is made',
    async (field) => {
      const key = { 'idempotency-key': 'order-1' }
      const text = { channel: 'text', user_id: 'u', agent_id: agent, [field]: id }
      const call = { user_id: '+12025550101', agent_id: agent, [field]: id }
      for (const [url, body] of [
        [path, text],
        [`${path}/dial`, call],
      ] as const) {
        const { status, body: problem } = await shop.ask('POST', url, body, key)
        expect([status, problem.errors?.[0].loc]).toEqual([422, ['header', 'idempotency-key']])
        expect(problem.detail).toContain('Give one of them')
      }
      expect((await shop.ask('GET', path)).body).toEqual([])
    },
  )

  it('the same UUID in the header and in the body is the conversation’s id', async () => {
    const body = { channel: 'text', user_id: 'u', agent_id: agent, id }
    const first = await shop.ask('POST', path, body, { 'idempotency-key': id.toUpperCase() })
    expect([first.status, first.body.conversation.id]).toEqual([200, id])
    for (const headers of [{ 'idempotency-key': id }, {}])
      expect((await shop.ask('POST', path, body, headers)).body).toEqual(first.body)
  })

  it('an inline configuration is the same when it says the same', async () => {
    const body = { channel: 'text', user_id: 'u', agent_config: { greeting: 'Hi', instructions: 'Be kind.' }, id }
    const first = await shop.ask('POST', path, body)
    const turned = { ...body, agent_config: { instructions: 'Be kind.', greeting: 'Hi' } }
    expect((await shop.ask('POST', path, turned)).body).toEqual(first.body)
    expect((await shop.ask('POST', path, { ...body, agent_config: { greeting: 'Ho' } })).status).toBe(409)
  })

  it('D29: an inline configuration is an agent of one conversation, and none where no conversation is made', async () => {
    const { events } = house.trial.app.services
    const made = async () => {
      const { items } = await events.page(shop.account, 0, 500)
      return items.filter(({ event }) => event.type === 'agent.written').length
    }
    const before = await made()
    const body = { channel: 'text', user_id: 'u', agent_config: { greeting: 'Hi' }, id }
    const answers = await Promise.all(Array.from({ length: 5 }, () => shop.ask('POST', path, body)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1)
    expect(await made()).toBe(before + 1)
    for (const change of [{ agent_config: { greeting: 'Ho' } }, { user_id: 'v' }])
      expect((await shop.ask('POST', path, { ...body, ...change })).status).toBe(409)
    const mail = { channel: 'email', user_id: 'u', agent_config: {}, to_address: 'bob@example.com' }
    for (const key of [undefined, 'order-1']) {
      const headers = key === undefined ? {} : { 'idempotency-key': key }
      expect((await shop.ask('POST', path, { ...mail, from_address: 'bob@example.com' }, headers)).status).toBe(422)
    }
    expect(await made()).toBe(before + 1)
    expect((await shop.ask('GET', '/core/agents')).body).toHaveLength(1)
  })

  it('an e-mail session is known by its user, not by the address alone', async () => {
    const body = { channel: 'email', user_id: 'u', agent_id: agent, to_address: 'bob@example.com', id }
    const first = await shop.ask('POST', path, body)
    expect((await shop.ask('POST', path, body)).body.conversation.id).toBe(first.body.conversation.id)
    expect((await shop.ask('POST', path, { ...body, user_id: 'v' })).status).toBe(409)
  })

  it('409 for another channel, user or agent', async () => {
    const body = { channel: 'text', user_id: 'u', agent_id: agent, id }
    await shop.create(body)
    for (const change of [
      { channel: 'webrtc' },
      { user_id: 'v' },
      { agent_id: await shop.agent() },
      { channel: 'telephone', user_id: '+12025550101' },
    ]) {
      const answer = await shop.ask('POST', path, { ...body, ...change })
      expect([answer.status, answer.body]).toEqual([409, { detail: expect.any(String) }])
    }
  })

  it('many at once are one', async () => {
    const body = { channel: 'text', user_id: 'u', agent_id: agent, id }
    const answers = await Promise.all(Array.from({ length: 8 }, () => shop.ask('POST', path, body)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1)
    const [only] = (await shop.ask('GET', path)).body
    expect(only.conversation.items).toHaveLength(1)
  })

  it('the same UUID in two organizations is two conversations', async () => {
    const other = await house.organization()
    const mine = await shop.text(agent, { id })
    const theirs = await other.text(await other.agent(), { id, user_id: 'other' })
    expect([mine, theirs]).toEqual([id, id])
    expect([(await shop.read(id)).user_id, (await other.read(id)).user_id]).toEqual(['user_42', 'other'])
  })
})

describe('dialling (D12)', () => {
  it('takes the body of a telephone create, from tokens that may dial', async () => {
    const body = { user_id: '+12025550101', agent_id: agent }
    const dialler = await shop.limited('conversations:dial')
    const answer = await shop.as(dialler)('POST', `${path}/dial`, body)
    expect([answer.status, answer.body.conversation.status]).toEqual([202, 'triggered'])
    const others = await shop.limited('conversations:manage')
    expect((await shop.as(others)('POST', `${path}/dial`, body)).status).toBe(403)
    expect((await shop.as(dialler)('POST', path, { channel: 'telephone', ...body })).status).toBe(403)
    expect((await shop.ask('POST', `${path}/dial`, { ...body, channel: 'text' })).status).toBe(422)
  })
})

describe('reading (4.3)', () => {
  const sensitive = ['summary', 'initial_context', 'custom_metadata', 'conversation', 'recording_details']

  it('D5, D6: sensitive columns are left out without their scope', async () => {
    const id = await shop.text(agent, { initial_context: 'x', custom_metadata: { a: 1 } })
    const whole = await shop.read(id)
    for (const scope of ['conversations:read', 'conversations:manage'] as const) {
      const limited = shop.as(await shop.limited(scope))
      const { body } = await limited('GET', `${path}/${id}`)
      const safe = Object.fromEntries(Object.entries(whole).filter(([name]) => !sensitive.includes(name)))
      expect(body).toEqual(safe)
      expect((await limited('GET', path)).body).toEqual([safe])
    }
    const all = shop.as(await shop.limited('conversations:read_sensitive'))
    expect((await all('GET', `${path}/${id}`)).body).toEqual(whole)
  })

  it('404 for what is not there, is another organization’s, or cannot be an id', async () => {
    const other = await house.organization()
    const theirs = await other.text(await other.agent())
    const wrongs = [
      theirs,
      'nope',
      'conv_',
      `${theirs}x`,
      '2f1c7f0e-5b8e-4b43-9a52-5b6a1d0e9f19',
      '%20',
      'x'.repeat(3_000),
    ]
    for (const id of wrongs) {
      const answer = await shop.ask('GET', `${path}/${id}`)
      expect([id, answer.status, answer.body]).toEqual([id, 404, { detail: 'Conversation not found' }])
    }
  })

  it('a call: what was said, how long it took from the answer (D18), how often the user spoke', async () => {
    const talker = await shop.agent({ welcome: 'Hello!' })
    const { conversation } = await shop.create({ channel: 'telephone', user_id: '+12025550101', agent_id: talker })
    await shop.pass(120_000)
    const read = await shop.read(conversation.id)
    const users = read.conversation.items.filter(({ role }: { role: string }) => role === 'user')
    expect(read).toMatchObject({ status: 'completed', user_turn_count: users.length })
    expect(users.length).toBeGreaterThan(0)
    expect(read.duration).toBeGreaterThan(5)
    expect(read.duration).toBeLessThan(60)
    const times = read.conversation.items.map(({ created_at }: { created_at: string }) => created_at)
    expect(times).toEqual(times.toSorted())
    expect(read.updated_at > read.created_at).toBe(true)
  })

  it('a call that was never answered has no duration (D18)', async () => {
    const { conversation } = await shop.create({ channel: 'telephone', user_id: '+12025550102', agent_id: agent })
    await shop.pass(120_000)
    expect(await shop.read(conversation.id)).toMatchObject({ status: 'unanswered', duration: null, conversation: {} })
  })

  it('what was made in another dialect is a conversation as well', async () => {
    const { body } = await shop.native.get('/agents')
    const placed = await shop.native.post('/sessions', { agentId: body.agents[0].id, to: '+12025550102' })
    const [read] = (await shop.ask('GET', path)).body
    expect(read).toMatchObject({ channel: 'telephone', status: 'triggered', custom_metadata: {}, agent_id: agent })
    expect(placed.body.id.slice(-26)).toBe(read.id.slice(-26))
  })
})
