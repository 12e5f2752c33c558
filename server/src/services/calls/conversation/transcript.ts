import { conversation } from '#domain/conversation/conversation.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Session, Words } from '#domain/session/state.ts'
import type { Engine } from '#engine/api.ts'
import { whole } from '../../conversations/communications.ts'
import { read } from '../../reading.ts'
import type { SaidTurn } from '../ports.ts'

const readAtOnce = 200
/** Longer transcripts are cut off here. */
const most = 10_000

/** Who said what in a session, oldest first: a view over the communications of its conversations. */
export async function transcriptOf(engine: Engine, session: Session): Promise<readonly SaidTurn[]> {
  const said: SaidTurn[] = []
  for (const words of session.words) await readInto(said, engine, session, words)
  return said
}

async function readInto(
  said: SaidTurn[],
  engine: Engine,
  { id, account, user }: Session,
  { conversationId, after }: Words,
): Promise<void> {
  // One that was deleted is gone at once, whenever its rows are.
  const exists = await read(engine, account, (unit) => unit.state(conversation, conversationId) !== undefined)
  if (!exists) return
  for (let from = after; said.length < most;) {
    const question = { kind: 'communication', after: from, limit: readAtOnce }
    const parts = await engine.parts<ConversationEvent>(account, conversationId, question)
    for (const part of parts) {
      const communication = whole(conversationId, part)?.communication
      if (communication?.channelId !== id) continue
      said.push({ who: communication.author.address === user ? 'user' : 'agent', text: communication.content.text })
    }
    const last = parts.at(-1)
    if (parts.length < readAtOnce || !last) return
    from = last.n
  }
}
