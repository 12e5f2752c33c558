import { pinOf } from '#domain/configuration/pin.ts'
import { conversation as noun } from '#domain/conversation/conversation.ts'
import type { NewParticipant } from '#domain/conversation/commands.ts'
import { groupingClaim } from '#domain/conversation/grouping.ts'
import { fits, lastSpokenAt, type Sides } from '#domain/conversation/matching.ts'
import type { Conversation, Grouping } from '#domain/conversation/state.ts'
import type { Claim, Handle } from '#domain/noun.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'
import { liveConfiguration } from '../configurations.ts'
import { previousHolder } from '../conversations/creating.ts'

/** What to look for: the conversation of a configuration that traffic between two sides belongs to. */
export interface Sought {
  readonly configurationId: Id
  readonly sides: Sides
  /** The grouping key a conversation of just the two would hold. */
  readonly claim: Claim | null
  readonly parties: readonly NewParticipant[]
  readonly customer: Handle
}

/** How many open conversations of one customer are looked at, the newest. */
const lookedAt = 100

export function seek(configurationId: Id, grouping: Grouping, sides: Sides): Sought {
  const parties = partiesOf(sides)
  const { channel, address } = sides.customer
  return {
    configurationId,
    sides,
    parties,
    claim: groupingClaim({ id: configurationId, grouping }, parties),
    customer: { kind: 'address', key: canonicalAddress(channel, address) },
  }
}

/** The open conversation it belongs to: the one that holds its key, else one both take part in or the customer is alone in. */
export function findOpen(unit: Unit, { claim, customer, configurationId, sides }: Sought): Conversation | undefined {
  const holder = claim === null ? undefined : unit.holder(claim)
  const held = holder === undefined ? undefined : unit.state(noun, holder)
  if (held) return held
  let newest: Conversation | undefined
  // Only the customer's are looked at: our own number takes part in all of them.
  for (const id of unit.holders(customer, lookedAt)) {
    const state = unit.state(noun, id)
    if (!state || !fits(state, configurationId, sides)) continue
    if (!newest || lastSpokenAt(state) > lastSpokenAt(newest)) newest = state
  }
  return newest
}

/** A new conversation of the two sides. `previous`: the one before it, where that is known; `home`: see Run. */
export function make(
  unit: Unit,
  sought: Sought,
  because: string,
  { previous, home }: { readonly previous?: Id | undefined; readonly home?: string | undefined } = {},
): Conversation | Refused {
  const { configurationId, claim, customer, parties } = sought
  const configuration = liveConfiguration(unit, configurationId)
  if (isRefused(configuration)) return configuration
  const before = previous ?? (claim === null ? undefined : previousHolder(unit, claim))
  const done = unit.run(noun, unit.id(home ?? routeOf({ claim, customer })), {
    type: 'create',
    configuration: pinOf(configuration),
    participants: parties,
    because,
    ...(before !== undefined && { previous: before }),
  })
  return isRefused(done) ? done : done.state
}

/** Where its conversation is at home: at its key, or else at the customer. */
export function routeOf({ claim, customer }: Pick<Sought, 'claim' | 'customer'>): string {
  return claim?.route ?? customer.key
}

/** The configuration was deleted after its rule matched: the next try asks the rules anew. */
export function gone(refused: Refused): Refused {
  if (refused.refusal.code !== 'not_found') return refused
  return refuse('busy', 'The configuration that captured this was deleted at this moment: send it again.')
}

/** D69: our own number is an agent, the other side the customer. */
function partiesOf({ customer, business }: Sides): readonly NewParticipant[] {
  const one: NewParticipant = { type: 'customer', addresses: [customer] }
  const same = customer.channel === business.channel && canonical(customer) === canonical(business)
  return same ? [one] : [one, { type: 'agent', addresses: [business] }]
}

function canonical({ channel, address }: Sides['customer']): string {
  return canonicalAddress(channel, address)
}
