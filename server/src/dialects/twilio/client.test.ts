import twilio from 'twilio'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clientOf, startOfficial, whole, type Official, type Person } from '#conformance/twilio-client.ts'

/** Every route through the vendor's own Node client, over a real server. */

const customer = '+14155550133'
const ours = '+18005550111'

let official: Official
let alice: Person
let v2: Person['client']['conversations']['v2']
beforeAll(async () => {
  official = await startOfficial()
})
afterAll(() => official.stop())
beforeEach(async () => {
  alice = await official.person()
  v2 = alice.client.conversations.v2
})

const line = {
  displayName: 'Care line',
  description: 'Support for the northern region',
  conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES',
  memoryStoreId: 'mem_store_01ka7n36096q14dr9gpqy77zxy',
}
const customerOn = (address = customer, channel = 'SMS') => ({
  type: 'CUSTOMER',
  name: 'Mia Verne',
  addresses: [{ channel, address }],
})
const agentOn = (address = ours, channel = 'SMS') => ({ type: 'AI_AGENT', addresses: [{ channel, address }] })

async function configure(more: object = {}): Promise<string> {
  const { related } = await v2.configurations.create({ ...line, ...more } as never)
  return (related as unknown as { configurationId: string }).configurationId
}
const open = async (configurationId: string, participants: object[] = [customerOn(), agentOn()], more: object = {}) =>
  whole(v2.conversations.create({ configurationId, participants, ...more } as never))
const words = (text = 'Where is my parcel?', more: object = {}) =>
  ({
    author: { address: customer, channel: 'SMS' },
    content: { type: 'TEXT', text },
    recipients: [{ address: ours, channel: 'SMS' }],
    ...more,
  }) as never

/** A page token continues a list; the client does this by itself in list and each. */
async function failure(
  promise: Promise<unknown>,
): Promise<{ name: string; status: number; code: number; message: string; moreInfo: string }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(twilio.RestException)
  return error as never
}

describe("the law's own samples", () => {
  it('T34 configuring timeouts: PUT without displayName, with a store id of another form, then statusUrl', async () => {
    const id = await configure({ conversationGroupingType: 'GROUP_BY_PROFILE' })
    const configuration = await v2.configurations(id).update({
      description: 'Conversation configuration description',
      conversationGroupingType: 'GROUP_BY_PROFILE',
      memoryStoreId: 'memory_store_xxxxxxxxxxxxxxxxxx',
      channelSettings: {
        SMS: { statusTimeouts: { inactive: 10, closed: 30 } },
        VOICE: { statusTimeouts: { inactive: 5, closed: 15 } },
      },
    } as never)
    expect(configuration.statusUrl).toMatch(`${official.url}/v2/ControlPlane/Operations/proc_job_`)
    const { displayName, channelSettings, version } = await whole(v2.configurations(id).fetch())
    expect({ displayName, version }).toEqual({ displayName: 'Care line', version: 2 })
    expect(channelSettings).toMatchObject({
      SMS: { statusTimeouts: { inactive: 10, closed: 30 } },
      VOICE: { statusTimeouts: { inactive: 5, closed: 15 } },
    })
  })

  it('T36 closing a conversation: PUT with a status, then id', async () => {
    const { id } = await open(await configure(), undefined, { name: 'Order 4471', metadata: { 'crm.case': 'C-4471' } })
    const conversation = await v2.conversations(id).update({ status: 'CLOSED' })
    expect(conversation.id).toBe(id)
    expect(conversation).toMatchObject({ status: 'CLOSED', name: 'Order 4471', metadata: { 'crm.case': 'C-4471' } }) // D8
  })

  it('T37 with an API key and its secret, or with the account SID and its auth token', async () => {
    await configure()
    const byToken = clientOf(official.url, alice.sid, alice.authToken, alice.sid)
    // The account's own default one, and this.
    expect(await byToken.conversations.v2.configurations.list()).toHaveLength(2)
    const wrong = clientOf(official.url, alice.keySid, 'wrong', alice.sid)
    expect(await failure(wrong.conversations.v2.configurations('x').fetch())).toMatchObject({
      status: 401,
      code: 20003,
    })
  })

  it('T38 the same two calls over plain HTTP', async () => {
    const configuration = await configure()
    const { id } = await open(configuration)
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({
      ...line,
      displayName: undefined,
      channelSettings: { SMS: { statusTimeouts: { inactive: 10, closed: 30 } } },
    })
    const put = await alice.ask(`/v2/ControlPlane/Configurations/${configuration}`, { method: 'PUT', headers, body })
    expect([put.status, await put.json()]).toMatchObject([
      202,
      { statusUrl: expect.stringContaining('/Operations/proc_job_') },
    ])
    const close = await alice.ask(`/v2/Conversations/${id}`, { method: 'PUT', headers, body: '{"status":"CLOSED"}' })
    expect([close.status, await close.json()]).toMatchObject([200, { id, status: 'CLOSED' }])
  })
})

