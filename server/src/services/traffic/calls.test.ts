import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  alice,
  bob,
  capturing,
  ended,
  idOf,
  line,
  openHouse,
  received,
  started,
  uttered,
  type House,
} from '#conformance/house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

const statusOf = async (id: string | undefined): Promise<string> => (await house.conversation(id)).status
async function said(
  id: string | undefined,
): Promise<readonly { text: string; author: string; channelId: string | null }[]> {
  const page = await house.services.conversations.communications(house.account, id!, { after: 0, limit: 100 })
  return (page?.items ?? []).map(({ communication: { content, author, channelId } }) => ({
    text: content.text,
    author: author.address,
    channelId,
  }))
}
async function close(id: string | undefined): Promise<void> {
  const outcome = await house.services.conversations.change(house.ask, id!, { status: 'closed' })
  expect(outcome.value?.conversation.status).toBe('closed')
}

describe('a call that a rule captures', () => {
  it('T19: has a conversation from its first utterance, not from its start', async () => {
    await house.configure()
    expect(await house.send(started('CA1'))).toEqual([{ status: 'noted' }])
    expect(await house.conversations()).toEqual([])
    const [first] = await house.send(uttered('CA1'))
    expect(first).toMatchObject({ status: 'recorded' })
    expect(await said(idOf(first))).toEqual([{ text: 'Hello', author: alice, channelId: 'CA1' }])
  })

  it('joins an open conversation of the same sides at its start, and reopens it (T23, D15)', async () => {
    await house.configure()
    const [message] = await house.send(received())
    await house.pass(10)
    expect(await statusOf(idOf(message))).toBe('inactive')
    expect(await house.send(started('CA1'))).toEqual([{ status: 'attached', conversationId: idOf(message) }])
    expect(await statusOf(idOf(message))).toBe('active')
  })

  it('X16: is captured by its call type', async () => {
    await house.configure({ channels: { VOICE: capturing(null, { callType: 'CLIENT' }) } })
    expect(await house.send(started('CA1'))).toMatchObject([{ status: 'ignored' }])
    expect(await house.send(started('CA2', { callType: 'CLIENT' }))).toMatchObject([{ status: 'noted' }])
    expect(await house.send(uttered('CA1'))).toMatchObject([
      { status: 'refused', refusal: { code: 'not_found', field: 'callSid' } },
    ])
  })

  it('X10: knows customer and agent by the direction of the call', async () => {
    await house.configure()
    await house.send(started('CA1', { from: line, to: bob, direction: 'outbound' }))
    const [heard] = await house.send(uttered('CA1', 'Bob here'), uttered('CA1', 'Hi Bob', { track: 'outbound' }))
    expect((await house.conversation(idOf(heard))).participants).toMatchObject([
      { type: 'customer', addresses: [{ channel: 'VOICE', address: bob }] },
      { type: 'agent', addresses: [{ channel: 'VOICE', address: line }] },
    ])
    expect(await said(idOf(heard))).toMatchObject([{ author: bob }, { author: line }])
  })

  it('T18: its ringing and connecting start no clock, its words do', async () => {
    await house.configure({ channels: { VOICE: capturing({ inactive: 5, closed: 30 }) } })
    const [first] = await house.send(started('CA1'), uttered('CA1'))
    void first
    const [conversation] = await house.conversations()
    await house.pass(4)
    await house.send(uttered('CA1'))
    await house.pass(4)
    expect(await statusOf(conversation?.id)).toBe('active')
    await house.pass(1)
    expect(await statusOf(conversation?.id)).toBe('inactive')
  })
})

