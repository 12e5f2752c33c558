import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startOfficial, whole, type Official, type Person } from '#conformance/twilio-client.ts'
import type { TrafficEvent } from '#services/api.ts'

/** The law's lifecycle page, rule by rule, through the vendor's own client on a test clock. */

const customer = '+14155550133'
const stranger = '+14155550177'
const ours = '+18005550111'
const call = 'CA00000000000000000000000000000001'

let official: Official
let alice: Person
beforeAll(async () => {
  official = await startOfficial()
})
afterAll(() => official.stop())
beforeEach(async () => {
  alice = await official.person()
})

type Timeouts = { inactive?: number; closed?: number } | null

const rules = (channel: string): object[] => [
  { from: '*', to: ours, ...(channel === 'VOICE' && { metadata: { callType: 'PSTN' } }) },
  { from: ours, to: '*', ...(channel === 'VOICE' && { metadata: { callType: 'PSTN' } }) },
]

async function configure(
  channels: Record<string, Timeouts>,
  conversationGroupingType = 'GROUP_BY_PARTICIPANT_ADDRESSES',
): Promise<string> {
  const channelSettings = Object.fromEntries(
    Object.entries(channels).map(([channel, statusTimeouts]) => [
      channel,
      { statusTimeouts, captureRules: rules(channel) },
    ]),
  )
  const { related } = await alice.client.conversations.v2.configurations.create({
    displayName: 'Care line',
    description: 'Support',
    conversationGroupingType,
    memoryStoreId: 'mem_store_01ka7n36096q14dr9gpqy77zxy',
    channelSettings,
  } as never)
  return (related as unknown as { configurationId: string }).configurationId
}

async function open(configurationId: string, channel = 'SMS', from = customer): Promise<string> {
  const participants = [
    { type: 'CUSTOMER', addresses: [{ channel, address: from }] },
    { type: 'AGENT', addresses: [{ channel, address: ours }] },
  ]
  const body = { configurationId, participants }
  return (await whole(alice.client.conversations.v2.conversations.create(body as never))).id
}

const say = (id: string, { from = customer, to = ours, channel = 'SMS', text = 'hello' } = {}) =>
  alice.client.conversations.v2.communications(id).create({
    author: { address: from, channel },
    content: { type: 'TEXT', text },
    recipients: [{ address: to, channel }],
  } as never)

const statusOf = async (id: string): Promise<string> =>
  (await whole(alice.client.conversations.v2.conversations(id).fetch())).status
const set = (id: string, status: string) => alice.client.conversations.v2.conversations(id).update({ status } as never)
const all = () => alice.client.conversations.v2.conversations.list()
const sms = (from = customer, to = ours): TrafficEvent => ({
  type: from === ours ? 'message.sent' : 'message.received',
  channel: 'SMS',
  from,
  to,
  text: 'hello',
})
const started: TrafficEvent = { type: 'stream.started', callSid: call, from: customer, to: ours, direction: 'inbound' }
const spoken: TrafficEvent = { type: 'utterance', callSid: call, track: 'inbound', text: 'hello' }
const ended: TrafficEvent = { type: 'stream.ended', callSid: call }

/** Advances minute by minute and answers with the minutes at which the status became another. */
async function watch(id: string, minutes: number): Promise<Record<number, string>> {
  const changes: Record<number, string> = {}
  let before = await statusOf(id)
  for (let minute = 1; minute <= minutes; minute++) {
    await alice.advance(1)
    const now = await statusOf(id)
    if (now !== before) changes[minute] = now
    before = now
  }
  return changes
}