describe('configurations (4.1)', () => {
  it('live from create to remove, each write with an operation that is done (D24, M1)', async () => {
    const created = await v2.configurations.create({
      ...line,
      statusCallbacks: [{ url: 'https://care.example.com/hooks' }],
    } as never)
    const id = (created.related as unknown as { configurationId: string }).configurationId
    expect((await whole(v2.configurations(id).fetch())).toJSON()).toMatchObject({
      ...line,
      id,
      version: 1,
      channelSettings: {},
      statusCallbacks: [{ url: 'https://care.example.com/hooks', method: 'POST' }],
      intelligenceConfigurationIds: [],
      memoryExtractionEnabled: false,
      conversationsV1Bridge: null,
      createdAt: expect.any(Date),
    })
    await v2.configurations(id).patch({
      displayName: 'New',
      statusCallbacks: null,
      channelSettings: { SMS: { statusTimeouts: { closed: 5 } } },
    } as never)
    const { displayName, statusCallbacks, version, channelSettings } = await whole(v2.configurations(id).fetch())
    expect({ displayName, statusCallbacks, version }).toEqual({ displayName: 'New', statusCallbacks: [], version: 2 })
    expect(channelSettings['SMS']?.statusTimeouts?.closed).toBe(5)

    const removed = await whole(v2.configurations(id).remove())
    const operation = await v2.operations(removed.statusUrl.split('/').at(-1) ?? '').fetch()
    expect(operation).toMatchObject({
      status: 'COMPLETED',
      statusUrl: removed.statusUrl,
      related: { configurationId: id },
      completedAt: expect.any(Date),
    })
    expect(await failure(v2.configurations(id).fetch())).toMatchObject({ status: 404, code: 20404 })
  })

  it("N10 M16 what the vendor's own wizard sends has no description, and Java leaves out what is empty", async () => {
    const { description: _, ...wizard } = line
    const created = await whole(
      v2.configurations.create({ ...wizard, channelSettings: {}, statusCallbacks: [] } as never),
    )
    expect(created.statusUrl).toContain('/Operations/proc_job_')
    const [configuration] = await v2.configurations.list()
    expect(configuration).toMatchObject({ description: '', channelSettings: {}, intelligenceConfigurationIds: [] }) // N4
  })

  it('D34 one with an open conversation is not removed, and says which', async () => {
    const id = await configure()
    const conversation = await open(id)
    const answer = await alice.ask(`/v2/ControlPlane/Configurations/${id}`, { method: 'DELETE' })
    expect([answer.status, answer.headers.get('x-conflicting-resource-id')]).toEqual([409, conversation.id])
    await v2.conversations(conversation.id).update({ status: 'CLOSED' })
    await whole(v2.configurations(id).remove())
    expect((await whole(v2.conversations(conversation.id).fetch())).configuration.displayName).toBe('Care line')
  })

  it('D4 the grouping type is fixed; D36 a stale version is 412', async () => {
    const id = await configure()
    expect(
      await failure(v2.configurations(id).patch({ conversationGroupingType: 'GROUP_BY_PROFILE' } as never)),
    ).toMatchObject({ status: 409, code: 20409 })
    const stale = { 'If-Match': '"7"' }
    expect(await failure(v2.configurations(id).patch({ displayName: 'x' } as never, stale))).toMatchObject({
      status: 412,
      code: 20412,
    })
    const { headers } = await v2.configurations(id).fetchWithHttpInfo()
    expect(headers).toMatchObject({ etag: '"1"' })
    await v2.configurations(id).patch({ displayName: 'x' } as never, { 'If-Match': '"1"' })
  })
})

