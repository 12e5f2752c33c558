import type { Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import { inactiveDue } from './clocks.ts'
import type { AttachStream, EndStream, Say } from './commands.ts'
import type { ConversationEvent } from './events.ts'
import { move } from './moves.ts'
import type { Conversation } from './state.ts'

type Deciding = Decision<ConversationEvent> | Refused
type Deciders = Context<ConversationEvent>

/** A transcription stream starts: no clock moves, but an inactive conversation becomes active at once (D15, T23). */
export function decideAttach(conversation: Conversation, { callSid }: AttachStream, context: Deciders): Deciding {
  return { events: attach(conversation, callSid, context) }
}

/** A stream ends: it matters only where it carried a communication (T24). Told again, or never attached: nothing. */
export function decideEnd(
  conversation: Conversation,
  { callSid, because }: EndStream,
  { now: at }: Deciders,
): Deciding {
  if (!isAttached(conversation, callSid)) return { events: [] }
  if (conversation.status !== 'closed') return { events: [{ type: 'stream.ended', at, callSid, because }] }
  const late = {
    type: 'late.refused',
    at,
    what: `the stream of ${callSid} ended`,
    because: 'it was closed already',
  } as const
  return { events: [late] }
}

/** The events that attach a stream; none where it is attached already. */
export function attach(
  conversation: Conversation,
  callSid: string,
  { now: at, by }: Deciders,
): readonly ConversationEvent[] {
  if (isAttached(conversation, callSid)) return []
  const attached: ConversationEvent = { type: 'stream.attached', at, callSid }
  if (conversation.status !== 'inactive') return [attached]
  const cause = { at, mover: 'traffic', by, because: 'a transcription stream attached' } as const
  return [attached, move('inactive', 'active', { ...cause, firedInactive: usedUp(conversation, at) })]
}

/** The stream a VOICE communication came through: the one it names, else the open one of its call. */
export function streamOf(conversation: Conversation, { stream, channelId, author }: Say): string | undefined {
  if (author.channel !== 'VOICE') return undefined
  if (stream !== undefined) return stream
  return channelId !== undefined && isAttached(conversation, channelId) ? channelId : undefined
}

/**
 * An inactive due time that has passed without effect, because the conversation was inactive already, stays silent when it
 * becomes active without a new communication (D21).
 */
export function usedUp(conversation: Conversation, now: number): number | undefined {
  const due = inactiveDue(conversation)
  return due <= now ? due : undefined
}

/** D37: nothing is deleted under an open stream. */
export function checkStreams({ status, voice }: Conversation): Refused | undefined {
  if (status === 'closed' || voice.open.length === 0) return undefined
  return refuse('busy_with_stream', 'Wait for the end of its call, or close it first.')
}

function isAttached({ voice }: Conversation, callSid: string): boolean {
  return voice.open.some((stream) => stream.callSid === callSid)
}
