// The law of section 2, each rule by its number. T34, T35, T37 and T38 are about HTTP and clients and are tested there.
import { describe, expect, test } from 'vitest'
import { dayMs, minuteMs, yearsAfter } from '../vocabulary/instant.ts'
import { conversation } from './conversation.ts'
import { alice, begin, bob, house, parties, pinOf, saying, type House } from './given.ts'
import { listMoves } from '../vocabulary/machine.ts'
import { moves } from './moves.ts'

const sms = { SMS: { inactive: 10, closed: 30 } }
const types = (town: House, id: string): string[] => town.events(id).map(({ type }) => type)
const statuses = (town: House, id: string, minutes: number[]): string[] =>
  minutes.map((minute) => town.at(minute).get(id).status)
const moved = (town: House, id: string): string[] =>
  town
    .events(id)
    .flatMap((event) =>
      event.type === 'conversation.moved' ? [`${event.from} ${event.to} ${(event.at - begin) / minuteMs}`] : [],
    )

describe('states', () => {
  test('T1 a conversation is in exactly one of three states', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    expect(statuses(town, id, [0, 10, 30])).toEqual(['active', 'inactive', 'closed'])
    expect(Object.keys(moves).toSorted()).toEqual(['active', 'closed', 'erasing', 'inactive', 'new'])
  })

  test('T2 active is the state at creation', () => {
    const town = house(pinOf(sms))
    expect(town.get(town.create()).status).toBe('active')
    expect(town.get(town.hear({ channel: 'SMS' })).status).toBe('active')
  })

  test('T3 inactive is optional: without an inactive timeout it never comes', () => {
    const town = house(pinOf({ SMS: { closed: 30 } }))
    const id = town.hear({ channel: 'SMS' })
    expect(statuses(town, id, [1, 29, 30])).toEqual(['active', 'active', 'closed'])
    expect(moved(town, id)).toEqual(['active closed 30'])
  })

  test('T4 closed is final: no communication is added, and traffic starts a new conversation', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.at(30)
    const before = town.get(id)
    expect(town.refusal(id, saying({ channel: 'SMS' })).code).toBe('closed')
    const next = town.hear({ channel: 'SMS' })
    expect(next).not.toBe(id)
    expect(town.get(id)).toEqual(before)
    expect(town.get(next).status).toBe('active')
  })

  test('T5 the only transitions by time and traffic are those of the diagram', () => {
    const automatic = listMoves(moves)
      .filter(({ by }) => by.includes('deadline') || by.includes('traffic'))
      .map(({ from, to }) => `${from} ${to}`)
    expect(automatic).toEqual(['new active', 'active inactive', 'active closed', 'inactive active', 'inactive closed'])
  })

  test('T6 the inactive timeout moves active to inactive, the closed timeout inactive to closed', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.at(60)
    expect(moved(town, id)).toEqual(['active inactive 10', 'inactive closed 30'])
    const sentences = town.events(id).flatMap((event) => (event.type === 'conversation.moved' ? [event.because] : []))
    expect(sentences).toEqual([
      '10 minutes without a communication on SMS (inactive timeout)',
      '30 minutes without a communication on SMS (closed timeout)',
    ])
  })

  test.each([false, true])('T7 traffic from any participant reopens an inactive one (sent by us: %s)', (out) => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.at(12)
    expect(town.get(id).status).toBe('inactive')
    expect(town.hear({ channel: 'SMS', out })).toBe(id)
    expect(town.get(id).status).toBe('active')
    expect(types(town, id).slice(-2)).toEqual(['communication.created', 'conversation.moved'])
  })

  test('T8 traffic of a different customer starts a new conversation', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS', customer: alice })
    town.at(12)
    const other = town.hear({ channel: 'SMS', customer: bob })
    expect(other).not.toBe(id)
    expect(town.get(id).status).toBe('inactive')
    expect(town.get(other).status).toBe('active')
  })

  test('T9 a closed one is never reopened, neither by traffic nor by request', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.at(31)
    expect(town.hear({ channel: 'SMS' })).not.toBe(id)
    for (const status of ['active', 'inactive'] as const)
      expect(town.refusal(id, { type: 'change', status }).code).toBe('closed')
    expect(town.refusal(id, { type: 'attach_stream', callSid: 'CA1' }).code).toBe('closed')
    expect(town.get(id).status).toBe('closed')
  })

  test('T10 it may be closed directly, without being inactive before', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.run(id, { type: 'change', status: 'closed' })
    expect(moved(town, id)).toEqual(['active closed 0'])
  })
})

