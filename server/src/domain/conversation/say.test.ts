import { describe, expect, test } from 'vitest'
import { minuteMs } from '../vocabulary/instant.ts'
import type { DeliveryStatus } from './communication.ts'
import { laterDelivery } from './delivery.ts'
import type { ConversationEvent } from './events.ts'
import { alice, begin, bob, house, parties, pinOf, saying, us } from './given.ts'

const sms = { SMS: { inactive: 10, closed: 30 } }
const types = (events: readonly ConversationEvent[]): string[] => events.map(({ type }) => type)

describe('a new communication', () => {
  test('the first inbound message: created, its participants, the communication', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS', resourceId: 'SM1' })
    expect(types(town.events(id))).toEqual([
      'conversation.created',
      'participant.added',
      'participant.added',
      'communication.created',
    ])
    const [customer, agent] = town.get(id).participants
    expect(town.events(id)[3]).toEqual({
      type: 'communication.created',
      at: begin,
      communication: {
        author: { address: alice, channel: 'SMS', participantId: customer?.id },
        recipients: [{ address: us, channel: 'SMS', participantId: agent?.id }],
        content: { type: 'text', text: 'hello' },
        channelId: null,
        resourceId: 'SM1',
        createdAt: begin,
        updatedAt: begin,
        occurredAt: begin,
      },
      captured: true,
    })
  })

  test('a call whose stream is not attached yet attaches it first', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.hear({ channel: 'VOICE', stream: 'CA1' })
    expect(types(town.events(id)).slice(3)).toEqual(['stream.attached', 'communication.created'])
    expect(town.get(id).voice.open).toEqual([{ callSid: 'CA1', spoken: true }])
  })

  test('D18 another spelling of an address is the same participant, shown as it was given', () => {
    const town = house(pinOf({ WHATSAPP: null }))
    const id = town.hear({ channel: 'WHATSAPP' })
    const [event] = town.run(id, saying({ channel: 'WHATSAPP', customer: 'whatsapp:+1 (415) 555-0101' }))
    expect(event).toMatchObject({
      communication: {
        author: { address: 'whatsapp:+1 (415) 555-0101', participantId: town.get(id).participants[0]?.id },
      },
    })
  })

  test('D18 an address nobody owns gets a participant first, of the type that is said or unknown', () => {
    const town = house(pinOf(sms))
    const id = town.create()
    const author = { channel: 'SMS', address: alice } as const
    const recipient = { channel: 'SMS', address: us, type: 'agent' } as const
    const events = town.run(id, { type: 'say', author, recipients: [recipient], content: { type: 'text', text: 'hi' } })
    expect(types(events)).toEqual(['participant.added', 'participant.added', 'communication.created'])
    expect(town.get(id).participants.map(({ type }) => type)).toEqual(['unknown', 'agent'])
    expect(town.get(id).key).toContain(`${alice},${us}`)
  })

  test('who writes to themselves is one participant', () => {
    const town = house(pinOf(sms))
    const id = town.create()
    town.run(id, saying({ channel: 'SMS', customer: alice, business: alice }))
    expect(town.get(id).participants).toHaveLength(1)
  })

  test('a captured party known on another channel by the same number gets the address added', () => {
    const town = house(pinOf({ SMS: null, VOICE: null }))
    const id = town.hear({ channel: 'SMS' })
    const events = town.run(id, saying({ channel: 'VOICE' }))
    expect(types(events)).toEqual(['participant.updated', 'participant.updated', 'communication.created'])
    expect(town.get(id).participants.map(({ addresses }) => addresses)).toEqual([
      [
        { channel: 'SMS', address: alice },
        { channel: 'VOICE', address: alice },
      ],
      [
        { channel: 'SMS', address: us },
        { channel: 'VOICE', address: us },
      ],
    ])
  })

  test('D69 our number is not added to a human agent who has it elsewhere', () => {
    const town = house(pinOf({ SMS: null, VOICE: null }))
    const id = town.create([{ type: 'human_agent', addresses: [{ channel: 'SMS', address: us }] }])
    town.run(id, saying({ channel: 'VOICE' }))
    expect(town.get(id).participants.map(({ type }) => type)).toEqual(['human_agent', 'customer', 'agent'])
  })

  test('our number may be an artificial agent on every channel', () => {
    const town = house(pinOf({ SMS: null, VOICE: null }))
    const id = town.create([{ type: 'ai_agent', addresses: [{ channel: 'SMS', address: us }] }])
    town.run(id, saying({ channel: 'VOICE' }))
    expect(town.get(id).participants.map(({ type }) => type)).toEqual(['ai_agent', 'customer'])
  })

  test('a participant it does not know, no recipients, no address: refused with the field', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    const { author, recipients, content } = saying({ channel: 'SMS' })
    const stranger = { ...author, participantId: '0'.repeat(26) }
    const refused = [
      [{ author: stranger, recipients }, 'author.participantId'],
      [{ author, recipients: [stranger] }, 'recipients.0.participantId'],
      [{ author, recipients: [] }, 'recipients'],
      [{ author: { ...author, address: '' }, recipients }, 'author.address'],
      [{ author, recipients: [{ ...author, address: 'x'.repeat(255) }] }, 'recipients.0.address'],
    ] as const
    for (const [wrong, field] of refused) {
      expect(town.refusal(id, { type: 'say', content, ...wrong })).toMatchObject({ code: 'invalid', field })
    }
  })

  test('a text has no transcription', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    const content = { type: 'text', text: 'hi', transcription: { confidence: 1 } } as const
    const [event] = town.run(id, { ...saying({ channel: 'SMS' }), content })
    expect(event).toMatchObject({ communication: { content: { type: 'text', text: 'hi' } } })
    expect(JSON.stringify(event)).not.toContain('confidence')
  })

  test('at most 1,000 participants', () => {
    const town = house(pinOf(sms))
    const id = town.create()
    const recipients = Array.from({ length: 999 }, (_, i) => ({
      channel: 'SMS' as const,
      address: `+1415555${1000 + i}`,
    }))
    const author = { channel: 'SMS', address: alice } as const
    town.run(id, { type: 'say', author, recipients, content: { type: 'text', text: 'to all' } })
    expect(town.get(id).participants).toHaveLength(1000)
    expect(town.refusal(id, saying({ channel: 'SMS', business: us })).code).toBe('limit_reached')
    expect(town.refusal(id, { type: 'add_participant', addresses: [] }).code).toBe('limit_reached')
  })
})

