import { describe, expect, test } from 'vitest'
import type { Channel } from '../vocabulary/channel.ts'
import { alice, bob, house, parties, pinOf, us } from './given.ts'
import { groupingClaim, type GroupedParty } from './grouping.ts'
import { fits, lastSpokenAt } from './matching.ts'
import type { Grouping } from './state.ts'

const customer = (channel: Channel, address: string, profileId?: string): GroupedParty => ({
  type: 'customer',
  addresses: [{ channel, address }],
  profileId: profileId ?? null,
})
const agent = (channel: Channel, address: string): GroupedParty => ({
  type: 'agent',
  addresses: [{ channel, address }],
})
const key = (grouping: Grouping, ...among: GroupedParty[]): unknown =>
  groupingClaim(pinOf({}, grouping), among)?.key.split('|').slice(1).join('|')
const brand = 'rcs:brand_acme_agent'

describe('the key of a set of participants', () => {
  test('by addresses: both sides, whatever channel, order, type or spelling', () => {
    const expected = `addresses|${alice},${us}`
    expect(key('addresses', customer('SMS', alice), agent('SMS', us))).toBe(expected)
    expect(key('addresses', agent('WHATSAPP', `whatsapp:${us}`), customer('WHATSAPP', `whatsapp:${alice}`))).toBe(
      expected,
    )
    expect(
      key(
        'addresses',
        { addresses: [{ channel: 'SMS', address: '+1 (415) 555-0101' }] },
        { addresses: [{ channel: 'VOICE', address: us }] },
      ),
    ).toBe(expected)
    expect(key('addresses', customer('SMS', bob), agent('SMS', us))).not.toBe(expected)
  })

  test('D29 by addresses: business addresses that are no telephone numbers are left out', () => {
    const expected = `addresses|${alice}`
    expect(key('addresses', customer('RCS', alice), agent('RCS', brand))).toBe(expected)
    expect(key('addresses', customer('VOICE', alice), agent('VOICE', 'sip:desk@Example.com'))).toBe(expected)
    expect(key('addresses', customer('VOICE', alice), { ...agent('VOICE', 'agent-7'), type: 'human_agent' })).toBe(
      expected,
    )
    expect(key('addresses', customer('CHAT', 'alice'), agent('CHAT', 'desk'))).toBe('addresses|alice')
  })

  test('D30 by addresses and channel: the pairs, compared without prefixes', () => {
    const expected = `channel|WHATSAPP:${alice},WHATSAPP:${us}`
    expect(key('addresses_and_channel', customer('WHATSAPP', `whatsapp:${alice}`), agent('WHATSAPP', us))).toBe(
      expected,
    )
    expect(key('addresses_and_channel', customer('SMS', alice), agent('SMS', us))).not.toBe(expected)
    expect(key('addresses_and_channel', customer('RCS', alice), agent('RCS', brand))).toBe(
      `channel|RCS:${alice},RCS:brand_acme_agent`,
    )
  })

  test('by profile: the customer’s; D31 without one, the addresses', () => {
    expect(key('profile', customer('SMS', alice, 'p1'), agent('SMS', us))).toBe('profile|p1')
    expect(key('profile', customer('CHAT', 'alice', 'p1'), agent('CHAT', 'desk'))).toBe('profile|p1')
    expect(key('profile', customer('SMS', alice), agent('SMS', us))).toBe(`addresses|${alice},${us}`)
    expect(key('profile', { ...agent('SMS', us), profileId: 'p2' }, customer('SMS', alice))).toBe(
      `addresses|${alice},${us}`,
    )
  })

  test('nobody that counts: none', () => {
    for (const grouping of ['profile', 'addresses', 'addresses_and_channel'] as const)
      expect(groupingClaim(pinOf({}, grouping), [])).toBeNull()
    expect(groupingClaim(pinOf({}), [agent('RCS', brand)])).toBeNull()
  })

  test('the route follows from the key, and addresses with separators stay apart', () => {
    const pin = pinOf({})
    const one = groupingClaim(pin, [customer('CHAT', 'a,b'), customer('CHAT', 'c')])
    const other = groupingClaim(pin, [customer('CHAT', 'a'), customer('CHAT', 'b,c')])
    expect(one?.key).not.toBe(other?.key)
    expect(groupingClaim(pin, [{ addresses: [{ channel: 'SMS', address: us }] }, customer('VOICE', alice)])).toEqual(
      groupingClaim(pin, [customer('SMS', alice), agent('SMS', us)]),
    )
    expect(one?.key.startsWith(`${pin.id}|`)).toBe(true)
  })
})

