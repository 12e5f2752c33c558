import type { Context, Decision, Reaction } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { AttachSession, DetachSession } from './commands.ts'
import type { ConversationEvent } from './events.ts'
import { limits } from './limits.ts'
import type { Conversation } from './state.ts'

type Deciders = Context<ConversationEvent>

/**
 * A written session has its words here: no clock moves for it. Where there are as many as a head can name, those that come later
 * are not known here, and find out for themselves when the conversation is closed.
 */
export function decideAttachSession(
  { sessions = [] }: Conversation,
  { sessionId }: AttachSession,
  { now: at }: Deciders,
): Decision<ConversationEvent> {
  if (sessions.includes(sessionId) || sessions.length >= limits.sessions) return { events: [] }
  return { events: [{ type: 'session.attached', at, sessionId }] }
}

/** Told again, or of one that is not known: nothing. What is closed stays as it is. */
export function decideDetachSession(
  { status, sessions = [] }: Conversation,
  { sessionId }: DetachSession,
  { now: at }: Deciders,
): Decision<ConversationEvent> {
  if (status === 'closed' || !sessions.includes(sessionId)) return { events: [] }
  return { events: [{ type: 'session.detached', at, sessionId }] }
}

/** D37: nothing is deleted under a live session. */
export function checkSessions({ status, sessions = [] }: Conversation): Refused | undefined {
  if (status === 'closed' || sessions.length === 0) return undefined
  return refuse('busy_with_stream', 'Wait for the end of its sessions, or close it first.')
}

/**
 * Closed by request, its text sessions end in the same transaction; closed by its clocks, they go on elsewhere (lifecycle
 * section 4). Sessions that are written have one attempt.
 */
export function reactions(event: ConversationEvent, { sessions = [] }: Conversation): readonly Reaction[] {
  if (event.type !== 'conversation.moved' || event.to !== 'closed' || event.by === 'deadline') return []
  const command = { type: 'lose', attempt: 1, cause: 'conversation_closed' } as const
  return sessions.map((id) => ({ noun: 'session', id, command }))
}
