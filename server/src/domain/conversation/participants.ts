import type { Context, Decision } from '../noun.ts'
import { canonicalAddress, type Address } from '../vocabulary/address.ts'
import type { Id } from '../vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '../vocabulary/refusal.ts'
import type { AddAddresses, AddParticipant, NewParticipant, RemoveParticipant, ReplaceParticipant } from './commands.ts'
import type { ConversationEvent, ParticipantAdded, ParticipantUpdated } from './events.ts'
import { rekey, type Rekeyed } from './grouping.ts'
import { checkAddresses, checkCount, checkName, limits } from './limits.ts'
import type { Conversation, Participant } from './state.ts'

type Deciding = Decision<ConversationEvent> | Refused
type Deciders = Context<ConversationEvent>

export function decideAdd(conversation: Conversation, command: AddParticipant, context: Deciders): Deciding {
  const { participantType: type, name, profileId, addresses } = command
  const draft: NewParticipant = {
    addresses,
    ...(type === undefined ? {} : { type }),
    ...(name === undefined ? {} : { name }),
    ...(profileId === undefined ? {} : { profileId }),
  }
  const wrong =
    checkName(name, 'name') ??
    checkAddresses(addresses, 'addresses') ??
    checkCount(conversation.participants.length + 1) ??
    checkOwners(conversation.participants, addresses, undefined)
  if (wrong) return wrong
  const participant = newParticipant(draft, context)
  const rekeyed = rekey(conversation, [...conversation.participants, participant], context)
  if (isRefused(rekeyed)) return rekeyed
  return { events: [{ type: 'participant.added', at: context.now, participant, ...rekeyed }] }
}

/** Replaces the whole participant: what is absent is cleared. Nothing happens when it is so already. */
export function decideReplace(conversation: Conversation, command: ReplaceParticipant, context: Deciders): Deciding {
  const present = conversation.participants.find(({ id }) => id === command.participantId)
  if (present === undefined) return unknownParticipant()
  const { name = '', participantType: type = 'unknown', profileId = null, addresses = [] } = command
  const wrong =
    checkName(name, 'name') ??
    checkAddresses(addresses, 'addresses') ??
    checkOwners(conversation.participants, addresses, present.id)
  if (wrong) return wrong
  const participant = { ...present, name, type, profileId, addresses: distinct(addresses), updatedAt: context.now }
  if (sameParticipant(present, participant)) return { events: [] }
  const after = conversation.participants.map((other) => (other.id === present.id ? participant : other))
  const rekeyed = rekey(conversation, after, context)
  if (isRefused(rekeyed)) return rekeyed
  return { events: [{ type: 'participant.updated', at: context.now, participant, ...rekeyed }] }
}

/** D70: each address is added, as it is spelled here, to the first participant that owns its canonical form. */
export function decideAddAddresses(
  conversation: Conversation,
  { addresses }: AddAddresses,
  context: Deciders,
): Deciding {
  const wrong = checkAddresses(addresses, 'addresses')
  if (wrong) return wrong
  const roll = openRoll(conversation)
  for (const address of addresses) {
    const spelled = roll.participants.some(({ addresses: owned }) =>
      owned.some((other) => other.channel === address.channel && other.address === address.address),
    )
    const owner = spelled ? undefined : (ownerOf(roll.participants, address) ?? namesake(roll.participants, address))
    if (owner !== undefined && hasRoom(owner)) addAddress(roll, owner, address, context)
  }
  const rekeyed = rekey(conversation, roll.participants, context, true)
  return isRefused(rekeyed) ? rekeyed : { events: sealRoll(roll, rekeyed) }
}

/** X3. What they said stays. */
export function decideRemove(
  conversation: Conversation,
  { participantId }: RemoveParticipant,
  context: Deciders,
): Deciding {
  const participant = conversation.participants.find(({ id }) => id === participantId)
  if (participant === undefined) return unknownParticipant()
  const rekeyed = rekey(
    conversation,
    conversation.participants.filter((other) => other !== participant),
    context,
  )
  if (isRefused(rekeyed)) return rekeyed
  return { events: [{ type: 'participant.removed', at: context.now, participant, ...rekeyed }] }
}