describe('timeouts', () => {
  test('T11 without timeouts no time moves it', () => {
    const town = house(pinOf({ SMS: null }))
    const id = town.hear({ channel: 'SMS' })
    expect(town.jump(begin + 1000 * dayMs).get(id).status).toBe('active')
  })

  test('T12 the inactive timeout counts from the last communication', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.at(8).hear({ channel: 'SMS' })
    expect(statuses(town, id, [10, 17, 18])).toEqual(['active', 'active', 'inactive'])
  })

  test('T13 the closed timeout counts from the last communication', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.at(8).hear({ channel: 'SMS' })
    expect(statuses(town, id, [30, 37, 38])).toEqual(['inactive', 'inactive', 'closed'])
  })

  test('T14 the closed timer is not relative to becoming inactive, however that came about', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.at(3).run(id, { type: 'change', status: 'inactive' })
    expect(statuses(town, id, [29, 30])).toEqual(['inactive', 'closed'])
  })

  test('T15 values are in minutes', () => {
    const town = house(pinOf({ SMS: { inactive: 1, closed: 2 } }))
    const id = town.hear({ channel: 'SMS' })
    expect(town.jump(begin + 59_999).get(id).status).toBe('active')
    expect(town.jump(begin + 60_000).get(id).status).toBe('inactive')
    expect(town.jump(begin + 119_999).get(id).status).toBe('inactive')
    expect(town.jump(begin + 120_000).get(id).status).toBe('closed')
  })

  test('T16 with 10 and 30: inactive at 10, closed at 30, not at 40', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    expect(conversation.deadline(town.get(id))).toMatchObject({
      at: begin + 10 * minuteMs,
      command: { to: 'inactive' },
    })
    expect(statuses(town, id, [9, 10, 29])).toEqual(['active', 'inactive', 'inactive'])
    expect(conversation.deadline(town.get(id))).toMatchObject({ at: begin + 30 * minuteMs, command: { to: 'closed' } })
    expect(statuses(town, id, [30, 40])).toEqual(['closed', 'closed'])
    expect(moved(town, id)).toEqual(['active inactive 10', 'inactive closed 30'])
  })

  test('T17 it lives at most three years, whatever its activity', () => {
    const town = house(pinOf({ SMS: { inactive: 10, closed: 60 * 24 * 400 } }))
    const id = town.hear({ channel: 'SMS' })
    const end = yearsAfter(begin, 3)
    for (let at = begin; at < end; at += 300 * dayMs) town.jump(at).hear({ channel: 'SMS' })
    town.jump(end - 1).hear({ channel: 'SMS' })
    expect(town.get(id).status).toBe('active')
    expect(town.jump(end).get(id)).toMatchObject({ status: 'closed', entered: { at: end } })
    expect(town.get(id).entered.because).toContain('three years')
  })
})