describe('states', () => {
  it('T1 T2 a conversation is created ACTIVE, and is only ever in one of three states', async () => {
    const id = await open(await configure({ SMS: { inactive: 1, closed: 2 } }))
    const seen = [await statusOf(id)]
    await say(id)
    seen.push(...Object.values(await watch(id, 3)))
    expect(seen).toEqual(['ACTIVE', 'INACTIVE', 'CLOSED'])
  })

  it('T3 INACTIVE exists only where it is turned on', async () => {
    const id = await open(await configure({ SMS: { closed: 3 } }))
    await say(id)
    expect(await watch(id, 4)).toEqual({ 3: 'CLOSED' })
  })

  it('T4 nothing can be added to a CLOSED conversation, and nothing in it changes', async () => {
    const id = await open(await configure({ SMS: null }))
    const { id: communication } = await say(id)
    await set(id, 'CLOSED')
    const { participants, updatedAt } = await whole(alice.client.conversations.v2.conversations(id).fetch())
    const closed = { status: 409, code: 20409 }
    const v2 = alice.client.conversations.v2
    await expect(say(id)).rejects.toMatchObject(closed)
    await expect(
      v2.participants(id).create({ addresses: [{ channel: 'SMS', address: stranger }] } as never),
    ).rejects.toMatchObject(closed)
    await expect(
      v2
        .participants(id)(participants[0]?.id ?? '')
        .update({ name: 'x' }),
    ).rejects.toMatchObject(closed)
    await expect(v2.conversations(id).patch({ name: 'x' } as never)).rejects.toMatchObject(closed)
    await expect(v2.conversations(id).patch({ metadata: { a: 'b' } } as never)).rejects.toMatchObject(closed)
    expect((await whole(v2.conversations(id).fetch())).updatedAt).toEqual(updatedAt)
    expect((await v2.communications(id).list()).map((said) => said.id)).toEqual([communication])
  })

  it('T5 no transition leads out of CLOSED, by request either', async () => {
    const id = await open(await configure({ SMS: null }))
    await set(id, 'CLOSED')
    await expect(set(id, 'ACTIVE')).rejects.toMatchObject({ status: 409 })
    await expect(set(id, 'INACTIVE')).rejects.toMatchObject({ status: 409 })
    expect(await statusOf(id)).toBe('CLOSED')
    expect((await set(id, 'CLOSED')).id).toBe(id) // D3: saying it again changes nothing and is no mistake
  })

  it('T6 the inactive timeout moves ACTIVE to INACTIVE, the closed timeout INACTIVE to CLOSED', async () => {
    const id = await open(await configure({ SMS: { inactive: 2, closed: 5 } }))
    await say(id)
    const fired = await alice.advance(10)
    expect(fired.map(({ event }) => event)).toMatchObject([
      { type: 'conversation.moved', from: 'active', to: 'inactive' },
      { type: 'conversation.moved', from: 'inactive', to: 'closed' },
    ])
  })

  it('T7 new traffic from any participant, in or out, returns INACTIVE to ACTIVE', async () => {
    const id = await open(await configure({ SMS: { inactive: 10, closed: 30 } }))
    await say(id)
    for (const traffic of [
      () => say(id),
      () => say(id, { from: ours, to: customer }),
      () => alice.report(sms()),
      () => alice.report(sms(ours, customer)),
    ]) {
      await alice.advance(10)
      expect(await statusOf(id)).toBe('INACTIVE')
      await traffic()
      expect(await statusOf(id)).toBe('ACTIVE')
    }
    expect(await all()).toHaveLength(1)
    expect(await alice.client.conversations.v2.communications(id).list()).toHaveLength(5)
  })

  it('T8 traffic from another customer starts a conversation of its own', async () => {
    const id = await open(await configure({ SMS: { inactive: 10, closed: 30 } }))
    await say(id)
    await alice.advance(10)
    await alice.report(sms(stranger))
    expect(await statusOf(id)).toBe('INACTIVE')
    const [newest, oldest] = await all()
    expect([newest?.status, oldest?.id]).toEqual(['ACTIVE', id])
    expect(newest?.participants?.map(({ addresses }) => addresses?.[0]?.address).toSorted()).toEqual(
      [stranger, ours].toSorted(),
    )
  })

  it('T9 a CLOSED conversation never reopens: matching traffic starts a new one', async () => {
    const id = await open(await configure({ SMS: { inactive: 10, closed: 30 } }))
    await say(id)
    await alice.advance(30)
    const [result] = await alice.report(sms())
    expect(await statusOf(id)).toBe('CLOSED')
    const [newest] = await all()
    expect(newest?.id).not.toBe(id)
    expect(newest?.id).toContain(result && 'conversationId' in result ? result.conversationId : 'none')
    expect(newest?.status).toBe('ACTIVE')
  })

  it('T10 a conversation may be closed directly, without being INACTIVE first', async () => {
    const id = await open(await configure({ SMS: { inactive: 10, closed: 30 } }))
    expect((await set(id, 'CLOSED')).status).toBe('CLOSED')
  })
})

