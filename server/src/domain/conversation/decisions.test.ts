// The house's own decisions about the law (D…) and its extensions (X…), each by its number.
import { describe, expect, test } from 'vitest'
import { minuteMs, yearsAfter } from '../vocabulary/instant.ts'
import { conversation } from './conversation.ts'
import type { ConversationEvent } from './events.ts'
import { alice, begin, bob, house, parties, pinOf, saying, us, type House } from './given.ts'

const sms = { SMS: { inactive: 10, closed: 30 } }
const mixed = { VOICE: null, SMS: { inactive: 10, closed: 60 } }
const types = (events: readonly ConversationEvent[]): string[] => events.map(({ type }) => type)
const end = (town: House, id: string, callSid = 'CA1'): unknown =>
  town.run(id, { type: 'end_stream', callSid, because: 'the call ended' })

/** Closed, after one message with a resource id. */
function closedOne(): [House, string] {
  const town = house(pinOf(sms))
  const id = town.hear({ channel: 'SMS', resourceId: 'SM1' })
  town.run(id, { type: 'change', status: 'closed', name: 'Order 4471', metadata: { case: 'C1' } })
  return [town, id]
}

describe('D3 what may change on a closed conversation', () => {
  test('D3 a repeated close with nothing else changed does nothing', () => {
    const [town, id] = closedOne()
    const before = town.get(id)
    expect(town.run(id, { type: 'change', status: 'closed' })).toEqual([])
    expect(town.run(id, { type: 'change', status: 'closed', name: 'Order 4471', metadata: { case: 'C1' } })).toEqual([])
    expect(town.get(id)).toBe(before)
  })

  test('D3 callbacks alone may change', () => {
    const [town, id] = closedOne()
    expect(types(town.run(id, { type: 'change', callbacks: [] }))).toEqual(['conversation.callbacks_changed'])
    expect(town.get(id)).toMatchObject({ status: 'closed', overrides: { callbacks: [] } })
    expect(town.run(id, { type: 'change', callbacks: [] })).toEqual([])
    town.run(id, { type: 'change', callbacks: null })
    expect(town.get(id).overrides).toEqual({})
  })

  test('D3 late delivery reports are laid over the communication, and leave the conversation as it is', () => {
    const [town, id] = closedOne()
    const before = town.get(id)
    const [event] = town.run(id, { type: 'report_delivery', n: 4, resourceId: 'SM1', status: 'delivered' })
    expect(event).toMatchObject({
      type: 'communication.updated',
      n: 4,
      communication: { recipients: [{ delivery: 'delivered' }] },
    })
    expect(town.get(id)).toBe(before)
  })

  test('D3 everything else is refused as closed', () => {
    const [town, id] = closedOne()
    const participantId = town.get(id).participants[0]?.id ?? ''
    const refused = [
      { type: 'change', status: 'active' },
      { type: 'change', name: 'Other' },
      { type: 'change', status: 'closed', name: 'Other' },
      { type: 'change', metadata: {} },
      { type: 'change', mergeMetadata: { case: null } },
      { type: 'change', name: 'Other', callbacks: [] },
      { type: 'add_participant', addresses: [{ channel: 'SMS', address: bob }] },
      { type: 'replace_participant', participantId, name: 'Bob' },
      { type: 'remove_participant', participantId },
      { type: 'add_addresses', addresses: [{ channel: 'WHATSAPP', address: alice }] },
      { type: 'attach_stream', callSid: 'CA1' },
      { ...saying({ channel: 'SMS' }), resourceId: 'SM1' },
      saying({ channel: 'SMS' }),
    ] as const
    for (const command of refused) expect(town.refusal(id, command).code).toBe('closed')
  })

  test('D3 what comes late is kept for the timeline and changes nothing', () => {
    const [town, id] = closedOne()
    const before = town.get(id)
    expect(types(town.run(id, { type: 'note_late', what: 'an utterance', because: 'it was closed' }))).toEqual([
      'late.refused',
    ])
    expect(town.get(id)).toBe(before)
  })
})

