import { conversation } from '#domain/conversation/conversation.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { SessionEvent, TurnTaken } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import { isImported } from '#domain/session/standing.ts'
import type { Session, Words } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Engine } from '#engine/api.ts'
import type { Said } from '../../api.ts'
import { whole } from '../../conversations/communications.ts'
import { read } from '../../reading.ts'
import type { SaidTurn } from '../ports.ts'
import { historyOf } from './history.ts'
import { newestParts } from './newest.ts'
import { placesOf } from './places.ts'
import { told, type Bounds } from './told.ts'

/** Something said, as it was recorded. */
export interface SaidWords extends SaidTurn {
  /** The communication. */
  readonly id: Id
  readonly at: Instant
  /** The turn it was; a call's name no words. */
  readonly turn?: TurnTaken
}

/** Of longer transcripts the newest words are shown. */
export const shown: Bounds = { words: 10_000, characters: 4_000_000 }

/**
 * Who said what in a session, oldest first: a view over the communications of its conversations. What was said elsewhere is in none, but
 * kept with the session.
 */
export async function transcriptOf(engine: Engine, session: Session): Promise<readonly SaidTurn[]> {
  const said = isImported(session)
    ? (await historyOf(engine, session)).filter((item) => item.is === 'turn')
    : (await wordsOf(engine, session)).words
  return said.map(({ who, text }) => ({ who, text }))
}

/** What an agent is asked about: the newest of it, and the name of the turn where that is not all. */
export async function toldOf(
  engine: Engine,
  session: Session,
): Promise<{ readonly said: readonly SaidTurn[]; readonly turn?: string }> {
  const { words, isAll } = await newestWords(engine, session, told)
  const last = words.at(-1)
  return { said: words.map(({ who, text }) => ({ who, text })), ...(!isAll && last && { turn: last.id }) }
}

/** The same with when it was said and where it is kept. */
export function wordsOf(engine: Engine, session: Session): Promise<Newest> {
  return newestWords(engine, session, shown)
}

/** `isAll`: nothing older was said. */
interface Newest {
  readonly words: readonly SaidWords[]
  readonly isAll: boolean
}

/** As many of the newest as there is room for, oldest first. */
async function newestWords(engine: Engine, session: Session, bounds: Bounds): Promise<Newest> {
  const turns = await turnsOf(engine, session, bounds.words)
  const words: SaidWords[] = []
  let left = bounds.characters
  // Where a conversation was come back to, its earlier place ends there.
  const ends = new Map<Id, number>()
  for (const { conversationId, after } of (await placesOf(engine, session)).toReversed()) {
    const place = { conversationId, after, upTo: ends.get(conversationId) ?? Infinity }
    ends.set(conversationId, after)
    for await (const said of spokenAt(engine, session, place)) {
      const { author, content, createdAt: at } = said.communication
      const turn = turns.get(said.id)
      left -= content.text.length
      if (words.length === bounds.words || (left < 0 && words.length > 0))
        return { words: words.toReversed(), isAll: false }
      const who = turn?.who ?? whoIs(session, author.address)
      words.push({ who, text: content.text, id: said.id, at, ...(turn && { turn }) })
    }
  }
  return { words: words.toReversed(), isAll: true }
}

/** What was said in it at a place, newest first. */
async function* spokenAt(
  engine: Engine,
  { id, account }: Session,
  { conversationId, after, upTo: end }: Words & { readonly upTo: number },
): AsyncGenerator<Said, void, undefined> {
  // One that was deleted is gone at once, whenever its rows are.
  const version = await read(engine, account, (unit) =>
    unit.state(conversation, conversationId) ? unit.version(conversationId) : 0,
  )
  const upTo = Math.min(version, end)
  const wanted = { account, aggregate: conversationId, kind: 'communication', after, upTo }
  for await (const part of newestParts<ConversationEvent>(engine, wanted)) {
    const known = whole(conversationId, part)
    if (known?.communication.channelId === id) yield known
  }
}

/** The newest turns that name their words, by these. */
async function turnsOf(engine: Engine, { account, id, kind }: Session, most: number): Promise<Map<Id, TurnTaken>> {
  const turns = new Map<Id, TurnTaken>()
  if (kind === 'telephone') return turns
  const upTo = await read(engine, account, (unit) => (unit.state(noun, id) ? unit.version(id) : 0))
  const wanted = { account, aggregate: id, kind: 'turn', after: 0, upTo }
  for await (const { created } of newestParts<SessionEvent>(engine, wanted)) {
    if (created.type !== 'turn.taken' || created.words === undefined) continue
    turns.set(created.words, created)
    if (turns.size === most) break
  }
  return turns
}

/** Where no turn says so. Mail goes to an address that need not be the name its user is known by, and may come from others. */
function whoIs({ kind, user, own }: Session, address: string): SaidWords['who'] {
  if (kind === 'email') return address === own ? 'agent' : 'user'
  return address === user ? 'user' : 'agent'
}
