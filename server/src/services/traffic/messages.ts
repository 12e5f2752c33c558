import type { Say, Speaker } from '#domain/conversation/commands.ts'
import type { ParticipantType } from '#domain/conversation/state.ts'
import type { Sides } from '#domain/conversation/matching.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { TrafficEvent, TrafficResult } from '../api.ts'
import { takeReply } from '../mails/replies.ts'
import type { Run } from './batch.ts'
import { findOpen, gone, make } from './group.ts'
import { record, refusedIn, repeat, repeated } from './record.ts'

export type Message = Extract<TrafficEvent, { type: 'message.received' | 'message.sent' }>

/** The two sides of a message: who is the customer follows from its direction. */
export function sidesOf({ type, channel, from, to }: Pick<Message, 'type' | 'channel' | 'from' | 'to'>): Sides {
  const [customer, business] = type === 'message.received' ? [from, to] : [to, from]
  return { customer: { channel, address: customer }, business: { channel, address: business } }
}

/** A message, received or sent: into the conversation it belongs to, found or made (T7, T8, T9). */
export function takeMessage({ unit, batch }: Run, message: Message): TrafficResult {
  const reply = isMail(message) ? takeReply(unit, message) : undefined
  if (reply) return reply
  const sought = batch.capture(message, sidesOf(message))
  if (sought === null)
    return { status: 'ignored', because: `no capture rule for ${message.channel} matches its from and to` }
  const words = wordsOf(message)
  const earlier = repeated(unit, message.resourceId)
  if (earlier) return repeat(unit, earlier, words)
  const conversation = findOpen(unit, sought) ?? make(unit, sought, `a message on ${message.channel}`)
  return isRefused(conversation) ? refusedIn(undefined, gone(conversation)) : record(unit, conversation.id, words)
}

function isMail(message: Message): boolean {
  return message.type === 'message.received' && message.channel === 'EMAIL'
}

function wordsOf({ type, channel, from, to, text, channelId, resourceId, occurredAt }: Message): Omit<Say, 'type'> {
  const [author, recipient]: [ParticipantType, ParticipantType] =
    type === 'message.received' ? ['customer', 'agent'] : ['agent', 'customer']
  const speaker = (address: string, role: ParticipantType): Speaker => ({ channel, address, type: role })
  return {
    author: speaker(from, author),
    recipients: [speaker(to, recipient)],
    content: { type: 'text', text },
    ...(channelId !== undefined && { channelId }),
    ...(resourceId !== undefined && { resourceId }),
    ...(occurredAt !== undefined && { occurredAt }),
  }
}