describe('changes by request', () => {
  test('D8 what a change does not name stays', () => {
    const town = house(pinOf(sms))
    const id = town.create([], { name: 'Order 4471', metadata: { case: 'C1' } })
    town.run(id, { type: 'change', status: 'inactive' })
    expect(town.get(id)).toMatchObject({ name: 'Order 4471', metadata: { case: 'C1' } })
    town.run(id, { type: 'change', name: null, mergeMetadata: { case: null, tier: 'gold' } })
    expect(town.get(id)).toMatchObject({ name: null, metadata: { tier: 'gold' } })
  })

  test('a change that changes nothing has no events', () => {
    const town = house(pinOf(sms))
    const id = town.create([], { name: 'Order 4471', metadata: { case: 'C1' } })
    expect(
      town.run(id, { type: 'change', status: 'active', name: 'Order 4471', mergeMetadata: { case: 'C1' } }),
    ).toEqual([])
  })

  test('one change of everything: described, callbacks, then the move', () => {
    const town = house(pinOf(sms))
    const id = town.create()
    const events = town.run(id, { type: 'change', status: 'closed', name: 'Done', callbacks: [] })
    expect(types(events)).toEqual(['conversation.described', 'conversation.callbacks_changed', 'conversation.moved'])
  })

  test('metadata has at most 8 entries after the merge, with keys and values of bounded length', () => {
    const town = house(pinOf(sms))
    const eight = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`k${i}`, 'v']))
    const id = town.create([], { metadata: eight })
    expect(town.refusal(id, { type: 'change', mergeMetadata: { ninth: 'v' } })).toMatchObject({
      code: 'invalid',
      field: 'metadata',
    })
    expect(types(town.run(id, { type: 'change', mergeMetadata: { ninth: 'v', k0: null } }))).toEqual([
      'conversation.described',
    ])
    expect(town.refusal(id, { type: 'change', metadata: { 'a key': 'v' } }).code).toBe('invalid')
    expect(town.refusal(id, { type: 'change', metadata: { ['k'.repeat(129)]: 'v' } }).code).toBe('invalid')
    expect(town.refusal(id, { type: 'change', metadata: { k: 'v'.repeat(513) } })).toMatchObject({
      field: 'metadata.k',
    })
    town.run(id, { type: 'change', metadata: { ['k'.repeat(128)]: 'v'.repeat(512) } })
  })

  test('D5 20 callbacks and no more, D65 a name of 256 characters and no more', () => {
    const town = house(pinOf(sms))
    const id = town.create()
    const callbacks = Array.from({ length: 21 }, (_, i) => ({
      url: `https://example.com/${i}`,
      method: 'POST' as const,
    }))
    expect(town.refusal(id, { type: 'change', callbacks })).toMatchObject({ code: 'invalid', field: 'callbacks' })
    town.run(id, { type: 'change', callbacks: callbacks.slice(1), name: 'n'.repeat(256) })
    expect(town.refusal(id, { type: 'change', name: 'n'.repeat(257) })).toMatchObject({
      code: 'invalid',
      field: 'name',
    })
  })
})

