import { describe, expect, test } from 'vitest'
import type { Key } from '../noun.ts'
import { conversation } from './conversation.ts'
import type { ConversationEvent } from './events.ts'
import { alice, bob, house, parties, pinOf, saying, us } from './given.ts'

const sms = { SMS: { inactive: 10, closed: 30 } }
const keys = (events: readonly ConversationEvent[]): string[] =>
  events.flatMap((event) => conversation.keys(event).map(({ use, kind, key }) => `${use} ${kind} ${key}`))

describe('claims and handles', () => {
  test('the key is claimed while it is open, and free in the very state that closes it', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    expect(conversation.claims(town.get(id))).toMatchObject([{ kind: 'grouping', key: town.get(id).key }])
    expect(conversation.claims(town.at(10).get(id))).toHaveLength(1)
    expect(conversation.claims(town.at(30).get(id))).toEqual([])
  })

  test('one handle for each canonical address and for its configuration while it is open; channel ids for ever', () => {
    const town = house(pinOf(sms))
    const id = town.create([
      {
        type: 'customer',
        addresses: [
          { channel: 'SMS', address: alice },
          { channel: 'VOICE', address: alice, channelId: 'CA1' },
        ],
      },
      { type: 'agent', addresses: [{ channel: 'SMS', address: us }] },
    ])
    expect(conversation.handles(town.get(id))).toEqual([
      { kind: 'address', key: alice },
      { kind: 'channel', key: 'CA1' },
      { kind: 'address', key: us },
      { kind: 'configuration', key: town.get(id).configuration.id },
    ])
    town.run(id, { type: 'change', status: 'closed' })
    expect(conversation.handles(town.get(id))).toEqual([{ kind: 'channel', key: 'CA1' }])
  })
})

describe('keys and parts', () => {
  test('a message uses up its resource id and is found by it and by its channel id', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    const say = (more: object): string[] => keys(town.run(id, { ...saying({ channel: 'SMS' }), ...more }))
    expect(say({ resourceId: 'SM1', channelId: 'CH1' })).toEqual([
      'once resource SM1',
      'find resource SM1',
      'find channel CH1',
    ])
    expect(say({ resourceId: 'SM2', channelId: 'SM2' })).toEqual(['once resource SM2', 'find resource SM2'])
    expect(say({})).toEqual([])
    expect(say({ resourceId: 'SM1' })).toEqual([])
  })

  test('D9 what traffic brings is found by its resource id alone, what an API caller writes is not', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    const say = (more: object): readonly Key[] =>
      town.run(id, { ...saying({ channel: 'SMS' }), ...more }).flatMap((event) => conversation.keys(event))
    expect(say({ resourceId: 'SM1', captured: true })).toContainEqual({
      use: 'find',
      kind: 'resource',
      key: 'SM1',
      alone: true,
    })
    expect(say({ resourceId: 'SM2' })).toContainEqual({ use: 'find', kind: 'resource', key: 'SM2' })
  })

  test('a stream leaves the key of its call once, not with every word', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.create(parties('VOICE'))
    expect(keys(town.run(id, { type: 'attach_stream', callSid: 'CA1' }))).toEqual(['find channel CA1'])
    const words = { ...saying({ channel: 'VOICE', stream: 'CA1' }), channelId: 'CA1' }
    expect(keys(town.run(id, words))).toEqual([])
    expect(keys(town.run(id, { ...words, resourceId: 'GT1-1' }))).toEqual([
      'once resource GT1-1',
      'find resource GT1-1',
    ])
  })

  test('X21 a grouping key finds for ever those that held it', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    expect(keys(town.events(id))).toEqual([`find grouping ${town.get(id).key}`])
  })

  test('a communication is a part, an update is laid over it, all else makes the timeline', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS', resourceId: 'SM1' })
    town.hear({ channel: 'SMS', resourceId: 'SM1' })
    expect(
      town
        .at(30)
        .events(id)
        .map((event) => conversation.part(event)),
    ).toEqual([
      { creates: 'timeline' },
      { creates: 'timeline' },
      { creates: 'timeline' },
      { creates: 'communication' },
      { overlays: 4 },
      { creates: 'timeline' },
      { creates: 'timeline' },
    ])
  })
})

describe('lists', () => {
  test('a message on an active conversation changes no facet, but stuck once', () => {
    const town = house(pinOf(sms))
    const id = town.create(parties('SMS'))
    const before = conversation.facets(town.get(id))
    expect(before).toMatchObject({ status: 'active', stuck: true, configurationId: town.pin.id })
    town.hear({ channel: 'SMS' })
    const first = conversation.facets(town.get(id))
    expect(first).toEqual({ ...before, stuck: undefined })
    for (let minute = 1; minute < 9; minute++) town.at(minute).hear({ channel: 'SMS', out: minute % 2 === 0 })
    expect(conversation.facets(town.get(id))).toEqual(first)
  })

  test('every list has its facets, and a closed one leaves those of open ones', () => {
    const town = house(pinOf(sms))
    const id = town.create([])
    for (const { equal, sort } of Object.values(conversation.lists)) {
      expect(conversation.facets(town.get(id))[equal]).toBeDefined()
      expect(conversation.facets(town.get(id))[sort]).toBeDefined()
    }
    town.run(id, { type: 'change', status: 'closed' })
    expect(conversation.facets(town.get(id))).toMatchObject({
      status: 'closed',
      stuck: undefined,
    })
  })

  test('stuck: a call in which something was said will end; a silent one will not', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.create(parties('VOICE'))
    const stuck = (): unknown => conversation.facets(town.get(id))['stuck']
    town.run(id, { type: 'attach_stream', callSid: 'CA1' })
    expect(stuck()).toBe(true)
    town.hear({ channel: 'VOICE', stream: 'CA1' })
    expect(stuck()).toBeUndefined()
    town.hear({ channel: 'CHAT', customer: alice, business: us })
    expect(stuck()).toBe(true)
  })

  test('D25 a channel without an end makes it stuck', () => {
    const town = house(pinOf({ SMS: null }))
    expect(conversation.facets(town.get(town.hear({ channel: 'SMS', customer: bob })))['stuck']).toBe(true)
  })
})

test('heads are at most 1 kB at the median', () => {
  const town = house(pinOf({ SMS: { inactive: 10, closed: 60 }, VOICE: null }))
  const bytes = (id: string): number => JSON.stringify({ ...town.get(id), account: id }).length
  const written = town.hear({ channel: 'SMS', resourceId: 'SM0' })
  const long = { out: true, text: 'x'.repeat(1000) }
  for (let i = 1; i < 20; i++) town.hear({ channel: 'SMS', resourceId: `SM${i}`, ...long })
  const fresh = bytes(written)
  expect(bytes(town.at(11).hear({ channel: 'SMS' }))).toBeLessThanOrEqual(1024)
  const reopened = bytes(written)
  // On a call, and after it on both channels at once, a head is larger, but not by much.
  const callSid = `CA${'0'.repeat(32)}`
  const spoken = bytes(town.hear({ channel: 'VOICE', customer: bob, stream: callSid }))
  town.hear({ channel: 'VOICE', stream: callSid })
  town.run(written, { type: 'end_stream', callSid, because: 'the call ended' })
  const heads = [fresh, reopened, spoken, bytes(written), bytes(town.create(parties('SMS', '+14155550109')))]
  console.info(`heads: ${heads.join(', ')} bytes`)
  expect(heads.toSorted((a, b) => a - b)[2]).toBeLessThanOrEqual(1024)
  expect(Math.max(...heads)).toBeLessThanOrEqual(1280)
})
