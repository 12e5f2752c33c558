import { canonicalAddress, type Address } from '../vocabulary/address.ts'
import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import { countedAddresses } from './grouping.ts'
import type { Conversation } from './state.ts'

type Place = Pick<Address, 'channel' | 'address'>

/** The two sides of a message or a call. */
export interface Sides {
  readonly customer: Place
  readonly business: Place
}

/**
 * Whether traffic whose own key nobody holds still belongs to this open conversation: both sides take part in it (among
 * more), or the customer is in it alone. Where customers have profiles, a customer's address stands for the profile.
 */
export function fits(conversation: Conversation, configurationId: Id, { customer, business }: Sides): boolean {
  if (!isOpen(conversation) || conversation.configuration.id !== configurationId) return false
  switch (conversation.configuration.grouping) {
    case 'addresses_and_channel':
      return fitsChannel(conversation, customer, business)
    case 'addresses':
      return fitsAddresses(conversation, customer, business)
    case 'profile':
      return hasProfile(conversation, customer) || fitsAddresses(conversation, customer, business)
  }
}

/** When anything was said last, on any channel; before the first communication its creation. */
export function lastSpokenAt({ last, createdAt }: Pick<Conversation, 'last' | 'createdAt'>): Instant {
  return Math.max(createdAt, ...Object.values(last))
}

/** Whether it can still hold communications: active or inactive. */
export function isOpen({ status }: Pick<Conversation, 'status'>): boolean {
  return status === 'active' || status === 'inactive'
}

function fitsChannel({ participants }: Conversation, customer: Place, business: Place): boolean {
  const places = participants.flatMap(({ addresses }) => addresses)
  const takesPart = (place: Place): boolean => places.some((other) => samePlace(other, place))
  return takesPart(customer) && (takesPart(business) || places.every((place) => samePlace(place, customer)))
}

function fitsAddresses({ participants }: Conversation, customer: Place, business: Place): boolean {
  const present = new Set(participants.flatMap(countedAddresses))
  const [side] = countedAddresses({ type: 'customer', addresses: [customer] })
  const [other] = countedAddresses({ type: 'agent', addresses: [business] })
  if (side === undefined || !present.has(side)) return false
  return other === undefined || present.has(other) || present.size === 1
}

function hasProfile({ participants }: Conversation, customer: Place): boolean {
  const wanted = canonicalAddress(customer.channel, customer.address)
  return participants.some(
    ({ type, profileId, addresses }) =>
      type === 'customer' &&
      profileId !== null &&
      addresses.some(({ channel, address }) => canonicalAddress(channel, address) === wanted),
  )
}

function samePlace(a: Place, b: Place): boolean {
  return a.channel === b.channel && canonicalAddress(a.channel, a.address) === canonicalAddress(b.channel, b.address)
}
