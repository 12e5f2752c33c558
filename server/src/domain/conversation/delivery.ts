import type { Context, Decision, Key, Part } from '../noun.ts'
import { canonicalAddress } from '../vocabulary/address.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { ReportDelivery } from './commands.ts'
import type { Communication, DeliveryStatus, Recipient } from './communication.ts'
import type { ConversationEvent } from './events.ts'

/**
 * How far a message got. Reports only ever move it on, since channels repeat and reorder them: a failure outranks being on
 * the way, and a proof of delivery outranks a failure.
 */
const progress: Readonly<Record<DeliveryStatus, number>> = {
  initiated: 0,
  in_progress: 1,
  failed: 2,
  delivered: 3,
  read: 4,
}

/** The status that holds after a report; undefined: neither side knows one. */
export function laterDelivery(
  present: DeliveryStatus | undefined,
  reported: DeliveryStatus | undefined,
): DeliveryStatus | undefined {
  if (present === undefined || reported === undefined) return present ?? reported
  return progress[reported] > progress[present] ? reported : present
}

/** The key that a resource id uses up within its conversation. */
export function resourceKey(resourceId: string): Key {
  return { use: 'once', kind: 'resource', key: resourceId }
}

/** The communication a part stands for, as it is now. */
export function communicationOf({
  created,
  overlay,
}: Pick<Part<ConversationEvent>, 'created' | 'overlay'>): Communication | undefined {
  const event = overlay ?? created
  return event.type === 'communication.created' || event.type === 'communication.updated'
    ? event.communication
    : undefined
}

/** What the channel tells of a message's fate; allowed on closed conversations, too (D3). Nothing new: no event. */
export function decideDelivery(
  { resourceId, to, status }: ReportDelivery,
  context: Context<ConversationEvent>,
): Decision<ConversationEvent> | Refused {
  const { now: at } = context
  const part = context.found(resourceKey(resourceId))
  const present = part && communicationOf(part)
  if (part === undefined || present === undefined) {
    return refuse('not_found', 'No communication of this conversation has this resourceId; report the message first.')
  }
  const meant = present.recipients.filter((recipient) => to === undefined || isReachedAt(recipient, to))
  if (meant.length === 0)
    return refuse('not_found', 'Name one of the recipients, or none for all of them.', { field: 'to' })
  if (meant.every(({ delivery }) => laterDelivery(delivery, status) === delivery)) return { events: [] }
  const recipients = present.recipients.map((recipient) => {
    const delivery = meant.includes(recipient) ? laterDelivery(recipient.delivery, status) : recipient.delivery
    return delivery === undefined ? recipient : { ...recipient, delivery }
  })
  const communication = { ...present, recipients, updatedAt: at }
  return { events: [{ type: 'communication.updated', at, n: part.n, communication }] }
}

function isReachedAt({ channel, address }: Recipient, to: string): boolean {
  return address === to || canonicalAddress(channel, address) === canonicalAddress(channel, to)
}