/** The participants while a decision changes them, and the events of those changes. */
export interface Roll {
  participants: readonly Participant[]
  readonly changes: (ParticipantAdded | ParticipantUpdated)[]
}

export function openRoll({ participants }: Pick<Conversation, 'participants'>): Roll {
  return { participants, changes: [] }
}

export function addParticipant(roll: Roll, participant: Participant): void {
  roll.participants = [...roll.participants, participant]
  roll.changes.push({ type: 'participant.added', at: participant.createdAt, participant })
}

export function addAddress(roll: Roll, owner: Participant, address: Address, { now }: Pick<Deciders, 'now'>): void {
  const participant = { ...owner, addresses: [...owner.addresses, address], updatedAt: now }
  roll.participants = roll.participants.map((other) => (other.id === owner.id ? participant : other))
  const latest = roll.changes.findIndex((change) => change.participant.id === owner.id)
  const change = roll.changes[latest]
  if (change === undefined) roll.changes.push({ type: 'participant.updated', at: now, participant })
  else roll.changes[latest] = { ...change, participant }
}

export function hasRoom({ addresses }: Participant): boolean {
  return addresses.length < limits.addressesOfParticipant
}

/** The changes as events, the last one with the new key. */
export function sealRoll({ changes }: Roll, rekeyed: Rekeyed): readonly ConversationEvent[] {
  return changes.map((change, i) => (i === changes.length - 1 ? { ...change, ...rekeyed } : change))
}

/** Who is reached on this channel under any spelling of this address. */
export function ownerOf(
  participants: readonly Participant[],
  { channel, address }: Pick<Address, 'channel' | 'address'>,
): Participant | undefined {
  for (const participant of participants) {
    for (const owned of participant.addresses) {
      if (owned.channel === channel && owned.address === address) return participant
    }
  }
  const wanted = canonicalAddress(channel, address)
  return participants.find(({ addresses }) =>
    addresses.some((owned) => owned.channel === channel && canonicalAddress(channel, owned.address) === wanted),
  )
}

/** Who is reached under the same canonical address on any channel. */
export function namesake(
  participants: readonly Participant[],
  { channel, address }: Pick<Address, 'channel' | 'address'>,
): Participant | undefined {
  const wanted = canonicalAddress(channel, address)
  return participants.find(({ addresses }) =>
    addresses.some((owned) => canonicalAddress(owned.channel, owned.address) === wanted),
  )
}

export function newParticipant(draft: NewParticipant, context: Deciders): Participant {
  const { now } = context
  const { name = '', type = 'unknown', profileId = null, addresses } = draft
  return { id: context.id(), name, type, profileId, addresses: distinct(addresses), createdAt: now, updatedAt: now }
}

/** One address of a channel belongs to one participant. */
function checkOwners(
  participants: readonly Participant[],
  addresses: readonly Address[],
  self: Id | undefined,
): Refused | undefined {
  const others = participants.filter(({ id }) => id !== self)
  for (const [i, address] of addresses.entries()) {
    const owner = ownerOf(others, address)
    if (owner === undefined) continue
    return refuse(
      'address_taken',
      'Another participant of this conversation has this address; take it from them first.',
      {
        field: `addresses.${i}`,
        conflicting: { noun: 'participant', id: owner.id },
      },
    )
  }
  return undefined
}

/** Without repetitions, in the order given. */
function distinct(addresses: readonly Address[]): readonly Address[] {
  if (addresses.length < 2) return addresses
  return addresses.filter(
    (one, i) =>
      addresses.findIndex(
        (other) => other.channel === one.channel && other.address === one.address && other.channelId === one.channelId,
      ) === i,
  )
}

function sameParticipant(a: Participant, b: Participant): boolean {
  return (
    a.name === b.name &&
    a.type === b.type &&
    a.profileId === b.profileId &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every((one, i) => {
      const other = b.addresses[i]
      return one.channel === other?.channel && one.address === other.address && one.channelId === other.channelId
    })
  )
}

function unknownParticipant(): Refused {
  return refuse('not_found', 'No such participant takes part in this conversation.')
}
