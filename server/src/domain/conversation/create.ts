import type { Context, Decision } from '../noun.ts'
import { yearsAfter } from '../vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '../vocabulary/refusal.ts'
import type { Create } from './commands.ts'
import type { ConversationEvent } from './events.ts'
import { rekey } from './grouping.ts'
import { checkAddresses, checkMetadata, checkName, limits } from './limits.ts'
import { addParticipant, newParticipant, openRoll, ownerOf, sealRoll } from './participants.ts'

/** T17: the longest life of a conversation. */
const longestLifeYears = 3

/** T2: a conversation starts active, together with its first participants. */
export function decideCreate(
  command: Create,
  context: Context<ConversationEvent>,
): Decision<ConversationEvent> | Refused {
  const { configuration, overrides = {}, name = null, metadata = {}, participants, because, previous = null } = command
  const wrong = checkName(name, 'name') ?? checkMetadata(metadata) ?? checkNew(participants)
  if (wrong) return wrong

  const roll = openRoll({ participants: [] })
  for (const [i, draft] of participants.entries()) {
    const owned = draft.addresses.findIndex((address) => ownerOf(roll.participants, address) !== undefined)
    if (owned >= 0) {
      const field = `participants.${i}.addresses.${owned}`
      return refuse('invalid', 'Give each address to one participant only.', { field })
    }
    addParticipant(roll, newParticipant(draft, context))
  }
  const rekeyed = rekey({ configuration, participants: [] }, roll.participants, context)
  if (isRefused(rekeyed)) return rekeyed

  const { now: at, self: id, account, by } = context
  const endsBy = yearsAfter(at, longestLifeYears)
  const about = { id, account, configuration, overrides, name, metadata, endsBy, by, because, previous }
  return { events: [{ type: 'conversation.created', at, ...about }, ...sealRoll(roll, rekeyed)] }
}

function checkNew(participants: Create['participants']): Refused | undefined {
  if (participants.length > limits.participantsAtCreate) {
    const message = `Create it with at most ${limits.participantsAtCreate} participants and add the others later.`
    return refuse('invalid', message, { field: 'participants' })
  }
  for (const [i, { name, addresses }] of participants.entries()) {
    const wrong = checkName(name, `participants.${i}.name`) ?? checkAddresses(addresses, `participants.${i}.addresses`)
    if (wrong) return wrong
  }
  return undefined
}
