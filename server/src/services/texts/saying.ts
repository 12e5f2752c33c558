import { conversation as conversationNoun } from '#domain/conversation/conversation.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { isLonger } from '#domain/vocabulary/characters.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Unit } from '#engine/api.ts'
import { unknownSession } from '../calls/sessions/views.ts'
import { answer } from './answering.ts'
import type { TextMessage, TextTurn } from './api.ts'
import type { TextParts } from './parts.ts'
import { recordChat, type KeptChat } from './recording.ts'

/** In characters. */
const longest = 16_000

/** One message and its answer, when those before it are through. */
export async function say(parts: TextParts, ask: Ask, id: Id, message: TextMessage): Promise<TextTurn | Refused> {
  const wrong = checkText(message.text)
  if (wrong) return wrong
  const view = await parts.views.get(ask.account, id)
  const refused = notText(view?.session) ?? (view && notLive(view.session))
  if (refused) return refused
  return parts.turns.run(id, (signal) => takeTurn(parts, ask, id, message, signal))
}

async function takeTurn(
  parts: TextParts,
  ask: Ask,
  id: Id,
  { text, rich, onProgress }: TextMessage,
  signal: AbortSignal,
): Promise<TextTurn | Refused> {
  const { account, by, request } = ask
  const said = await parts.engine.execute<KeptChat | 'over'>(
    { account, by, ...(request !== undefined && { request }) },
    (unit) => {
      const session = unit.state(noun, id)
      if (!session) return unknownSession()
      if (session.state !== 'live') return over()
      return endsWithConversation(unit, session) ? 'over' : recordChat(unit, session, { who: 'user', text })
    },
  )
  if (said.refusal) return { refusal: said.refusal }
  if (said.value === undefined || said.value === 'over') return over()
  const { communicationId: after, heard } = said.value
  if (heard) parts.telling.heard(id, heard)
  const view = await parts.views.get(account, id)
  if (!view) return over()
  const asked = { on: 'user', after, rich, ...(onProgress && { onProgress }) } as const
  return answer(parts, view, asked, signal)
}

/**
 * A conversation names only so many of its sessions, and ends those when it is closed by request: one that it could not name finds
 * out here.
 */
function endsWithConversation(unit: Unit, { id, words }: Session): boolean {
  const present = words.at(-1)?.conversationId
  const known = present === undefined ? undefined : unit.state(conversationNoun, present)
  if (known?.status !== 'closed' || known.entered.by === 'deadline') return false
  return !isRefused(unit.run(noun, id, { type: 'lose', attempt: 1, cause: 'conversation_closed' }))
}

/** What is not there, or is no text session. */
export function notText(session: Session | undefined): Refused | undefined {
  if (!session) return unknownSession()
  return session.kind === 'text' ? undefined : refuse('wrong_state', 'Only text sessions are written to.')
}

function notLive({ state }: Session): Refused | undefined {
  return state === 'live' ? undefined : over()
}

function checkText(text: string): Refused | undefined {
  if (text.trim() !== '' && !isLonger(text, longest)) return undefined
  return refuse('invalid', `Give a message of 1 to ${longest} characters that are not all blank.`, { field: 'text' })
}

function over(): Refused {
  return refuse('closed', 'It is over: nothing more can be said in it.')
}