describe('a call that names its configuration', () => {
  it('has its conversation from connect, and is found by its call while it is active', async () => {
    const configurationId = await house.configure({ channels: { VOICE: { timeouts: null, capture: [] } } })
    const [result] = await house.send(started('CA1', { configurationId }))
    expect(result).toMatchObject({ status: 'attached' })
    const found = await house.services.conversations.list(house.account, {
      statuses: ['active'],
      channelId: 'CA1',
      limit: 10,
    })
    expect(found.items.map(({ conversation }) => conversation.id)).toEqual([idOf(result)])
  })

  it('T20, T24: without a word stays active for ever after its end, and is seen to be stuck', async () => {
    const configurationId = await house.configure()
    const [result] = await house.send(started('CA1', { configurationId }), ended('CA1'))
    await house.pass(60 * 24 * 365)
    expect(await statusOf(idOf(result))).toBe('active')
    const stuck = await house.services.conversations.stuck(house.account, { limit: 10 })
    expect(stuck.items.map(({ conversation }) => conversation.id)).toEqual([idOf(result)])
  })

  it('T22: with words closes when its stream ends, where voice has no timeouts', async () => {
    const configurationId = await house.configure()
    const [result] = await house.send(started('CA1', { configurationId }), uttered('CA1'))
    await house.pass(600)
    expect(await statusOf(idOf(result))).toBe('active')
    expect(await house.send(ended('CA1'))).toEqual([{ status: 'ended', conversationId: idOf(result) }])
    expect(await statusOf(idOf(result))).toBe('closed')
  })

  it('T23: a follow-up call within the window reopens it and starts the timers anew', async () => {
    const configurationId = await house.configure({ channels: { VOICE: capturing({ inactive: 5, closed: 30 }) } })
    const [first] = await house.send(started('CA1', { configurationId }), uttered('CA1'), ended('CA1'))
    await house.pass(20)
    expect(await statusOf(idOf(first))).toBe('inactive')
    const [second] = await house.send(started('CA2', { configurationId }), uttered('CA2'))
    expect(idOf(second)).toBe(idOf(first))
    expect(await statusOf(idOf(first))).toBe('active')
    await house.pass(29)
    expect(await statusOf(idOf(first))).toBe('inactive')
    await house.pass(1)
    expect(await statusOf(idOf(first))).toBe('closed')
  })

  it('is refused one that is not there', async () => {
    const [result] = await house.send(started('CA1', { configurationId: '01ka7n36096q14dr9gpqy77zxy' }))
    expect(result).toMatchObject({ status: 'refused', refusal: { code: 'not_found', field: 'configurationId' } })
  })
})

describe('a call that names its conversation', () => {
  it('belongs to it as long as it is open, and to the one that follows it when it is closed', async () => {
    const configurationId = await house.configure()
    const [first] = await house.send(started('CA1', { configurationId }), ended('CA1'))
    const conversationId = idOf(first)!
    const [named] = await house.send(started('CA2', { conversationId, from: bob }), uttered('CA2'))
    expect(idOf(named)).toBe(conversationId)
    await house.send(ended('CA2'))
    expect(await statusOf(conversationId)).toBe('closed')
    const [next] = await house.send(started('CA3', { conversationId, from: bob }))
    expect(idOf(next)).not.toBe(conversationId)
    expect(await house.conversation(idOf(next))).toMatchObject({
      previous: conversationId,
      configuration: { id: configurationId },
    })
  })

  it('is refused one that is not there', async () => {
    await house.configure()
    const [result] = await house.send(started('CA1', { conversationId: '01ka7n36096q14dr9gpqy77zxy' }))
    expect(result).toMatchObject({ status: 'refused', refusal: { code: 'not_found', field: 'conversationId' } })
  })
})

