import type { Context, Decision } from '../noun.ts'
import { isTelephone, canonicalAddress } from '../vocabulary/address.ts'
import { isLonger } from '../vocabulary/characters.ts'
import { isRefused, refuse, type Refused } from '../vocabulary/refusal.ts'
import type { Say, Speaker } from './commands.ts'
import type { Communication, Content, Party, Recipient } from './communication.ts'
import { communicationOf, laterDelivery, resourceKey } from './delivery.ts'
import type { CommunicationCreated, CommunicationUpdated, ConversationEvent } from './events.ts'
import { rekey } from './grouping.ts'
import { checkAddress, checkCount, limits } from './limits.ts'
import { move } from './moves.ts'
import {
  addAddress,
  addParticipant,
  hasRoom,
  namesake,
  newParticipant,
  openRoll,
  ownerOf,
  sealRoll,
  type Roll,
} from './participants.ts'
import type { Conversation, ParticipantType } from './state.ts'
import { attach, streamOf } from './streams.ts'

type Deciders = Context<ConversationEvent>

/** A new communication; where its resource id is used already, a change of the earlier one, which moves no clock (D39). */
export function decideSay(
  conversation: Conversation,
  command: Say,
  context: Deciders,
): Decision<ConversationEvent> | Refused {
  const wrong = check(command)
  if (wrong) return wrong
  const roll = openRoll(conversation)
  const earlier = command.resourceId === undefined ? undefined : context.found(resourceKey(command.resourceId))
  const present = earlier && communicationOf(earlier)
  const author = present?.author ?? resolve(roll, command.author, 'author', context)
  if (isRefused(author)) return author
  const recipients: Recipient[] = []
  for (const [i, speaker] of command.recipients.entries()) {
    const recipient = resolve(roll, speaker, `recipients.${i}`, context)
    if (isRefused(recipient)) return recipient
    recipients.push(speaker.delivery === undefined ? recipient : { ...recipient, delivery: speaker.delivery })
  }
  const changes = settle(conversation, roll, command, context)
  if (isRefused(changes)) return changes
  if (earlier && present) return { events: [...changes, again(command, recipients, earlier.n, present, context)] }
  return { events: [...changes, ...communicate(conversation, command, author, recipients, context)] }
}

/** The stream it came through, the communication, and the way back to active (T7), in this order. */
function communicate(
  conversation: Conversation,
  command: Say,
  author: Party,
  recipients: readonly Recipient[],
  context: Deciders,
): readonly ConversationEvent[] {
  const { now: at, by } = context
  const { content, channelId = null, resourceId = null, occurredAt = at } = command
  const stream = streamOf(conversation, command)
  const attached = stream === undefined ? [] : attach(conversation, stream, context)
  const communication = {
    author,
    recipients,
    content: kept(content),
    channelId,
    resourceId,
    createdAt: at,
    updatedAt: at,
    occurredAt,
  }
  const created: CommunicationCreated = { type: 'communication.created', at, communication }
  const said = {
    ...created,
    ...(stream !== undefined && { stream }),
    ...(command.captured && { captured: true as const }),
  }
  if (attached.length > 0 || conversation.status !== 'inactive') return [...attached, said]
  return [
    said,
    move('inactive', 'active', { at, mover: 'traffic', by, because: `a communication on ${author.channel}` }),
  ]
}

/** D39: content and recipients as they are told now; what is known of their delivery is kept, and so is the author. */
function again(
  { content, occurredAt }: Say,
  recipients: readonly Recipient[],
  n: number,
  present: Communication,
  { now }: Deciders,
): CommunicationUpdated {
  const communication = {
    ...present,
    content: kept(content),
    recipients: merge(present.recipients, recipients),
    occurredAt: occurredAt ?? present.occurredAt,
    updatedAt: now,
  }
  return { type: 'communication.updated', at: now, n, communication }
}

/** The events of the participants it brought along, with the new grouping key. */
function settle(
  conversation: Conversation,
  roll: Roll,
  { captured = false }: Say,
  context: Deciders,
): readonly ConversationEvent[] | Refused {
  if (roll.changes.length === 0) return []
  const rekeyed = checkCount(roll.participants.length) ?? rekey(conversation, roll.participants, context, captured)
  return isRefused(rekeyed) ? rekeyed : sealRoll(roll, rekeyed)
}

/**
 * D18: the participant it says, else the one reached there, else a new one. A captured party (its type is known) that
 * takes part already under the same telephone number on another channel gets the address added instead (as D70 does).
 */
function resolve(roll: Roll, speaker: Speaker, field: string, context: Deciders): Party | Refused {
  const { channel, address, type, participantId } = speaker
  if (participantId !== undefined) {
    if (roll.participants.some(({ id }) => id === participantId)) return { address, channel, participantId }
    return refuse('invalid', 'Name a participant of this conversation, or none.', { field: `${field}.participantId` })
  }
  const owner = ownerOf(roll.participants, speaker)
  if (owner !== undefined) return { address, channel, participantId: owner.id }
  const place = { channel, address }
  const known =
    type !== undefined && isTelephone(canonicalAddress(channel, address))
      ? namesake(roll.participants, speaker)
      : undefined
  if (known !== undefined && isSamePart(known.type, type) && hasRoom(known)) {
    addAddress(roll, known, place, context)
    return { address, channel, participantId: known.id }
  }
  const added = newParticipant({ addresses: [place], ...(type === undefined ? {} : { type }) }, context)
  addParticipant(roll, added)
  return { address, channel, participantId: added.id }
}

/** Our number may answer as any agent but a human one, whose addresses are their own (D69). */
function isSamePart(known: ParticipantType, captured: ParticipantType | undefined): boolean {
  if (known === 'unknown' || known === captured) return true
  return known === 'ai_agent' && captured === 'agent'
}

/** The recipients told last; a delivery status never goes backwards, and who was told before stays. */
function merge(present: readonly Recipient[], told: readonly Recipient[]): readonly Recipient[] {
  const same = (a: Recipient, b: Recipient): boolean => a.participantId === b.participantId && a.channel === b.channel
  const changed = present.map((recipient) => {
    const delivery = laterDelivery(recipient.delivery, told.find((other) => same(recipient, other))?.delivery)
    return delivery === undefined ? recipient : { ...recipient, delivery }
  })
  return [...changed, ...told.filter((recipient) => !present.some((other) => same(recipient, other)))]
}

/** A text has no transcription. */
function kept(content: Content): Content {
  return content.type === 'text' && 'transcription' in content ? { type: 'text', text: content.text } : content
}

function check({ author, recipients, content }: Say): Refused | undefined {
  if (recipients.length === 0) return refuse('invalid', 'Give at least one recipient.', { field: 'recipients' })
  if (isLonger(content.text, limits.text)) {
    return refuse('invalid', `Use a text of at most ${limits.text} characters.`, { field: 'content.text' })
  }
  const wrong = checkAddress(author.address, 'author.address')
  if (wrong) return wrong
  for (const [i, { address }] of recipients.entries()) {
    const refused = checkAddress(address, `recipients.${i}.address`)
    if (refused) return refused
  }
  return undefined
}
