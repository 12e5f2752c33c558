import { describe, expect, test } from 'vitest'
import type { ConversationEvent } from './events.ts'
import { alice, begin, bob, house, parties, pinOf, us } from './given.ts'

const sms = { SMS: { inactive: 10, closed: 30 } }
const types = (events: readonly ConversationEvent[]): string[] => events.map(({ type }) => type)
const at = (
  address: string,
  channel: 'SMS' | 'VOICE' | 'WHATSAPP' = 'SMS',
): { channel: typeof channel; address: string } => ({ channel, address })

describe('creation', () => {
  test('participants come with it, atomically, the key with the last of them', () => {
    const town = house(pinOf(sms))
    const id = town.create([
      { name: 'Alice', type: 'customer', profileId: 'p1', addresses: [at(alice)] },
      { addresses: [at(us)] },
    ])
    const events = town.events(id)
    expect(types(events)).toEqual(['conversation.created', 'participant.added', 'participant.added'])
    expect(events[1]).not.toHaveProperty('key')
    expect(events[2]).toHaveProperty('key', town.get(id).key)
    expect(town.get(id).participants).toMatchObject([
      { name: 'Alice', type: 'customer', profileId: 'p1', addresses: [at(alice)], createdAt: begin },
      { name: '', type: 'unknown', profileId: null, addresses: [at(us)], createdAt: begin },
    ])
  })

  test('the same set in another order, type or spelling is taken, by an open conversation only', () => {
    const town = house(pinOf(sms))
    const id = town.create(parties('SMS'))
    const again = [{ addresses: [at('+1 800 555 0111')] }, { addresses: [at('whatsapp:+14155550101', 'WHATSAPP')] }]
    const create = { type: 'create', configuration: town.pin, participants: again, because: 'test' } as const
    expect(town.refusal('1'.repeat(26), create)).toMatchObject({
      code: 'grouping_taken',
      conflicting: { noun: 'conversation', id },
    })
    town.run(id, { type: 'change', status: 'inactive' })
    expect(town.refusal('1'.repeat(26), create).code).toBe('grouping_taken')
    town.run(id, { type: 'change', status: 'closed' })
    town.run('1'.repeat(26), create)
  })

  test('without participants it is always a new one', () => {
    const town = house(pinOf(sms))
    expect(town.create()).not.toBe(town.create())
    expect(town.all().map(({ key }) => key)).toEqual([null, null])
  })

  test('at most 50 participants, each address once, names and addresses of bounded length', () => {
    const town = house(pinOf(sms))
    const create = (participants: Parameters<typeof town.create>[0] = []): unknown =>
      town.refusal('1'.repeat(26), { type: 'create', configuration: town.pin, participants, because: 'test' })
    const many = Array.from({ length: 51 }, (_, i) => ({ addresses: [at(`+1415555${1000 + i}`)] }))
    expect(create(many)).toMatchObject({ code: 'invalid', field: 'participants' })
    expect(town.get(town.create(many.slice(1))).participants).toHaveLength(50)
    expect(create([{ addresses: [at(alice)] }, { addresses: [at(us), at('+1 415 555 0101')] }])).toMatchObject({
      code: 'invalid',
      field: 'participants.1.addresses.1',
    })
    expect(create([{ name: 'n'.repeat(257), addresses: [] }])).toMatchObject({ field: 'participants.0.name' })
    expect(create([{ addresses: [at('')] }])).toMatchObject({ field: 'participants.0.addresses.0.address' })
    expect(create([{ addresses: [at('a'.repeat(255))] }])).toMatchObject({
      field: 'participants.0.addresses.0.address',
    })
  })
})