describe('a stream', () => {
  it('T4, T9: whose conversation was closed meanwhile goes on in a new one', async () => {
    const configurationId = await house.configure()
    const [first] = await house.send(started('CA1', { configurationId }), uttered('CA1', 'one'))
    await close(idOf(first))
    const [second] = await house.send(uttered('CA1', 'two'), uttered('CA1', 'three'))
    expect(idOf(second)).not.toBe(idOf(first))
    expect(await said(idOf(first))).toHaveLength(1)
    expect(await said(idOf(second))).toMatchObject([{ text: 'two' }, { text: 'three' }])
    expect((await house.conversation(idOf(second))).previous).toBe(idOf(first))
    await house.send(ended('CA1'))
    expect(await statusOf(idOf(second))).toBe('closed')
  })

  it('N6: is open in one conversation only, also when an active one takes over from a passive one (D9)', async () => {
    await house.configure({ channels: { VOICE: capturing({ inactive: 5, closed: 30 }) } })
    const configurationId = await house.configure({
      displayName: 'Named',
      channels: { VOICE: { timeouts: null, capture: [] } },
    })
    await house.send(started('CA1'), uttered('CA1'))
    const [captured] = await house.conversations()
    const [active] = await house.send(started('CA1', { configurationId }))
    expect(idOf(active)).not.toBe(captured?.id)
    const [words] = await house.send(uttered('CA1', 'two'))
    expect(idOf(words)).toBe(idOf(active))
    const found = await house.services.conversations.list(house.account, {
      statuses: ['active'],
      channelId: 'CA1',
      limit: 10,
    })
    expect(found.items.map(({ conversation }) => conversation.id)).toEqual([idOf(active)])
    expect(await statusOf(captured?.id)).toBe('active')
  })

  it('D9: told to start twice is one stream, and what a rule says later does not take it from what markup named', async () => {
    await house.configure()
    const configurationId = await house.configure({
      displayName: 'Named',
      channels: { VOICE: { timeouts: null, capture: [] } },
    })
    const named = started('CA1', { configurationId })
    const [first, second, third] = await house.send(named, started('CA1'), named)
    expect(second).toEqual(first)
    expect(third).toEqual(first)
    expect(await house.send(uttered('CA1'))).toMatchObject([{ conversationId: idOf(first) }])
    expect(await house.conversations()).toHaveLength(1)
  })

  it('that ended takes no more words, and its conversation keeps a note of them', async () => {
    const configurationId = await house.configure({ channels: { VOICE: capturing({ inactive: 5, closed: 30 }) } })
    const [first] = await house.send(started('CA1', { configurationId }), uttered('CA1'), ended('CA1'))
    const [late] = await house.send(uttered('CA1', 'secret'))
    expect(late).toMatchObject({ status: 'refused', refusal: { code: 'stream_ended' }, conversationId: idOf(first) })
    expect(await house.send(ended('CA1'))).toMatchObject([{ status: 'ended' }])
    const timeline = await house.services.conversations.timeline(house.account, idOf(first)!, { after: 0, limit: 100 })
    const notes = timeline?.items.filter(({ event }) => event.type === 'late.refused')
    expect(notes).toHaveLength(1)
    expect(JSON.stringify(notes)).not.toContain('secret')
  })

  it('may be followed by another of the same call', async () => {
    const configurationId = await house.configure({ channels: { VOICE: capturing({ inactive: 5, closed: 30 }) } })
    const [first] = await house.send(started('CA1', { configurationId }), uttered('CA1', 'one'), ended('CA1'))
    const [, words] = await house.send(started('CA1', { configurationId }), uttered('CA1', 'two'))
    expect(words).toMatchObject({ status: 'recorded', conversationId: idOf(first) })
  })

  it('whose conversation is closed and whose configuration is gone is ignored, not asked to come again', async () => {
    const { configurations, conversations } = house.services
    const named = await house.configure({ displayName: 'Named' })
    const [one] = await house.send(started('CA1', { configurationId: named }))
    await conversations.change(house.ask, idOf(one), { status: 'closed' })
    await configurations.remove(house.ask, named)
    const ignored = [{ status: 'ignored', because: expect.stringContaining('deleted') }]
    expect(await house.send(uttered('CA1'))).toMatchObject(ignored)

    const capturing = await house.configure()
    const [, two] = await house.send(started('CA2'), uttered('CA2'))
    await conversations.change(house.ask, idOf(two), { status: 'closed' })
    await configurations.remove(house.ask, capturing)
    expect(await house.send(uttered('CA2'))).toMatchObject(ignored)
  })

  it('nobody started, is refused with what to do', async () => {
    await house.configure()
    const results = await house.send(uttered('CA9'), { type: 'tts.fragment', callSid: 'CA9', text: 'Hi' }, ended('CA9'))
    for (const result of results) expect(result).toMatchObject({ status: 'refused', refusal: { code: 'not_found' } })
  })

  it('D16: whose end is never reported ends after a day', async () => {
    const configurationId = await house.configure()
    const [first] = await house.send(started('CA1', { configurationId }), uttered('CA1'))
    await house.pass(60 * 24)
    expect(await statusOf(idOf(first))).toBe('closed')
  })

  it('T29: each fragment of our own voice is a communication of its own', async () => {
    const configurationId = await house.configure()
    const fragments = ['It', 'leaves', 'today'].map((text, i) => ({
      type: 'tts.fragment' as const,
      callSid: 'CA1',
      text,
      resourceId: `GT1.${i}`,
    }))
    const [first] = await house.send(started('CA1', { configurationId }), ...fragments)
    expect(await said(idOf(first))).toEqual(fragments.map(({ text }) => ({ text, author: line, channelId: 'CA1' })))
  })
})

describe('several channels', () => {
  beforeEach(() =>
    house.configure({ channels: { VOICE: capturing(null), SMS: capturing({ inactive: 10, closed: 60 }) } }),
  )

  it('T25, T26, T28: a call that ends closes voice only; SMS keeps its own clocks, minute by minute', async () => {
    await house.send(started('CA1'))
    const [call] = await house.send(uttered('CA1'))
    const id = idOf(call)
    await house.pass(1)
    expect(await house.send(received())).toMatchObject([{ conversationId: id }])
    await house.pass(1)
    await house.send(ended('CA1'))
    for (let minute = 1; minute < 10; minute++) {
      expect([minute, await statusOf(id)]).toEqual([minute, 'active'])
      await house.pass(1)
    }
    for (let minute = 10; minute < 60; minute++) {
      expect([minute, await statusOf(id)]).toEqual([minute, 'inactive'])
      await house.pass(1)
    }
    expect(await statusOf(id)).toBe('closed')
  })

  it("T27: a communication starts its own channel's clock anew, and no other", async () => {
    const [message] = await house.send(received())
    const id = idOf(message)
    await house.pass(55)
    expect(await house.send(started('CA1'), uttered('CA1'))).toMatchObject([
      { conversationId: id },
      { conversationId: id },
    ])
    await house.pass(20)
    expect(await statusOf(id)).toBe('active')
    await house.send(ended('CA1'))
    expect(await statusOf(id)).toBe('closed')
  })
})
