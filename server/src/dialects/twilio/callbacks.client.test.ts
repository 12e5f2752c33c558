import twilio from 'twilio'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startReceiver, type Received, type Receiver } from '#conformance/receiver.ts'
import { startOfficial, type Official, type Person } from '#conformance/twilio-client.ts'
import { callbackBody } from './resources.ts'

/** Status callbacks of a real server, received on loopback and checked with the vendor's own validator. */

const customer = '+14155550133'
const ours = '+18005550111'
const call = 'CA00000000000000000000000000000001'

let official: Official
let alice: Person
let receiver: Receiver
beforeAll(async () => {
  official = await startOfficial()
})
afterAll(() => official.stop())
beforeEach(async () => {
  alice = await official.person()
  receiver = await startReceiver()
})
afterEach(() => receiver.stop())

interface Told {
  eventType: string
  timestamp: string
  data: { id: string; status?: string; content?: { text: string } }
}

async function configure(
  callback: object = {},
  timeouts: object | null = { inactive: 10, closed: 30 },
): Promise<string> {
  const captureRules = [
    { from: '*', to: ours },
    { from: ours, to: '*' },
  ]
  const { related } = await alice.client.conversations.v2.configurations.create({
    displayName: 'Care line',
    description: 'Support',
    conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES',
    memoryStoreId: 'mem_store_01ka7n36096q14dr9gpqy77zxy',
    channelSettings: { SMS: { statusTimeouts: timeouts, captureRules }, VOICE: { statusTimeouts: null, captureRules } },
    statusCallbacks: [{ url: `${receiver.url}/hooks?tenant=alice`, ...callback }],
  } as never)
  return (related as unknown as { configurationId: string }).configurationId
}

const text = (body = 'hello', from = customer) =>
  alice.report({ type: 'message.received', channel: 'SMS', from, to: ours, text: body })
const only = async (): Promise<string> => (await alice.client.conversations.v2.conversations.list())[0]?.id ?? ''
const bodies = (received: readonly Received[]): Told[] => received.map(({ body }) => JSON.parse(body) as Told)
const types = (received: readonly Received[]): string[] => bodies(received).map(({ eventType }) => eventType)

function expectSigned(received: readonly Received[], token = alice.authToken): void {
  for (const { headers, url, body } of received) {
    expect(twilio.validateRequestWithBody(token, String(headers['x-twilio-signature']), url, body)).toBe(true)
    expect(twilio.validateRequestWithBody(token, String(headers['x-twilio-signature']), url, `${body} `)).toBe(false)
  }
}