describe('voice', () => {
  const voice = { VOICE: { inactive: 5, closed: 30 } }
  const call = (town: House, id: string, callSid = 'CA1'): unknown => town.run(id, { type: 'attach_stream', callSid })
  const hangUp = (town: House, id: string, callSid = 'CA1'): unknown =>
    town.run(id, { type: 'end_stream', callSid, because: 'the call ended' })

  test('T18 voice counts from utterances, not from call events', () => {
    const town = house(pinOf(voice))
    const id = town.create(parties('VOICE'))
    call(town, id)
    town.at(20).hear({ channel: 'VOICE', stream: 'CA1' })
    town.at(22)
    hangUp(town, id)
    expect(statuses(town, id, [24, 25, 49, 50])).toEqual(['active', 'inactive', 'inactive', 'closed'])
  })

  test('T19 the start and the end of a call start no clock', () => {
    const town = house(pinOf(voice))
    const id = town.create(parties('VOICE'))
    call(town, id)
    town.at(2)
    hangUp(town, id)
    expect(town.get(id).last).toEqual({})
    expect(conversation.deadline(town.get(id))?.at).toBe(yearsAfter(begin, 3))
  })

  test('T20 a call without speech leaves it active, without a clock', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.create(parties('VOICE'))
    call(town, id)
    town.at(5)
    hangUp(town, id)
    expect(town.jump(begin + 700 * dayMs).get(id)).toMatchObject({ status: 'active', last: {} })
  })

  test('T21 one created in advance whose customer never speaks is listed as stuck', () => {
    const town = house(pinOf(voice))
    const id = town.create(parties('VOICE'))
    expect(conversation.facets(town.get(id))['stuck']).toBe(true)
    town.hear({ channel: 'VOICE' })
    expect(conversation.facets(town.get(id))['stuck']).toBeUndefined()
  })

  test('T22 with null timeouts it closes when the transcription stream ends', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.create(parties('VOICE'))
    call(town, id)
    town.at(1).hear({ channel: 'VOICE', stream: 'CA1' })
    expect(town.at(500).get(id).status).toBe('active')
    hangUp(town, id)
    expect(town.get(id)).toMatchObject({ status: 'closed', entered: { at: begin + 500 * minuteMs } })
    expect(moved(town, id)).toEqual(['active closed 500'])
    expect(town.get(id).entered.because).toBe('the last transcription stream on VOICE ended')
  })

  test('T23 a follow-up call within the window reopens it and its first utterance resets the timers', () => {
    const town = house(pinOf(voice))
    const id = town.create(parties('VOICE'))
    call(town, id)
    town.hear({ channel: 'VOICE', stream: 'CA1' })
    hangUp(town, id)
    expect(town.at(6).get(id).status).toBe('inactive')
    town.at(20)
    call(town, id, 'CA2')
    expect(town.get(id).status).toBe('active')
    expect(conversation.deadline(town.get(id))?.at).toBe(begin + 30 * minuteMs)
    town.at(21).hear({ channel: 'VOICE', stream: 'CA2' })
    expect(statuses(town, id, [25, 26, 50, 51])).toEqual(['active', 'inactive', 'inactive', 'closed'])
  })

  test('T24 a call that yields no transcription leaves it active and stuck, with any timeouts', () => {
    for (const times of [null, { inactive: 5, closed: 30 }]) {
      const town = house(pinOf({ VOICE: times }))
      const id = town.create(parties('VOICE'))
      call(town, id)
      hangUp(town, id)
      expect(town.at(10_000).get(id).status).toBe('active')
      expect(conversation.facets(town.get(id))['stuck']).toBe(true)
      town.run(id, { type: 'change', status: 'closed' })
      expect(conversation.facets(town.get(id))['stuck']).toBeUndefined()
    }
  })

  test('T24 a silent stream does not end what an earlier call left open on another channel', () => {
    const town = house(pinOf({ VOICE: null, SMS: { inactive: 10, closed: 60 } }))
    const id = town.hear({ channel: 'SMS' })
    call(town, id)
    town.at(3)
    hangUp(town, id)
    expect(statuses(town, id, [9, 10, 59, 60])).toEqual(['active', 'inactive', 'inactive', 'closed'])
  })
})