describe('clocks', () => {
  test.each([{ VOICE: null }, { VOICE: {} }])(
    'D11, D71 VOICE without values closes with its stream (%j)',
    (minutes) => {
      const town = house(pinOf(minutes))
      const id = town.hear({ channel: 'VOICE', stream: 'CA1' })
      end(town.at(3), id)
      expect(town.get(id).status).toBe('closed')
    },
  )

  test('D11 without a VOICE entry voice never closes by itself', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'VOICE', stream: 'CA1' })
    end(town.at(3), id)
    expect(conversation.deadline(town.get(id))?.at).toBe(yearsAfter(begin, 3))
    expect(conversation.facets(town.get(id))['stuck']).toBe(true)
  })

  test('D13, D14 a silent call is closed by its age alone, and says so', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.create(parties('VOICE'))
    town.run(id, { type: 'attach_stream', callSid: 'CA1' })
    end(town, id)
    expect(town.jump(yearsAfter(begin, 3)).get(id).entered.because).toBe(
      'three years since its creation (longest life)',
    )
  })

  test('X1 where the configuration asks for it, one in which nothing is said closes', () => {
    const town = house(pinOf({ VOICE: null }, 'addresses', 15))
    const silent = town.create(parties('VOICE'))
    const spoken = town.hear({ channel: 'VOICE', customer: bob, stream: 'CA1' })
    expect(conversation.facets(town.get(silent))['stuck']).toBeUndefined()
    expect(town.at(14).get(silent).status).toBe('active')
    expect(town.at(15).get(silent)).toMatchObject({
      status: 'closed',
      entered: { because: 'no communication for 15 minutes from its creation (silent limit)' },
    })
    expect(town.get(spoken).status).toBe('active')
  })

  test('D15 a stream that attaches reopens at once, without moving a clock', () => {
    const town = house(pinOf(mixed))
    const id = town.hear({ channel: 'SMS' })
    town.at(20)
    const due = conversation.deadline(town.get(id))
    expect(types(town.run(id, { type: 'attach_stream', callSid: 'CA1' }))).toEqual([
      'stream.attached',
      'conversation.moved',
    ])
    expect(town.get(id).status).toBe('active')
    expect(conversation.deadline(town.get(id))).toEqual(due)
    expect(town.run(id, { type: 'attach_stream', callSid: 'CA1' })).toEqual([])
  })

  test('D19 traffic reopens one that was made inactive by request', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.run(id, { type: 'change', status: 'inactive' })
    town.at(1).hear({ channel: 'SMS' })
    expect(town.get(id).status).toBe('active')
  })

  test('D20 by request: active and inactive both ways, inactive to closed', () => {
    const town = house(pinOf({}))
    const id = town.create()
    for (const status of ['inactive', 'active', 'inactive', 'closed'] as const) {
      town.run(id, { type: 'change', status })
      expect(town.get(id).status).toBe(status)
    }
  })

  test('D21 after a manual reopening the timer that fired stays silent, and closed still counts', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.at(12).run(id, { type: 'change', status: 'active' })
    expect(town.at(29).get(id).status).toBe('active')
    expect(town.at(30).get(id).status).toBe('closed')
  })

  test('D21 a timer that ran out while it was inactive by request does not bounce it back', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.at(5).run(id, { type: 'change', status: 'inactive' })
    town.at(15).run(id, { type: 'change', status: 'active' })
    expect(town.at(29).get(id).status).toBe('active')
  })

  test('D21 a timer that did not run out yet still fires after a manual round trip', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    town.at(5).run(id, { type: 'change', status: 'inactive' })
    town.at(6).run(id, { type: 'change', status: 'active' })
    expect(town.at(9).get(id).status).toBe('active')
    expect(town.at(10).get(id).status).toBe('inactive')
  })

  test('D21 words on VOICE outside any stream do not bring back an inactive time that is past', () => {
    const town = house(pinOf(mixed))
    const id = town.hear({ channel: 'SMS' })
    town.hear({ channel: 'VOICE', stream: 'CA1' })
    end(town.at(2), id)
    expect(town.at(20).get(id).status).toBe('inactive')
    town.hear({ channel: 'VOICE' })
    expect(town.get(id).status).toBe('active')
    expect(town.at(59).get(id).status).toBe('active')
    expect(town.at(60).get(id).status).toBe('closed')
  })

  test('an inactive time that falls due anew in the very instant it fired, fires again', () => {
    const town = house(pinOf(mixed))
    const id = town.hear({ channel: 'SMS' })
    expect(town.at(10).get(id).status).toBe('inactive')
    town.hear({ channel: 'VOICE', stream: 'CA1' })
    end(town, id)
    expect(town.get(id)).toMatchObject({ status: 'inactive', firedInactive: begin + 10 * minuteMs })
  })

  test('D22 an inactive timeout not smaller than the closed one is skipped', () => {
    const town = house(pinOf({ SMS: { inactive: 30, closed: 30 } }))
    const id = town.hear({ channel: 'SMS' })
    expect(town.at(29).get(id).status).toBe('active')
    expect(types(town.at(30).events(id)).filter((type) => type === 'conversation.moved')).toHaveLength(1)
    expect(town.get(id).status).toBe('closed')
  })

  test('D23 with only an inactive timeout it never closes by itself', () => {
    const town = house(pinOf({ SMS: { inactive: 10 } }))
    const id = town.hear({ channel: 'SMS' })
    expect(town.at(10_000).get(id).status).toBe('inactive')
    expect(conversation.facets(town.get(id))['stuck']).toBe(true)
  })

  test('D25 a messaging channel without timeouts keeps the conversation open', () => {
    const town = house(pinOf({ SMS: null, WHATSAPP: { inactive: 1, closed: 2 } }))
    const id = town.hear({ channel: 'WHATSAPP' })
    town.hear({ channel: 'SMS' })
    expect(town.at(10_000).get(id).status).toBe('active')
  })

  test('D26 clocks count from when it was received, not from when it occurred', () => {
    const town = house(pinOf(sms))
    const id = town.create(parties('SMS'))
    town.run(id, { ...saying({ channel: 'SMS' }), occurredAt: begin - 1000 * minuteMs })
    expect(town.get(id).last).toEqual({ SMS: begin })
  })

  test('participants, names and delivery reports move no clock and reopen nothing', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS', resourceId: 'SM1' })
    town.at(12)
    const due = conversation.deadline(town.get(id))
    town.run(id, { type: 'add_participant', addresses: [{ channel: 'SMS', address: bob }] })
    town.run(id, { type: 'change', name: 'Order 4471' })
    town.run(id, { type: 'report_delivery', n: 4, resourceId: 'SM1', status: 'read' })
    expect(town.get(id).status).toBe('inactive')
    expect(conversation.deadline(town.get(id))).toEqual(due)
  })
})