describe('timeouts', () => {
  it('T11 T12 T13 T14 T15 both run in minutes from the last communication, whoever made it', async () => {
    const id = await open(await configure({ SMS: { inactive: 10, closed: 30 } }))
    await say(id)
    await alice.advance(9)
    await say(id, { from: ours, to: customer })
    expect(await watch(id, 31)).toEqual({ 10: 'INACTIVE', 30: 'CLOSED' })
  })

  it('T16 inactive 10 / closed 30 closes at minute 30, not 40', async () => {
    const id = await open(await configure({ SMS: { inactive: 10, closed: 30 } }))
    await say(id)
    expect(await watch(id, 41)).toEqual({ 10: 'INACTIVE', 30: 'CLOSED' })
  })

  it('T16 the same conversation says beforehand what will happen to it, and why', async () => {
    const id = await open(await configure({ SMS: { inactive: 10, closed: 30 } }))
    const { createdAt } = await say(id)
    const body = (await (await alice.ask(`/v2/Conversations/${id}`)).json()) as { ext: { nextTransition: object } }
    expect(body.ext.nextTransition).toEqual({
      to: 'INACTIVE',
      at: new Date(createdAt.getTime() + 600_000).toISOString(),
      because: expect.stringContaining('SMS'),
    })
  })

  it('D21 a manual ACTIVE starts no timer again: closed still counts from the last communication', async () => {
    const id = await open(await configure({ SMS: { inactive: 10, closed: 30 } }))
    await say(id)
    await alice.advance(15)
    expect((await set(id, 'ACTIVE')).status).toBe('ACTIVE')
    expect(await watch(id, 20)).toEqual({ 15: 'CLOSED' })
  })

  it('T17 every conversation ends three years after its creation, whatever its activity', async () => {
    const id = await open(await configure({ SMS: null }))
    const silent = await open(await configure({ SMS: null }), 'SMS', stranger)
    const { createdAt } = await whole(alice.client.conversations.v2.conversations(id).fetch())
    const end = new Date(createdAt)
    end.setUTCFullYear(end.getUTCFullYear() + 3)
    const minutes = (end.getTime() - createdAt.getTime()) / 60_000
    for (let third = 1; third < 3; third++) {
      await alice.advance(Math.floor(minutes / 3))
      await say(id)
    }
    await alice.advance(minutes - 2 * Math.floor(minutes / 3) - 1)
    expect([await statusOf(id), await statusOf(silent)]).toEqual(['ACTIVE', 'ACTIVE'])
    await alice.advance(1)
    expect([await statusOf(id), await statusOf(silent)]).toEqual(['CLOSED', 'CLOSED'])
  })
})