describe('lists (4.0)', () => {
  it('M3 list, each and page walk all pages, newest first', async () => {
    const ids = (await v2.configurations.list()).map(({ id }) => id)
    expect(ids).toHaveLength(1) // every account has a default one
    await alice.advance(1)
    for (let i = 0; i < 5; i++) {
      ids.unshift(await configure({ displayName: `Line ${i}` }))
      await alice.advance(1)
    }
    expect((await v2.configurations.list()).map(({ id }) => id)).toEqual(ids)
    expect((await v2.configurations.list({ pageSize: 2 })).map(({ id }) => id)).toEqual(ids)
    expect((await v2.configurations.list({ limit: 3 })).map(({ id }) => id)).toEqual(ids.slice(0, 3))
    const page = await v2.configurations.page({ pageSize: 2 })
    expect(page.instances.map(({ id }) => id)).toEqual(ids.slice(0, 2))
    const next = await v2.configurations.page({ pageToken: page.nextToken ?? '' })
    expect(next.instances.map(({ id }) => id)).toEqual(ids.slice(2, 4))
    const each: string[] = []
    await new Promise<void>((resolve, reject) => {
      v2.configurations.each({
        pageSize: 2,
        callback: ({ id }) => void each.push(id ?? ''),
        done: (error?: Error) => (error ? reject(error) : resolve()),
      })
    })
    expect(each).toEqual(ids)
  })

  it('conversations by status, call and addresses; the token keeps the filter that a client drops', async () => {
    const configuration = await configure()
    const first = await open(configuration, [customerOn('+14155550101'), agentOn()])
    await alice.advance(1)
    const second = await open(configuration, [
      customerOn('+14155550102'),
      { ...agentOn(), addresses: [{ channel: 'SMS', address: ours, channelId: 'CA77' }] },
    ])
    await alice.advance(1)
    const third = await open(configuration, [customerOn('+14155550103'), agentOn()])
    await v2.conversations(first.id).update({ status: 'CLOSED' })
    const listed = async (params: object): Promise<(string | undefined)[]> =>
      (await v2.conversations.list(params)).map(({ id }) => id)
    expect(await listed({})).toEqual([third.id, second.id, first.id])
    expect(await listed({ status: ['ACTIVE'] })).toEqual([third.id, second.id])
    expect(await listed({ status: ['CLOSED', 'INACTIVE'] })).toEqual([first.id])
    expect(await listed({ status: ['ACTIVE'], pageSize: 1 })).toEqual([third.id, second.id])
    expect(await listed({ channelId: 'CA77' })).toEqual([second.id])
    expect(await listed({ channelId: 'CA77', status: ['CLOSED'] })).toEqual([])

    const page = async (query: string) =>
      (await (await alice.ask(`/v2/Conversations?${query}`)).json()) as {
        conversations: { id: string }[]
        meta: { nextToken: string }
      }
    const { meta } = await page('status=ACTIVE&pageSize=1')
    expect((await page(`pageToken=${meta.nextToken}&PageSize=10`)).conversations.map(({ id }) => id)).toEqual([
      second.id,
    ])
    const byAddress = await page(
      `addresses=${encodeURIComponent(ours)}&addresses=${encodeURIComponent('+14155550103')}`,
    )
    expect(byAddress.conversations.map(({ id }) => id)).toEqual([third.id])
    expect((await alice.ask(`/v2/Conversations?pageToken=${meta.nextToken}&status=CLOSED`)).status).toBe(400)
  })

  it('communications and participants, oldest first, over many pages', async () => {
    const { id, participants } = await open(await configure())
    for (let i = 0; i < 7; i++) await v2.communications(id).create(words(`${i}`, { channelId: `SM${i % 2}` }))
    const texts = async (params: object): Promise<string[]> =>
      (await v2.communications(id).list(params)).map(({ content }) => content.text)
    expect(await texts({ pageSize: 3 })).toEqual(['0', '1', '2', '3', '4', '5', '6'])
    expect(await texts({ channelId: 'SM1', pageSize: 2 })).toEqual(['1', '3', '5'])
    // Made in the same instant, so that their ids decide.
    const inOrder = participants.map((one) => one.id).toSorted()
    expect((await v2.participants(id).list({ pageSize: 1 })).map((one) => one.id)).toEqual(inOrder)
  })
})

