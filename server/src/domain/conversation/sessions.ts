import type { Context, Decision, Effect, Reaction } from '../noun.ts'
import type { Lose } from '../session/commands.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { AttachSession, DetachSession } from './commands.ts'
import type { ConversationEvent } from './events.ts'
import { limits } from './limits.ts'
import type { Conversation } from './state.ts'

type Deciders = Context<ConversationEvent>

/** A written session has its words here: no clock moves for it. A head names the first ones, and counts those beyond. */
export function decideAttachSession(
  { sessions = [] }: Conversation,
  { sessionId }: AttachSession,
  { now: at }: Deciders,
): Decision<ConversationEvent> {
  if (sessions.includes(sessionId)) return { events: [] }
  const isBeyond = sessions.length >= limits.sessions
  return { events: [{ type: 'session.attached', at, sessionId, ...(isBeyond && { beyond: true }) }] }
}

/** It is over, or goes on elsewhere, which matters also where it is closed: then it may be deleted. Told again: nothing. */
export function decideDetachSession(
  { sessions = [], moreSessions = 0 }: Conversation,
  { sessionId }: DetachSession,
  { now: at }: Deciders,
): Decision<ConversationEvent> {
  const isNamed = sessions.includes(sessionId)
  if (!isNamed && moreSessions === 0) return { events: [] }
  return { events: [{ type: 'session.detached', at, sessionId, ...(!isNamed && { beyond: true }) }] }
}

/** D37: nothing is deleted under a live session. */
export function checkSessions({ sessions = [], moreSessions = 0 }: Conversation): Refused | undefined {
  if (sessions.length + moreSessions === 0) return undefined
  return refuse('in_use', 'Wait for the end of its sessions, or end them first: one is live.')
}

/**
 * Closed by request, its text sessions end in the same transaction, those beyond by an effect right after it; closed by its
 * clocks, they go on elsewhere (lifecycle section 4). Sessions that are written have one attempt.
 */
export function reactions(event: ConversationEvent, { sessions = [] }: Conversation): readonly Reaction[] {
  if (!isClosedByRequest(event)) return []
  return sessions.map((id) => ({ noun: 'session', id, command: closing }))
}

/** What a conversation asks of the world: `conversation.end_sessions` (repeatable) ends those its head does not name. */
export function effects(event: ConversationEvent, { moreSessions = 0 }: Conversation): readonly Effect[] {
  if (!isClosedByRequest(event) || moreSessions === 0) return []
  const kind = 'conversation.end_sessions'
  return [{ kind, mode: 'repeatable', key: kind, payload: {} }]
}

/** What becomes of a text session whose conversation is closed by request. */
export const closing: Lose = { type: 'lose', attempt: 1, cause: 'conversation_closed' }

function isClosedByRequest(event: ConversationEvent): boolean {
  return event.type === 'conversation.moved' && event.to === 'closed' && event.by !== 'deadline'
}