describe('voice', () => {
  it('T18 T19 time runs from utterances, not from the call; nobody hears of the call itself', async () => {
    await configure({ VOICE: { inactive: 5, closed: 15 } })
    await alice.report(started)
    await alice.advance(60)
    expect(await all()).toEqual([])
    await alice.report(spoken)
    const [conversation] = await all()
    const id = conversation?.id ?? ''
    expect(conversation?.status).toBe('ACTIVE')
    expect(await watch(id, 16)).toEqual({ 5: 'INACTIVE', 15: 'CLOSED' })
  })

  it('T20 T24 a call without speech starts no clock: the conversation stays ACTIVE until it is closed by request', async () => {
    const configuration = await configure({ VOICE: { inactive: 5, closed: 15 } })
    const id = await open(configuration, 'VOICE')
    await alice.report(started, ended)
    await alice.advance(365 * 24 * 60)
    expect(await statusOf(id)).toBe('ACTIVE')
    expect((await set(id, 'CLOSED')).status).toBe('CLOSED')
  })

  it('T21 T24 conversations that nothing will end are listed as stuck', async () => {
    const configuration = await configure({ VOICE: null, SMS: { closed: 15 } })
    const orphan = await open(configuration, 'VOICE')
    await say(await open(configuration, 'SMS', stranger), { from: stranger })
    await alice.report(started, ended)
    const { conversations } = (await (await alice.ask('/v2/Conversations?stuck=true')).json()) as {
      conversations: { id: string }[]
    }
    expect(conversations.map(({ id }) => id)).toEqual([orphan])
  })

  it('T22 with null timeouts the conversation closes when the transcription stream ends', async () => {
    const id = await open(await configure({ VOICE: null }), 'VOICE')
    await alice.report(started, spoken)
    await alice.advance(120)
    expect(await statusOf(id)).toBe('ACTIVE')
    await alice.report(ended)
    expect(await statusOf(id)).toBe('CLOSED')
  })

  it('T23 within the callback window a follow-up call reopens the conversation, and its first words reset the timers', async () => {
    const id = await open(await configure({ VOICE: { inactive: 5, closed: 30 } }), 'VOICE')
    await alice.report(started, spoken, ended)
    await alice.advance(20)
    expect(await statusOf(id)).toBe('INACTIVE')
    const again = 'CA00000000000000000000000000000002'
    await alice.report({ ...started, callSid: again } as TrafficEvent)
    expect(await statusOf(id)).toBe('ACTIVE') // D15: found by clients that look for an ACTIVE one as soon as the call connects
    await alice.advance(5)
    await alice.report({ ...spoken, callSid: again } as TrafficEvent)
    expect(await watch(id, 31)).toEqual({ 5: 'INACTIVE', 30: 'CLOSED' })
    expect(await all()).toHaveLength(1)
  })

  it('N6 one ACTIVE conversation is found by its call', async () => {
    const id = await open(await configure({ VOICE: null }), 'VOICE')
    await alice.report(started)
    const found = await alice.client.conversations.v2.conversations.list({ channelId: call, status: ['ACTIVE'] })
    expect(found.map((one) => one.id)).toEqual([id])
  })

  it('T29 every TTS fragment is a communication of its own', async () => {
    const id = await open(await configure({ VOICE: null }), 'VOICE')
    const fragments: TrafficEvent[] = ['Your parcel', 'leaves today', 'at noon.'].map((text, index) => ({
      type: 'tts.fragment',
      callSid: call,
      text,
      resourceId: `f${index}`,
    }))
    await alice.report(started, spoken, ...fragments)
    const said = await alice.client.conversations.v2.communications(id).list()
    expect(said.map(({ content }) => content.text)).toEqual(['hello', 'Your parcel', 'leaves today', 'at noon.'])
    expect(said.map(({ author }) => author.address)).toEqual([customer, ours, ours, ours])
  })
})