describe('callbacks', () => {
  it('N9 arrive in the order of events, signed, with bodies as documented', async () => {
    await configure()
    await text()
    const first = await receiver.until(4)
    expect(types(first)).toEqual([
      'CONVERSATION_CREATED',
      'PARTICIPANT_ADDED',
      'PARTICIPANT_ADDED',
      'COMMUNICATION_CREATED',
    ])
    expectSigned(first)
    for (const { method, url, headers, body } of first) {
      expect(method).toBe('POST')
      expect(url).toMatch(`${receiver.url}/hooks?tenant=alice&bodySHA256=`)
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-forwarded-proto': 'http' })
      expect(headers['twilio-request-id']).toMatch(/^RQ[0-9a-f]{32}$/)
      expect(callbackBody.safeParse(JSON.parse(body)).success).toBe(true)
    }
    expect(new Set(first.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(4)
    expect(bodies(first)[3]).toMatchObject({
      data: { author: { channel: 'SMS', address: customer }, content: { text: 'hello' } },
    })
  })

  it('tell of what time alone did, at the instant it was due, and of the reopening', async () => {
    await configure()
    await text()
    await receiver.until(4)
    await alice.advance(12)
    await text('again')
    await alice.advance(40)
    const later = (await receiver.until(9)).slice(4)
    expect(types(later)).toEqual([
      'CONVERSATION_UPDATED',
      'COMMUNICATION_CREATED',
      'CONVERSATION_UPDATED',
      'CONVERSATION_UPDATED',
      'CONVERSATION_UPDATED',
    ])
    const told = bodies(later)
    expect(told.map(({ data }) => data.status)).toEqual(['INACTIVE', undefined, 'ACTIVE', 'INACTIVE', 'CLOSED'])
    const minutesAfter = (one: number, other: number): number =>
      (Date.parse(told[one]?.timestamp ?? '') - Date.parse(told[other]?.timestamp ?? '')) / 60_000
    expect([minutesAfter(1, 0), minutesAfter(3, 1), minutesAfter(4, 1)]).toEqual([2, 10, 30])
    expectSigned(later)
  })

  it('carry the id of the request that caused them', async () => {
    await configure()
    await text()
    await receiver.until(4)
    const id = await only()
    const answer = await alice.ask(`/v2/Conversations/${id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"status":"CLOSED"}',
    })
    const received = await receiver.until(5)
    expect(received[4]?.headers['twilio-request-id']).toBe(answer.headers.get('twilio-request-id'))
    // The resource at event time is the resource as it is fetched.
    const fetched = (await answer.json()) as { ext?: object }
    expect(bodies(received)[4]?.data).toEqual({ ...fetched, ext: undefined })
  })

  it('COMMUNICATION_UPDATED tells of a resourceId used again (D39); metadata alone tells nobody', async () => {
    await configure()
    await text()
    await receiver.until(4)
    const id = await only()
    const v2 = alice.client.conversations.v2
    const words = (said: string): never =>
      ({
        author: { address: customer, channel: 'SMS' },
        content: { type: 'TEXT', text: said },
        recipients: [{ address: ours, channel: 'SMS' }],
        resourceId: 'SM1',
      }) as never
    await v2.communications(id).create(words('one'))
    await v2.conversations(id).patch({ metadata: { a: 'b' } } as never)
    await v2.communications(id).create(words('two'))
    await v2.conversations(id).patch({ name: 'Order' } as never)
    const later = (await receiver.until(7)).slice(4)
    expect(types(later)).toEqual(['COMMUNICATION_CREATED', 'COMMUNICATION_UPDATED', 'CONVERSATION_UPDATED'])
    expect(bodies(later)[1]?.data.id).toBe(bodies(later)[0]?.data.id)
  })

  it('T30 every TTS fragment is an event of its own', async () => {
    await configure({ events: ['COMMUNICATION_CREATED'] })
    const fragments = [0, 1, 2].map((index) => ({
      type: 'tts.fragment' as const,
      callSid: call,
      text: `part ${index}`,
      resourceId: `f${index}`,
    }))
    await alice.report(
      { type: 'stream.started', callSid: call, from: customer, to: ours, direction: 'inbound' },
      { type: 'utterance', callSid: call, track: 'inbound', text: 'hello' },
      ...fragments,
    )
    const received = await receiver.until(4)
    expect(types(received)).toEqual(Array.from({ length: 4 }, () => 'COMMUNICATION_CREATED')) // X6: nothing else was asked for
    expect(bodies(received).map(({ data }) => data.content?.text)).toEqual(['hello', 'part 0', 'part 1', 'part 2'])
  })

  it('by GET carry everything in the query, and are signed as such', async () => {
    await configure({ method: 'GET' })
    await text()
    const received = await receiver.until(4)
    for (const { method, url, headers, body } of received) {
      expect([method, body]).toEqual(['GET', ''])
      expect(twilio.validateRequest(alice.authToken, String(headers['x-twilio-signature']), url, {})).toBe(true)
      const { eventType, data } = Object.fromEntries(new URL(url).searchParams)
      expect([eventType, JSON.parse(data ?? '')]).toMatchObject([expect.any(String), { id: expect.any(String) }])
    }
  })

  it('N8 stop for a conversation whose callbacks are set to none', async () => {
    await configure()
    await text()
    await receiver.until(4)
    const id = await only()
    await alice.client.conversations.v2.conversations(id).patch({ configuration: { statusCallbacks: [] } } as never)
    await text('unheard')
    await text('of another', '+14155550177') // whose callbacks come after, in the order of the log
    expect(types((await receiver.until(8)).slice(4))).toEqual([
      'CONVERSATION_CREATED',
      'PARTICIPANT_ADDED',
      'PARTICIPANT_ADDED',
      'COMMUNICATION_CREATED',
    ])
  })

  it('D46 survive a receiver that is down: the same request comes again, and later ones after it', async () => {
    await configure({ events: ['COMMUNICATION_CREATED'] })
    receiver.answer(503)
    await text('one')
    await receiver.until(1)
    receiver.answer(200)
    await text('two')
    const [failed, again, later] = await receiver.until(3)
    expect(again).toMatchObject({ url: failed?.url, body: failed?.body })
    for (const header of ['x-twilio-signature', 'i-twilio-idempotency-token', 'twilio-request-id'])
      expect(again?.headers[header]).toBe(failed?.headers[header])
    expect(bodies([again as Received, later as Received]).map(({ data }) => data.content?.text)).toEqual(['one', 'two'])
  })

  it('X14 are dead at once where the receiver refuses them, and can be sent again', async () => {
    await configure({ events: ['COMMUNICATION_CREATED'] })
    receiver.answer(410)
    await text('one')
    await receiver.until(1)
    const { deliveries } = official.trial.app.services
    await vi.waitFor(async () => {
      expect((await deliveries.list(alice.account, { state: 'dead', limit: 10 })).items).toMatchObject([
        { lastStatus: 410, tries: 1 },
      ])
    })
    receiver.answer(200)
    expect(await deliveries.replay(alice.account, { state: 'dead' })).toEqual({ queued: 1 })
    const [first, second] = await receiver.until(2)
    expect(second?.body).toBe(first?.body)
    expectSigned([second as Received])
  })

  it('X13 do not go to inside targets of an account that may not reach them', async () => {
    const { accounts, deliveries } = official.trial.app.services
    await accounts.change(alice.account, 'test', { limits: { internalTargets: false } })
    await configure({ events: ['COMMUNICATION_CREATED'] })
    await text()
    await vi.waitFor(async () => {
      expect((await deliveries.list(alice.account, { state: 'dead', limit: 10 })).items).toHaveLength(1)
    })
    expect(receiver.received).toEqual([])
  })

  it('T37 are signed with the auth token that is valid then, also after it was changed', async () => {
    await configure({ events: ['COMMUNICATION_CREATED'] })
    await text('one')
    await receiver.until(1)
    const rotated = await official.trial.app.services.accounts.rotateToken(alice.account, 'test')
    await text('two')
    const [one, two] = await receiver.until(2)
    expectSigned([one as Received])
    expectSigned([two as Received], 'authToken' in rotated ? rotated.authToken : 'none')
  })
})