describe('changes', () => {
  test('adding one; an address of another participant is taken, in any spelling, on that channel alone', () => {
    const town = house(pinOf({ WHATSAPP: null }))
    const id = town.create([{ type: 'customer', addresses: [at(alice, 'WHATSAPP')] }])
    const owner = town.get(id).participants[0]?.id
    expect(
      town.refusal(id, { type: 'add_participant', addresses: [at(`whatsapp:${alice}`, 'WHATSAPP')] }),
    ).toMatchObject({
      code: 'address_taken',
      conflicting: { noun: 'participant', id: owner },
    })
    const events = town.run(id, {
      type: 'add_participant',
      name: 'Ola',
      participantType: 'human_agent',
      addresses: [{ channel: 'VOICE', address: 'agent-7' }],
    })
    expect(events).toMatchObject([
      { type: 'participant.added', participant: { name: 'Ola', type: 'human_agent', profileId: null } },
    ])
    expect(types(town.run(id, { type: 'add_participant', addresses: [at(alice, 'VOICE')] }))).toEqual([
      'participant.added',
    ])
  })

  test('D32 adding one changes the key, and another conversation’s key is taken', () => {
    const town = house(pinOf(sms))
    const two = town.create(parties('SMS'))
    const one = town.create([{ type: 'customer', addresses: [at(alice)] }])
    expect(town.refusal(one, { type: 'add_participant', participantType: 'agent', addresses: [at(us)] })).toMatchObject(
      {
        code: 'grouping_taken',
        conflicting: { noun: 'conversation', id: two },
      },
    )
    town.run(two, { type: 'add_participant', addresses: [at(bob)] })
    town.run(one, { type: 'add_participant', participantType: 'agent', addresses: [at(us)] })
    expect(town.get(one).key).toContain(`${alice},${us}`)
  })

  test('replacing one clears what is absent, keeps its id and creation, and gives up its key', () => {
    const town = house(pinOf(sms))
    const id = town.create([{ name: 'Alice', type: 'customer', profileId: 'p1', addresses: [at(alice)] }])
    const [participant] = town.get(id).participants
    town.at(5).run(id, { type: 'replace_participant', participantId: participant?.id ?? '' })
    expect(town.get(id).participants).toEqual([
      { ...participant, name: '', type: 'unknown', profileId: null, addresses: [], updatedAt: town.now },
    ])
    expect(town.get(id).key).toBeNull()
  })

  test('replacing one with what it is already has no event; an unknown one is not found', () => {
    const town = house(pinOf(sms))
    const id = town.create([{ addresses: [at(alice)] }, { addresses: [at(us)] }])
    const participantId = town.get(id).participants[0]?.id ?? ''
    expect(town.run(id, { type: 'replace_participant', participantId, addresses: [at(alice)] })).toEqual([])
    expect(town.refusal(id, { type: 'replace_participant', participantId, addresses: [at(us)] }).code).toBe(
      'address_taken',
    )
    expect(town.refusal(id, { type: 'replace_participant', participantId: '0'.repeat(26) }).code).toBe('not_found')
  })

  test('D70 missing pairs are added, as spelled, to who owns the address; others are left out', () => {
    const town = house(pinOf({ SMS: null, VOICE: null }))
    const id = town.create(parties('SMS'))
    const events = town.run(id, {
      type: 'add_addresses',
      addresses: [at(alice, 'VOICE'), at('+1-800-555-0111'), at(alice), at(bob)],
    })
    expect(types(events)).toEqual(['participant.updated', 'participant.updated'])
    expect(town.get(id).participants.map(({ addresses }) => addresses)).toEqual([
      [at(alice), at(alice, 'VOICE')],
      [at(us), at('+1-800-555-0111')],
    ])
    expect(town.run(id, { type: 'add_addresses', addresses: [at(alice, 'VOICE')] })).toEqual([])
  })

  test('X3 removing one changes the key; what it said stays', () => {
    const town = house(pinOf(sms))
    const id = town.hear({ channel: 'SMS' })
    const [customer, agent] = town.get(id).participants
    expect(types(town.run(id, { type: 'remove_participant', participantId: agent?.id ?? '' }))).toEqual([
      'participant.removed',
    ])
    expect(town.get(id).participants).toEqual([customer])
    expect(town.get(id).key?.endsWith(alice)).toBe(true)
    expect(town.refusal(id, { type: 'remove_participant', participantId: agent?.id ?? '' }).code).toBe('not_found')
    expect(types(town.events(id))).toContain('communication.created')
  })

  test('at most 50 addresses each', () => {
    const town = house(pinOf(sms))
    const id = town.create()
    const addresses = Array.from({ length: 51 }, (_, i) => at(`+1415555${1000 + i}`))
    expect(town.refusal(id, { type: 'add_participant', addresses })).toMatchObject({
      code: 'limit_reached',
      field: 'addresses',
    })
    town.run(id, { type: 'add_participant', addresses: addresses.slice(1) })
  })
})
