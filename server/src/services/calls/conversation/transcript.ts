import { conversation } from '#domain/conversation/conversation.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import { isImported } from '#domain/session/standing.ts'
import type { Session, Words } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Engine } from '#engine/api.ts'
import { whole } from '../../conversations/communications.ts'
import { read } from '../../reading.ts'
import type { SaidTurn } from '../ports.ts'
import { historyOf } from './history.ts'

/** Something said, as it was recorded. */
export interface SaidWords extends SaidTurn {
  /** The communication. */
  readonly id: Id
  readonly at: Instant
}

const readAtOnce = 200
/** Longer transcripts are cut off here. */
const most = 10_000

/**
 * Who said what in a session, oldest first: a view over the communications of its conversations. What was said elsewhere is in none, but
 * kept with the session.
 */
export async function transcriptOf(engine: Engine, session: Session): Promise<readonly SaidTurn[]> {
  const said = isImported(session)
    ? (await historyOf(engine, session)).filter((item) => item.is === 'turn')
    : await wordsOf(engine, session)
  return said.map(({ who, text }) => ({ who, text }))
}

/** The same with when it was said and where it is kept. */
export async function wordsOf(engine: Engine, session: Session): Promise<readonly SaidWords[]> {
  const said: SaidWords[] = []
  for (const words of session.words) await readInto(said, engine, session, words)
  return said
}

async function readInto(
  said: SaidWords[],
  engine: Engine,
  session: Session,
  { conversationId, after }: Words,
): Promise<void> {
  const { id, account } = session
  // One that was deleted is gone at once, whenever its rows are.
  const exists = await read(engine, account, (unit) => unit.state(conversation, conversationId) !== undefined)
  if (!exists) return
  for (let from = after; said.length < most;) {
    const question = { kind: 'communication', after: from, limit: readAtOnce }
    const parts = await engine.parts<ConversationEvent>(account, conversationId, question)
    for (const part of parts) {
      const known = whole(conversationId, part)
      if (known?.communication.channelId !== id) continue
      const { author, content, createdAt: at } = known.communication
      said.push({ who: whoIs(session, author.address), text: content.text, id: known.id, at })
    }
    const last = parts.at(-1)
    if (parts.length < readAtOnce || !last) return
    from = last.n
  }
}

/** Mail goes to an address that need not be the name its user is known by, and may come from others. */
function whoIs({ kind, user, own }: Session, address: string): SaidWords['who'] {
  if (kind === 'email') return address === own ? 'agent' : 'user'
  return address === user ? 'user' : 'agent'
}