describe('streams and deletion', () => {
  test('a call that goes on with another stream open does not close (T22)', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.hear({ channel: 'VOICE', stream: 'CA1' })
    town.hear({ channel: 'VOICE', stream: 'CA2' })
    end(town.at(1), id, 'CA1')
    expect(town.get(id).status).toBe('active')
    end(town.at(2), id, 'CA2')
    expect(town.get(id)).toMatchObject({ status: 'closed', entered: { at: begin + 2 * minuteMs } })
  })

  test('words that name the call of an open stream count as its own', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.create(parties('VOICE'))
    town.run(id, { type: 'attach_stream', callSid: 'CA1' })
    const [event] = town.run(id, { ...saying({ channel: 'VOICE' }), channelId: 'CA1' })
    expect(event).toMatchObject({ type: 'communication.created', stream: 'CA1' })
    end(town.at(1), id)
    expect(town.get(id).status).toBe('closed')
  })

  test('the end of a stream after the close is kept as late, and told twice it is nothing', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.hear({ channel: 'VOICE', stream: 'CA1' })
    town.run(id, { type: 'change', status: 'closed' })
    const before = town.get(id)
    expect(types(end(town, id) as ConversationEvent[])).toEqual(['late.refused'])
    expect(end(town, id, 'CA9')).toEqual([])
    expect(town.get(id)).toBe(before)
  })

  test('D37 it is not deleted under an open stream, and afterwards nobody sees it', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.create(parties('VOICE'))
    town.run(id, { type: 'attach_stream', callSid: 'CA1' })
    expect(town.refusal(id, { type: 'erase' }).code).toBe('busy_with_stream')
    end(town, id)
    town.run(id, { type: 'erase' })
    const state = town.get(id)
    expect(conversation.erasing(state)).toBe(true)
    expect([conversation.claims(state), conversation.handles(state), conversation.deadline(state)]).toEqual([
      [],
      [],
      undefined,
    ])
    expect(town.refusal(id, { type: 'change', name: 'Order' }).code).toBe('not_found')
    expect(end(town, id)).toEqual([])
  })

  test('D37 a closed one hears no stream any more, and may be deleted under it', () => {
    const town = house(pinOf({ VOICE: null }))
    const id = town.hear({ channel: 'VOICE', stream: 'CA1' })
    town.run(id, { type: 'change', status: 'closed' })
    expect(types(town.run(id, { type: 'erase' }))).toEqual(['conversation.erased'])
  })

  test('X21 it remembers the conversation before it', () => {
    const town = house(pinOf(sms))
    const first = town.create()
    expect(town.get(town.create([], { previous: first })).previous).toBe(first)
  })

  test('nothing but a creation starts one, and once', () => {
    const town = house(pinOf(sms))
    const id = town.create()
    expect(town.refusal(id, { type: 'create', configuration: town.pin, participants: [], because: 'again' }).code).toBe(
      'in_use',
    )
    expect(town.refusal('0'.repeat(26), saying({ channel: 'SMS', business: us })).code).toBe('not_found')
    expect(() => conversation.evolve(undefined, { type: 'conversation.erased', at: 0, by: 'test' })).toThrow(
      'conversation.created',
    )
  })
})
