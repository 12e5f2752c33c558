import { pinOf } from '#domain/configuration/pin.ts'
import { conversation as noun } from '#domain/conversation/conversation.ts'
import { groupingClaim } from '#domain/conversation/grouping.ts'
import type { Claim } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Outcome, Unit } from '#engine/api.ts'
import type { Created, Draft } from '../api.ts'
import { liveConfiguration } from '../configurations.ts'
import { view, type ConversationsNeed } from './view.ts'

/** Makes a conversation, or finds that an open one has the same participants already. */
export function createConversation(
  { engine, snapshots }: ConversationsNeed,
  ask: Ask<Created>,
  draft: Draft,
): Promise<Outcome<Created>> {
  return engine.execute(ask, (unit): Created | Refused => {
    const configuration = liveConfiguration(unit, draft.configurationId, 'configurationId')
    if (isRefused(configuration)) return configuration
    const pin = pinOf(configuration)
    const claim = groupingClaim(pin, draft.participants)
    const holder = claim === null ? undefined : unit.holder(claim)
    if (holder !== undefined) return conflict(unit, holder, draft)

    const { configurationId: _, ...rest } = draft
    const previous = claim === null ? undefined : previousHolder(unit, claim)
    // Without an address to go by, anything that is the same when the request is repeated will do for a home.
    const id = unit.id(claim?.route ?? ask.once?.key ?? ask.request)
    const because = 'created by request'
    const done = unit.run(noun, id, {
      type: 'create',
      configuration: pin,
      ...rest,
      because,
      ...(previous !== undefined && { previous }),
    })
    return isRefused(done) ? done : { created: view(unit, snapshots, done.state) }
  })
}

/** X21: the newest conversation that held this key before and is over. */
export function previousHolder(unit: Unit, claim: Claim): Id | undefined {
  const holders = unit.holders({ kind: 'grouping', key: claim.key }, holdersLookedAt)
  return holders.find((id) => unit.state(noun, id)?.status === 'closed')
}

const holdersLookedAt = 5

/** D70: the conversation that is there gets the addresses it lacks, so that whoever asked can go on with it at once. */
function conflict(unit: Unit, holder: Id, draft: Draft): Created {
  const addresses = draft.participants.flatMap((participant) => participant.addresses)
  // Refused only where they are too many; what it has already is then all there is.
  unit.run(noun, holder, { type: 'add_addresses', addresses })
  return { conflict: holder, message: 'An open conversation has these participants: use that one, or close it first.' }
}