describe('a resource id used already (D39)', () => {
  test('D39 the earlier communication changes, no clock does, and nothing reopens', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS', resourceId: 'SM1' })
    const first = town.events(id)[3]
    town.at(12)
    const before = town.get(id)
    const [event, ...more] = town.run(id, saying({ channel: 'SMS', resourceId: 'SM1', text: 'corrected' }))
    expect(more).toEqual([])
    expect(event).toMatchObject({
      type: 'communication.updated',
      n: 4,
      communication: {
        ...(first?.type === 'communication.created' ? first.communication : {}),
        content: { type: 'text', text: 'corrected' },
        updatedAt: begin + 12 * minuteMs,
      },
    })
    expect(town.get(id)).toBe(before)
  })

  test('D39 recipients are merged, their delivery does not go back, and the author stays', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS', resourceId: 'SM1' })
    town.run(id, { type: 'report_delivery', n: 4, resourceId: 'SM1', status: 'delivered' })
    const recipients = [
      { channel: 'SMS', address: us, delivery: 'initiated' },
      { channel: 'SMS', address: bob, delivery: 'initiated' },
    ] as const
    const author = { channel: 'SMS', address: '+14155550103' } as const
    const events = town.run(id, { ...saying({ channel: 'SMS', resourceId: 'SM1' }), author, recipients })
    expect(types(events)).toEqual(['participant.added', 'communication.updated'])
    expect(events[1]).toMatchObject({
      communication: {
        author: { address: alice },
        recipients: [
          { address: us, delivery: 'delivered' },
          { address: bob, delivery: 'initiated' },
        ],
      },
    })
    expect(town.get(id).participants).toHaveLength(3)
  })
})

describe('delivery reports', () => {
  const statuses = ['initiated', 'in_progress', 'failed', 'delivered', 'read'] as const

  test.each(
    statuses.flatMap((from, i) =>
      statuses.map((to, j): [DeliveryStatus, DeliveryStatus, DeliveryStatus] => [from, to, j > i ? to : from]),
    ),
  )('%s, then %s: %s', (from, to, then) => {
    expect(laterDelivery(from, to)).toBe(then)
    expect(laterDelivery(undefined, to)).toBe(to)
    expect(laterDelivery(from, undefined)).toBe(from)
  })

  test('to one recipient or to all; a repeated report has no event', () => {
    const town = house(pinOf(sms))
    const id = town.create()
    const recipients = [us, bob].map((address) => ({ channel: 'SMS' as const, address }))
    town.run(id, { ...saying({ channel: 'SMS', resourceId: 'SM1' }), recipients })
    const report = { type: 'report_delivery', n: 0, resourceId: 'SM1' } as const
    const told = (events: readonly ConversationEvent[]): unknown[] =>
      events.flatMap((event) =>
        event.type === 'communication.updated'
          ? event.communication.recipients.map(({ delivery }) => delivery ?? null)
          : [],
      )
    expect(told(town.run(id, { ...report, to: '+1 415 555 0102', status: 'read' }))).toEqual([null, 'read'])
    expect(told(town.run(id, { ...report, status: 'delivered' }))).toEqual(['delivered', 'read'])
    expect(town.run(id, { ...report, status: 'delivered' })).toEqual([])
    expect(town.run(id, { ...report, to: bob, status: 'initiated' })).toEqual([])
    expect(town.refusal(id, { ...report, to: alice, status: 'read' })).toMatchObject({ code: 'not_found', field: 'to' })
  })

  test('of a message that is not known: refused as not found', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    expect(town.refusal(id, { type: 'report_delivery', n: 4, resourceId: 'SM9', status: 'read' }).code).toBe(
      'not_found',
    )
  })
})

test('a participant added by traffic leaves the key as it was where another conversation holds the new one', () => {
  const town = house(pinOf(sms))
  const three = town.create([...parties('SMS'), { type: 'customer', addresses: [{ channel: 'SMS', address: bob }] }])
  const two = town.create(parties('SMS'))
  const key = town.get(two).key
  const joining = saying({ channel: 'SMS', customer: bob })
  expect(town.refusal(two, joining)).toMatchObject({
    code: 'grouping_taken',
    conflicting: { noun: 'conversation', id: three },
  })
  expect(types(town.run(two, { ...joining, captured: true }))).toEqual(['participant.added', 'communication.created'])
  expect(town.get(two).key).toEqual(key)
  expect(town.get(two).participants).toHaveLength(3)
  // A change that does not touch the set does not try for the key again.
  const [first] = town.get(two).participants
  town.run(two, {
    type: 'replace_participant',
    participantId: first?.id ?? '',
    name: 'Alice',
    participantType: 'customer',
    addresses: first?.addresses ?? [],
  })
})
