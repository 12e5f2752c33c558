import { conversation } from '#domain/conversation/conversation.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import { partNumber } from '#domain/vocabulary/id.ts'
import type { Engine } from '#engine/api.ts'
import { placesOf } from '../calls/conversation/places.ts'
import { whole } from '../conversations/communications.ts'
import { read } from '../reading.ts'

/** What the agent said before anybody else did. Null: the user began, nobody has said anything, or it was deleted. */
export async function firstWordsOf(engine: Engine, session: Session): Promise<string | null> {
  const { account, id } = session
  const turns = await engine.parts<SessionEvent>(account, id, { kind: 'turn', after: 0, limit: 1 })
  const first = turns[0]?.created
  const [place] = await placesOf(engine, session)
  if (!place || first?.type !== 'turn.taken' || first.who !== 'agent' || first.words === undefined) return null
  const { conversationId } = place
  const n = partNumber(first.words)
  return read(engine, account, (unit) => {
    if (!unit.state(conversation, conversationId)) return null
    return whole(conversationId, unit.part(conversation, conversationId, n))?.communication.content.text ?? null
  })
}