describe('conversations (4.2)', () => {
  it('are changed by PUT, PATCH and removed', async () => {
    const { id } = await open(await configure(), undefined, { name: 'Order', metadata: { a: '1', b: '2' } })
    expect(
      await v2.conversations(id).update({ status: 'INACTIVE', name: 'Return', metadata: { c: '3' } } as never),
    ).toMatchObject({ status: 'INACTIVE', name: 'Return', metadata: { c: '3' } })
    expect(await v2.conversations(id).patch({ metadata: { c: null, d: '4' } } as never)).toMatchObject({
      status: 'INACTIVE',
      name: 'Return',
      metadata: { d: '4' },
    })
    expect(await v2.conversations(id).patch({ name: null } as never)).toMatchObject({ name: null })
    const nine = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`k${i}`, 'v']))
    expect(await failure(v2.conversations(id).patch({ metadata: nine } as never))).toMatchObject({
      status: 400,
      code: 20001,
    })

    const removed = await whole(v2.conversations(id).remove())
    expect(removed.related).toEqual({ conversationId: id })
    expect(await failure(v2.conversations(id).fetch())).toMatchObject({ status: 404 })
    expect(await failure(v2.communications(id).create(words()))).toMatchObject({ status: 404 })
  })

  it('M15 D68 an explicit null on every optional field is no change', async () => {
    const { id } = await open(await configure(), undefined, { name: 'Order', metadata: { a: '1' } })
    await v2.conversations(id).update({ name: null, status: 'INACTIVE', metadata: null } as never)
    expect(await whole(v2.conversations(id).fetch())).toMatchObject({
      name: 'Order',
      metadata: { a: '1' },
      status: 'INACTIVE',
    })
    await v2
      .conversations(id)
      .patch({ name: null, status: null, metadata: null, configuration: { statusCallbacks: [] } } as never)
    expect(await whole(v2.conversations(id).fetch())).toMatchObject({
      name: 'Order',
      metadata: { a: '1' },
      configuration: { statusCallbacks: [] },
    })
  })

  it('N5 D70 the same parties again: 409 with the conversation, which then has the addresses that were sent', async () => {
    const configuration = await configure()
    const { id } = await open(configuration)
    const body = JSON.stringify({
      configurationId: configuration,
      participants: [customerOn(`whatsapp:${customer}`, 'WHATSAPP'), agentOn(`whatsapp:${ours}`, 'WHATSAPP')],
    })
    const answer = await alice.ask('/v2/Conversations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect([answer.status, answer.headers.get('x-conflicting-resource-id')]).toEqual([409, id])
    const { participants } = await whole(v2.conversations(id).fetch())
    expect(
      participants.map(({ addresses = [] }) => addresses.map(({ channel, address }) => `${channel} ${address}`)),
    ).toEqual([
      [`SMS ${customer}`, `WHATSAPP whatsapp:${customer}`],
      [`SMS ${ours}`, `WHATSAPP whatsapp:${ours}`],
    ])
    expect((await v2.conversations.create({ configurationId: configuration } as never)).id).not.toBe(id)
  })

  it('two that race for one grouping key: one is made, the other is told of it', async () => {
    const configuration = await configure()
    const settled = await Promise.allSettled(Array.from({ length: 8 }, () => open(configuration)))
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const reasons: unknown[] = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(reasons).toMatchObject(Array.from({ length: 7 }, () => ({ status: 409, code: 20409 })))
    expect(await v2.conversations.list()).toHaveLength(1)
  })
})