describe('several channels', () => {
  const both = { SMS: { inactive: 10, closed: 60 }, WHATSAPP: { inactive: 20, closed: 30 } }

  test('T25 the timeout of each channel applies to the communications on it alone', () => {
    const town = house(pinOf(both))
    const id = town.hear({ channel: 'SMS' })
    town.at(5).hear({ channel: 'WHATSAPP' })
    expect(town.get(id).last).toEqual({ SMS: begin, WHATSAPP: begin + 5 * minuteMs })
    expect(statuses(town, id, [10, 24, 25])).toEqual(['active', 'active', 'inactive'])
  })

  test('T26 it does not close until the timeouts of all active channels have expired', () => {
    const town = house(pinOf(both))
    const id = town.hear({ channel: 'SMS' })
    town.at(5).hear({ channel: 'WHATSAPP' })
    expect(statuses(town, id, [35, 59, 60])).toEqual(['inactive', 'inactive', 'closed'])
    expect(town.get(id).entered.because).toContain('SMS')
  })

  test('T27 a new communication on any channel resets the clock of that channel', () => {
    const town = house(pinOf(both))
    const id = town.hear({ channel: 'SMS' })
    town.at(5).hear({ channel: 'WHATSAPP' })
    town.at(26).hear({ channel: 'SMS' })
    expect(town.get(id).last).toEqual({ SMS: begin + 26 * minuteMs, WHATSAPP: begin + 5 * minuteMs })
    expect(statuses(town, id, [35, 36, 85, 86])).toEqual(['active', 'inactive', 'inactive', 'closed'])
  })

  test.each([
    { sms: 2, ends: 4, idle: 12, closes: 62 },
    { sms: 2, ends: 40, idle: 40, closes: 62 },
    { sms: 2, ends: 90, idle: undefined, closes: 90 },
  ])('T28 minute by minute: SMS at $sms, the call ends at $ends', ({ sms: at, ends, idle = Infinity, closes }) => {
    const town = house(pinOf({ VOICE: null, SMS: { inactive: 10, closed: 60 } }, 'profile'))
    const id = town.create(parties('VOICE'))
    town.run(id, { type: 'attach_stream', callSid: 'CA1' })
    for (let minute = 0; minute <= 100; minute++) {
      town.at(minute)
      if (minute < ends && minute % 3 === 1) town.hear({ channel: 'VOICE', stream: 'CA1' })
      if (minute === at) town.hear({ channel: 'SMS' })
      if (minute === ends) town.run(id, { type: 'end_stream', callSid: 'CA1', because: 'the call ended' })
      const expected = minute >= closes ? 'closed' : minute >= idle ? 'inactive' : 'active'
      expect(`${minute} ${town.get(id).status}`).toBe(`${minute} ${expected}`)
    }
    expect(town.all()).toHaveLength(1)
    expect(moved(town, id)).toEqual(
      idle === Infinity ? [`active closed ${closes}`] : [`active inactive ${idle}`, `inactive closed ${closes}`],
    )
  })
})

describe('fragments, configuration and closing', () => {
  const fragments = (): [House, string] => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.create(parties('VOICE'))
    for (const [i, text] of ['Your parcel', 'leaves the depot', 'today.'].entries()) {
      town.hear({ channel: 'VOICE', out: true, text, resourceId: `IT1-${i}`, stream: 'CA1' })
    }
    return [town, id]
  }

  test('T29 each fragment of one spoken answer is a communication of its own, in order', () => {
    const [town, id] = fragments()
    const texts = town
      .events(id)
      .flatMap((event) => (event.type === 'communication.created' ? [event.communication.content.text] : []))
    expect(texts).toEqual(['Your parcel', 'leaves the depot', 'today.'])
  })

  test('T30 each fragment gives an event of its own', () => {
    const [town, id] = fragments()
    expect(types(town, id).filter((type) => type === 'communication.created')).toHaveLength(3)
  })

  test('T31 the end of the conversation is one event, however many fragments there were', () => {
    const [town, id] = fragments()
    town.run(id, { type: 'end_stream', callSid: 'CA1', because: 'the call ended' })
    expect(moved(town.at(1), id)).toEqual(['active closed 0'])
  })

  test('T32 timeouts hold as they were when the conversation was created', () => {
    const first = pinOf(sms)
    const town = house(first)
    const id = town.hear({ channel: 'SMS' })
    const later = { ...pinOf({ SMS: { inactive: 1, closed: 2 } }), version: 2 }
    const next = town.create(parties('SMS', bob), { configuration: later })
    town.run(next, saying({ channel: 'SMS', customer: bob }))
    town.at(5)
    expect([town.get(id).status, town.get(next).status]).toEqual(['active', 'closed'])
  })

  test('T33 different values hold for different channels', () => {
    const pin = pinOf(
      { SMS: { inactive: 10, closed: 30 }, VOICE: { inactive: 5, closed: 15 } },
      'addresses_and_channel',
    )
    const town = house(pin)
    const text = town.hear({ channel: 'SMS' })
    const talk = town.hear({ channel: 'VOICE' })
    expect(statuses(town, talk, [4, 5, 15])).toEqual(['active', 'inactive', 'closed'])
    expect(statuses(town, text, [15, 30])).toEqual(['inactive', 'closed'])
  })

  test('T36 closing by request: at once, for good, and the name is kept', () => {
    const town = house(pinOf(sms))
    const id = town.create(parties('SMS'), { name: 'Order 4471' })
    town.run(id, { type: 'change', status: 'closed' })
    expect(town.get(id)).toMatchObject({
      status: 'closed',
      name: 'Order 4471',
      entered: { by: 'test', because: 'set by request' },
    })
    expect(conversation.deadline(town.get(id))).toBeUndefined()
  })
})