describe('channels', () => {
  it("T25 T26 each channel's timeout counts for itself, and the conversation closes with the last of them", async () => {
    const id = await open(await configure({ SMS: { inactive: 10, closed: 20 }, WHATSAPP: { inactive: 5, closed: 40 } }))
    await say(id)
    await say(id, { channel: 'WHATSAPP' })
    expect(await watch(id, 41)).toEqual({ 10: 'INACTIVE', 40: 'CLOSED' })
  })

  it('T26 a channel without timeouts keeps the conversation open (D25)', async () => {
    const id = await open(await configure({ SMS: { closed: 5 }, CHAT: null }))
    await say(id)
    await say(id, { channel: 'CHAT', from: 'mia', to: 'shop' })
    await alice.advance(60)
    expect(await statusOf(id)).toBe('ACTIVE')
  })

  it("T27 a new communication resets its own channel's clock, and no other", async () => {
    const id = await open(await configure({ SMS: { inactive: 10, closed: 30 }, RCS: { inactive: 10, closed: 30 } }))
    await say(id)
    await say(id, { channel: 'RCS' })
    await alice.advance(8)
    await say(id)
    // RCS is past its 10 minutes two minutes from now, SMS ten minutes from now.
    expect(await watch(id, 31)).toEqual({ 10: 'INACTIVE', 30: 'CLOSED' })
  })

  describe('T28 voice without timeouts and SMS with 10 / 60, minute by minute', () => {
    async function duringACall(minutesUntilSms: number): Promise<string> {
      await configure({ VOICE: null, SMS: { inactive: 10, closed: 60 } }, 'GROUP_BY_PROFILE')
      await alice.report(started, spoken)
      await alice.advance(minutesUntilSms)
      await alice.report(sms())
      const conversations = await all()
      expect(conversations).toHaveLength(1)
      return conversations[0]?.id ?? ''
    }

    it('the call ends soon after the SMS: ACTIVE until 10, CLOSED at 60 minutes after the SMS', async () => {
      const id = await duringACall(2)
      expect(await watch(id, 3)).toEqual({})
      await alice.report(ended)
      expect(await watch(id, 58)).toEqual({ 7: 'INACTIVE', 57: 'CLOSED' })
    })

    it('the call outlasts the inactive timeout of SMS: INACTIVE when it ends', async () => {
      const id = await duringACall(2)
      expect(await watch(id, 20)).toEqual({})
      await alice.report(ended)
      expect(await statusOf(id)).toBe('INACTIVE')
      expect(await watch(id, 41)).toEqual({ 40: 'CLOSED' })
    })

    it('the call outlasts SMS altogether: CLOSED when it ends', async () => {
      const id = await duringACall(2)
      expect(await watch(id, 70)).toEqual({})
      await alice.report(ended)
      expect(await statusOf(id)).toBe('CLOSED')
    })
  })
})

describe('configuration', () => {
  it('T32 D58 timeouts are changed later on an existing configuration; open conversations keep what they began with', async () => {
    const configuration = await configure({ SMS: { inactive: 10, closed: 30 } })
    const before = await open(configuration)
    await alice.client.conversations.v2.configurations(configuration).update({
      description: 'x',
      conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES',
      memoryStoreId: 'mem_store_01ka7n36096q14dr9gpqy77zxy',
      channelSettings: { SMS: { statusTimeouts: { inactive: 1, closed: 3 } } },
    } as never)
    const after = await open(configuration, 'SMS', stranger)
    await say(before)
    await say(after, { from: stranger })
    await alice.advance(1)
    expect([await statusOf(before), await statusOf(after)]).toEqual(['ACTIVE', 'INACTIVE'])
    await alice.advance(2)
    expect([await statusOf(before), await statusOf(after)]).toEqual(['ACTIVE', 'CLOSED'])
    expect(await watch(before, 27)).toEqual({ 7: 'INACTIVE', 27: 'CLOSED' })
  })

  it('T33 each channel has its own values', async () => {
    const configuration = await configure({ SMS: { inactive: 2, closed: 4 }, VOICE: { inactive: 3, closed: 6 } })
    const texted = await open(configuration)
    const called = await open(configuration, 'VOICE', stranger)
    await say(texted)
    await say(called, { channel: 'VOICE', from: stranger })
    await alice.advance(2)
    expect([await statusOf(texted), await statusOf(called)]).toEqual(['INACTIVE', 'ACTIVE'])
    await alice.advance(2)
    expect([await statusOf(texted), await statusOf(called)]).toEqual(['CLOSED', 'INACTIVE'])
    await alice.advance(2)
    expect(await statusOf(called)).toBe('CLOSED')
  })

  it('T35 what the console edits under "Conversation lifecycle and timeouts", one channel at a time, is kept as chosen', async () => {
    const id = await configure({ SMS: { inactive: 10, closed: 30 }, VOICE: { inactive: 5, closed: 15 } })
    const { configurations } = alice.client.conversations.v2
    const before = await configurations(id).fetch()
    await configurations(id).patch({ channelSettings: { VOICE: { statusTimeouts: null } } } as never)
    const after = await configurations(id).fetch()
    expect(after.channelSettings?.['VOICE']?.statusTimeouts).toBeNull()
    expect(after.channelSettings?.['SMS']).toEqual(before.channelSettings?.['SMS'])
    expect([after.displayName, after.version]).toEqual([before.displayName, 2])
  })
})