describe('participants (4.3)', () => {
  it('are added, replaced (what is left out is cleared) and removed (X3)', async () => {
    const { id } = await open(await configure())
    const ola = await v2.participants(id).create({
      type: 'HUMAN_AGENT',
      name: 'Ola',
      profileId: 'mem_profile_1',
      addresses: [{ channel: 'VOICE', address: 'agent-7', channelId: 'CA1' }],
    } as never)
    expect(ola).toMatchObject({
      conversationId: id,
      type: 'HUMAN_AGENT',
      name: 'Ola',
      profileId: 'mem_profile_1',
      addresses: [{ channel: 'VOICE', address: 'agent-7', channelId: 'CA1' }],
    })
    expect(await v2.participants(id)(ola.id).update({ type: 'AGENT' })).toMatchObject({
      id: ola.id,
      type: 'AGENT',
      name: '',
      profileId: null,
      addresses: [],
    })
    expect(await v2.participants(id)(ola.id).fetch()).toMatchObject({ type: 'AGENT', name: '' })
    const removed = await alice.ask(`/v2/Conversations/${id}/Participants/${ola.id}`, { method: 'DELETE' })
    expect([removed.status, await removed.json()]).toMatchObject([202, { id: ola.id }])
    expect(await failure(v2.participants(id)(ola.id).fetch())).toMatchObject({ status: 404 })
  })

  it('an address of another participant is 409 with that participant (N7)', async () => {
    const { id, participants } = await open(await configure())
    const body = JSON.stringify({ addresses: [{ channel: 'SMS', address: customer }] })
    const answer = await alice.ask(`/v2/Conversations/${id}/Participants`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect([answer.status, answer.headers.get('x-conflicting-resource-id')]).toEqual([409, participants[0]?.id])
  })

  it("a change that would make another open conversation's grouping key is 409 with that conversation", async () => {
    const configuration = await configure()
    const { id: other } = await open(configuration)
    const { id, participants } = await open(configuration, [customerOn('+14155550199'), agentOn()])
    const body = JSON.stringify({ type: 'CUSTOMER', addresses: [{ channel: 'SMS', address: customer }] })
    const answer = await alice.ask(`/v2/Conversations/${id}/Participants/${participants[0]?.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect([answer.status, answer.headers.get('x-conflicting-resource-id')]).toEqual([409, other])
  })
})

describe('communications (4.4)', () => {
  it('N2 come back with participants; D18 who is unknown becomes one', async () => {
    const { id, participants } = await open(await configure())
    const said = await v2
      .communications(id)
      .create(words('hi', { author: { address: '+14155550199', channel: 'SMS' } }))
    const author = await v2
      .participants(id)(said.author.participantId ?? '')
      .fetch()
    expect(author).toMatchObject({ type: 'UNKNOWN', addresses: [{ address: '+14155550199' }] })
    expect(await v2.participants(id).list()).toHaveLength(3)
    expect(said.recipients[0]?.participantId).toBe(participants[1]?.id)
    expect((await v2.communications(id)(said.id).fetch()).toJSON()).toEqual(said.toJSON())
  })

  it('a participantId that is not in this conversation is 400', async () => {
    const configuration = await configure()
    const { id } = await open(configuration)
    const { participants } = await open(configuration, [customerOn('+14155550199'), agentOn()])
    const author = { address: customer, channel: 'SMS', participantId: participants[0]?.id }
    expect(await failure(v2.communications(id).create(words('hi', { author })))).toMatchObject({
      status: 400,
      code: 20001,
      message: expect.stringContaining('author.participantId'),
    })
  })

  it('D39 a resourceId used before updates what was said: 200, one communication, no clock reset', async () => {
    const { id } = await open(
      await configure({ channelSettings: { SMS: { statusTimeouts: { inactive: 10, closed: 30 } } } }),
    )
    const first = await v2.communications(id).createWithHttpInfo(words('one', { resourceId: 'SM1' }))
    await alice.advance(9)
    const second = await v2.communications(id).createWithHttpInfo(words('two', { resourceId: 'SM1' }))
    expect([first.statusCode, second.statusCode]).toEqual([201, 200])
    expect(second.body).toMatchObject({ id: first.body.id, content: { text: 'two' }, createdAt: first.body.createdAt })
    expect(second.body.updatedAt > first.body.updatedAt).toBe(true)
    expect(await v2.communications(id).list()).toHaveLength(1)
    await alice.advance(1)
    expect((await whole(v2.conversations(id).fetch())).status).toBe('INACTIVE')
  })

  it('M12 D26 occurredAt is kept as given and moves no clock', async () => {
    const { id } = await open(await configure({ channelSettings: { SMS: { statusTimeouts: { closed: 30 } } } }))
    const said = await v2.communications(id).create(words('old', { occurredAt: new Date('1999-12-31T23:59:59.999Z') }))
    expect(said.occurredAt).toEqual(new Date('1999-12-31T23:59:59.999Z'))
    await alice.advance(29)
    expect((await whole(v2.conversations(id).fetch())).status).toBe('ACTIVE')
  })

  it('a transcription keeps its facts', async () => {
    const { id } = await open(await configure())
    const content = {
      type: 'TRANSCRIPTION',
      text: 'hello',
      transcription: { channel: 1, confidence: 0.93, engine: 'x' },
    }
    const said = await v2.communications(id).create(words('', { content }))
    expect(said.content).toMatchObject({
      type: 'TRANSCRIPTION',
      text: 'hello',
      transcription: { channel: 1, confidence: 0.93, engine: 'x' },
    })
  })

  it('a text of 8 388 608 characters is taken, one more is not', async () => {
    const { id } = await open(await configure())
    const most = 'x'.repeat(8_388_608)
    expect((await v2.communications(id).create(words(most))).content.text).toHaveLength(8_388_608)
    expect(await failure(v2.communications(id).create(words(`${most}x`)))).toMatchObject({
      status: 400,
      message: expect.stringContaining('content.text'),
    })
  })
})

describe('errors and once-only through the client', () => {
  it('M9 are RestExceptions with status, code, message and moreInfo', async () => {
    expect(await failure(v2.conversations('conv_conversation_x').fetch())).toMatchObject({
      status: 404,
      code: 20404,
      message: expect.stringContaining('conv_conversation_x'),
      moreInfo: `${official.url}/errors/20404`,
    })
    expect(await failure(v2.configurations.create({ ...line, displayName: 'a/b' } as never))).toMatchObject({
      status: 400,
      code: 20001,
      message: expect.stringContaining('displayName'),
    })
    expect(await failure(v2.conversations.list({ status: ['OPEN' as never] }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('status'),
    })
    expect(await failure(v2.participants('nope').list())).toMatchObject({ status: 404, code: 20404 })
  })

  it('M6 D56 the same key gives the same answer; with other content it is a conflict', async () => {
    const { id } = await open(await configure())
    const headers = { 'Idempotency-Key': '6f2f7a0e-2c0b-4b53-9d1e-7a5f0c3b9e11' }
    const first = await v2.communications(id).create(words('once'), { ...headers })
    const again = await Promise.all([1, 2, 3].map(() => v2.communications(id).create(words('once'), { ...headers })))
    for (const one of again) expect(one.toJSON()).toEqual(first.toJSON())
    expect(await v2.communications(id).list()).toHaveLength(1)
    expect(await failure(v2.communications(id).create(words('twice'), { ...headers }))).toMatchObject({
      status: 409,
      code: 20409,
    })

    const idempotencyKey = '6f2f7a0e-2c0b-4b53-9d1e-7a5f0c3b9e12'
    const gone = await whole(v2.conversations(id).remove({ idempotencyKey }))
    expect((await whole(v2.conversations(id).remove({ idempotencyKey }))).statusUrl).toBe(gone.statusUrl)
    expect(await failure(v2.conversations(id).remove({ idempotencyKey: 'x' }))).toMatchObject({ status: 400 })
  })

  it('M6 D56 a conflict is no answer to keep: the same key makes the conversation once nothing is in the way', async () => {
    const configuration = await configure()
    const { id } = await open(configuration)
    const body = JSON.stringify({ configurationId: configuration, participants: [customerOn(customer), agentOn(ours)] })
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': '6f2f7a0e-2c0b-4b53-9d1e-7a5f0c3b9e14',
    }
    const create = () => alice.ask('/v2/Conversations', { method: 'POST', headers, body })
    expect((await create()).status).toBe(409)
    await v2.conversations(id).update({ status: 'CLOSED' })
    const made = await create()
    expect(made.status).toBe(201)
    expect(await (await create()).json()).toEqual(await made.json())
  })

  it("D66 another account's data is 404, and its page tokens are none", async () => {
    const configuration = await configure()
    await configure()
    const { id } = await open(configuration)
    const said = await v2.communications(id).create(words())
    const { nextToken } = await v2.configurations.page({ pageSize: 1 })
    const bob = (await official.person('bob')).client.conversations.v2
    const foreign = [
      bob.configurations(configuration).fetch(),
      bob.configurations(configuration).remove(),
      bob.configurations(configuration).patch({ displayName: 'x' } as never),
      bob.conversations(id).fetch(),
      bob.conversations(id).update({ status: 'CLOSED' }),
      bob.conversations(id).remove(),
      bob.conversations.create({ configurationId: configuration } as never),
      bob.participants(id).list(),
      bob
        .participants(id)(said.author.participantId ?? '')
        .fetch(),
      bob.communications(id).list(),
      bob.communications(id).create(words()),
      bob.communications(id)(said.id).fetch(),
    ]
    for (const attempt of foreign) expect(await failure(attempt)).toMatchObject({ status: 404, code: 20404 })
    expect(await bob.conversations.list()).toEqual([])
    expect(await failure(bob.configurations.page({ pageToken: nextToken ?? '' }))).toMatchObject({ status: 400 })
    expect((await whole(v2.conversations(id).fetch())).status).toBe('ACTIVE')
  })

  it('a body over 36 MiB is told so, over a real socket, while the client is still writing', async () => {
    const headers = { 'content-type': 'application/json' }
    const answer = await alice.ask('/v2/Conversations', {
      method: 'POST',
      headers,
      body: `"${'x'.repeat(40_000_000)}"`,
    })
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 20413 }])
  })
})