describe('traffic whose own key nobody holds', () => {
  const sides = (channel: Channel, address = alice, business = us): Parameters<typeof fits>[2] => ({
    customer: { channel, address },
    business: { channel, address: business },
  })

  test('joins one that has both sides among more, or the customer alone', () => {
    const town = house(pinOf({}))
    const more = town.get(town.create([...parties('SMS'), { addresses: [{ channel: 'SMS', address: bob }] }]))
    const alone = town.get(town.create([{ type: 'customer', addresses: [{ channel: 'SMS', address: alice }] }]))
    const others = town.get(town.create(parties('SMS', bob)))
    expect([more, alone, others].map((state) => fits(state, town.pin.id, sides('SMS')))).toEqual([true, true, false])
    expect(fits(more, town.pin.id, sides('SMS', alice, '+18005550199'))).toBe(false)
    expect(fits(more, town.pin.id, sides('WHATSAPP', `whatsapp:${alice}`))).toBe(true)
    expect(fits(more, '0'.repeat(26), sides('SMS'))).toBe(false)
  })

  test('the same customer on RCS, SMS and by telephone is one conversation, in any order', () => {
    const town = house(pinOf({ SMS: null, RCS: null, VOICE: null }))
    const id = town.hear({ channel: 'RCS', business: brand })
    expect(town.hear({ channel: 'SMS' })).toBe(id)
    expect(town.hear({ channel: 'VOICE', stream: 'CA1' })).toBe(id)
    expect(town.hear({ channel: 'RCS', business: brand })).toBe(id)
    expect(town.get(id).key).toContain(`${alice},${us}`)
    expect(town.all()).toHaveLength(1)
  })

  test('with the channel it is one conversation a channel', () => {
    const town = house(pinOf({ SMS: null, WHATSAPP: null }, 'addresses_and_channel'))
    expect(town.hear({ channel: 'SMS' })).not.toBe(town.hear({ channel: 'WHATSAPP' }))
    expect(town.all()).toHaveLength(2)
    const alone = town.get(town.create([{ type: 'customer', addresses: [{ channel: 'SMS', address: bob }] }]))
    expect(fits(alone, town.pin.id, sides('SMS', bob))).toBe(true)
    expect(fits(alone, town.pin.id, sides('WHATSAPP', bob))).toBe(false)
  })

  test('by profile, an address of a customer with a profile stands for the profile', () => {
    const town = house(pinOf({ SMS: null }, 'profile'))
    const id = town.create([{ type: 'customer', profileId: 'p1', addresses: [{ channel: 'SMS', address: alice }] }])
    expect(town.hear({ channel: 'SMS', business: '+18005550199' })).toBe(id)
    expect(town.hear({ channel: 'SMS', customer: bob })).not.toBe(id)
  })

  test('never a closed one; and which of several was spoken in last can be told', () => {
    const town = house(pinOf({ SMS: null, VOICE: null }))
    const id = town.create(parties('SMS'))
    expect(lastSpokenAt(town.get(id))).toBe(town.now)
    town.at(3).hear({ channel: 'VOICE' })
    expect(lastSpokenAt(town.at(5).get(id))).toBe(town.get(id).last.VOICE)
    town.run(id, { type: 'change', status: 'closed' })
    expect(fits(town.get(id), town.pin.id, sides('SMS'))).toBe(false)
  })
})
