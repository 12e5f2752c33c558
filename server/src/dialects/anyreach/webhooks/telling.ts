import type { SessionEvent, ToolCall } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Services } from '#services/api.ts'
import { stampOf } from '../time.ts'
import { usedTool } from '../conversations/transcript.ts'
import { statusOf, type Status } from '../vocabulary.ts'

/** What receivers can be told of (X1); readers of a stream see tools at work, too (X9). */
export const webhookEvents = ['conversation.status', 'message', 'summary', 'recording'] as const

/** What an event of a session is to them. */
export type Telling =
  | { readonly type: 'conversation.status'; readonly status: Status }
  | { readonly type: 'message'; readonly role: 'user' | 'agent'; readonly place: Place }
  | { readonly type: 'tool_call'; readonly call: ToolCall }
  | { readonly type: 'summary'; readonly summary: string }
  | { readonly type: 'recording' }

/** Where words are kept. */
interface Place {
  readonly conversationId: Id
  readonly communicationId: Id
}

/** Undefined: nothing. A status is told when it changes, and when the conversation begins. */
export function tellingOf(before: Session | undefined, event: SessionEvent, after: Session): Telling | undefined {
  if (event.type === 'session.erased') return undefined
  if (event.type === 'turn.taken') return messageOf(event, after)
  if (event.type === 'tool.called') return { type: 'tool_call', call: event.call }
  if (event.type === 'artefact.settled') return artefactOf(event)
  const status = statusOf(after)
  return before && statusOf(before) === status ? undefined : { type: 'conversation.status', status }
}

function messageOf(
  { who: role, words: communicationId }: Extract<SessionEvent, { type: 'turn.taken' }>,
  { words }: Session,
): Telling | undefined {
  const conversationId = words.at(-1)?.conversationId
  if (communicationId === undefined || conversationId === undefined) return undefined
  return { type: 'message', role, place: { conversationId, communicationId } }
}

function artefactOf({
  artefact,
  state,
  value,
}: Extract<SessionEvent, { type: 'artefact.settled' }>): Telling | undefined {
  if (state !== 'done') return undefined
  if (artefact === 'recording') return { type: 'recording' }
  return artefact === 'summary' && typeof value === 'string' ? { type: 'summary', summary: value } : undefined
}

/** What it says beside the conversation. Words, and what tools were given and gave, are for those who may see transcripts (D5). */
export async function detailsOf(
  { conversations }: Pick<Services, 'conversations'>,
  telling: Telling,
  { account, at, sensitive }: { readonly account: string; readonly at: number; readonly sensitive: boolean },
): Promise<object> {
  const created_at = stampOf(at)
  switch (telling.type) {
    case 'conversation.status':
      return { status: telling.status }
    case 'message': {
      const { conversationId, communicationId } = telling.place
      const said = sensitive ? await conversations.communication(account, conversationId, communicationId) : undefined
      const text = said?.communication.content.text
      return { message: { role: telling.role, ...(text !== undefined && { text }), created_at } }
    }
    case 'tool_call':
      return { tool_call: { ...(sensitive && usedTool(telling.call)), created_at } }
    case 'summary':
      return sensitive ? { summary: telling.summary } : {}
    case 'recording':
      return {}
  }
}
