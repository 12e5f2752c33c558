import type { Claim, Context } from '../noun.ts'
import { canonicalAddress, isTelephone, type Address } from '../vocabulary/address.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { ConversationEvent } from './events.ts'
import type { ConfigurationPin, Conversation, Participant, ParticipantType } from './state.ts'

/** What of a participant its conversation's key is made from; participants and drafts of them alike. */
export interface GroupedParty {
  readonly type?: ParticipantType
  readonly profileId?: string | null
  readonly addresses: readonly Pick<Address, 'channel' | 'address'>[]
}

/**
 * The grouping key of a set of participants: only one open conversation of a configuration may hold it (D32). Null: nobody
 * in the set counts, so it matches no traffic. The route follows from the key alone, so that equal sets always meet,
 * whatever types or order their participants were given in; a conversation is at home where its first key is.
 */
export function groupingClaim(
  pin: Pick<ConfigurationPin, 'id' | 'grouping'>,
  parties: readonly GroupedParty[],
): Claim | null {
  switch (pin.grouping) {
    case 'profile': {
      const profiles = parties.flatMap(({ type, profileId }) => (type === 'customer' && profileId ? [profileId] : []))
      return claim(pin.id, 'profile', profiles) ?? byAddresses(pin.id, parties)
    }
    case 'addresses':
      return byAddresses(pin.id, parties)
    case 'addresses_and_channel':
      return claim(
        pin.id,
        'channel',
        parties.flatMap(({ addresses }) =>
          addresses.map(({ channel, address }) => `${channel}:${canonicalAddress(channel, address)}`),
        ),
      )
  }
}

/**
 * The canonical addresses that count where the channel does not: a business address that is no telephone number (a sender
 * name, a SIP URI, a client's identity) is left out, so that one customer's number meets itself on every channel (D29).
 */
export function countedAddresses({ type, addresses }: GroupedParty): readonly string[] {
  const canonical = addresses.map(({ channel, address }) => canonicalAddress(channel, address))
  return isBusiness(type) ? canonical.filter(isTelephone) : canonical
}

/** The claim that a conversation with this key has; its route is made of the first two members. */
export function claimOf(key: string): Claim {
  const members = key.indexOf('|', key.indexOf('|') + 1) + 1
  const first = key.indexOf(',', members)
  const second = first < 0 ? -1 : key.indexOf(',', first + 1)
  return { kind: 'grouping', route: second < 0 ? key.slice(members) : key.slice(members, second), key }
}

/** What a change does to the key: absent, it stays as it was. */
export interface Rekeyed {
  readonly key?: string | null
}

/**
 * The key after a change of participants, for the last event of the change: `{}` leaves it as it was. Another conversation's
 * key is refused, or with `keepOnClash` not taken (traffic has nobody to tell).
 */
export function rekey(
  conversation: Pick<Conversation, 'configuration' | 'participants'>,
  after: readonly Participant[],
  context: Context<ConversationEvent>,
  keepOnClash = false,
): Rekeyed | Refused {
  const before = groupingClaim(conversation.configuration, conversation.participants)
  const key = groupingClaim(conversation.configuration, after)
  if (before?.key === key?.key) return {}
  const holder = key === null ? undefined : context.taken(key)
  if (holder === undefined || holder === context.self) return { key: key?.key ?? null }
  if (keepOnClash) return {}
  return refuse(
    'grouping_taken',
    'Another open conversation has these participants; use that one, or close it first.',
    {
      conflicting: { noun: 'conversation', id: holder },
    },
  )
}

function byAddresses(configuration: string, parties: readonly GroupedParty[]): Claim | null {
  return claim(configuration, 'addresses', parties.flatMap(countedAddresses))
}

/** The members as one text, the same in every order; the separator is escaped where a member has it. */
function claim(configuration: string, rule: string, members: readonly string[]): Claim | null {
  if (members.length === 0) return null
  const texts = [...new Set(members)].toSorted()
  return claimOf(`${configuration}|${rule}|${(texts.some(isSpecial) ? texts.map(escaped) : texts).join()}`)
}

function isSpecial(member: string): boolean {
  return member.includes('%') || member.includes(',')
}

function escaped(member: string): string {
  return member.replaceAll('%', '%25').replaceAll(',', '%2C')
}

function isBusiness(type: ParticipantType | undefined): boolean {
  return type === 'agent' || type === 'human_agent' || type === 'ai_agent'
}
