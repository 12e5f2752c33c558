import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { SessionEvent, TurnTaken } from '#domain/session/events.ts'
import { isImported } from '#domain/session/standing.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Engine } from '#engine/api.ts'
import type { Said } from '../../api.ts'
import { whole } from '../../conversations/communications.ts'
import type { SaidTurn } from '../ports.ts'
import { historyOf } from './history.ts'
import { newestParts } from './newest.ts'
import { reachOf, type Place, type Reach } from './reach.ts'
import type { Bounds } from './told.ts'

/** Something said, as it was recorded. */
export interface SaidWords extends SaidTurn {
  /** The communication. */
  readonly id: Id
  readonly at: Instant
  /** The turn it was; those of calls that older servers carried name no words. */
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

/** The same with when it was said and where it is kept. */
export async function wordsOf(engine: Engine, session: Session): Promise<Newest> {
  return newestWords(engine, session, await reachOf(engine, session), shown)
}

/** `isAll`: nothing older was said. */
interface Newest {
  readonly words: readonly SaidWords[]
  readonly isAll: boolean
}

/** As many of the newest as there is room for, oldest first. */
export async function newestWords(
  engine: Engine,
  session: Session,
  { turns: upTo, places }: Reach,
  bounds: Bounds,
): Promise<Newest> {
  const turns = await turnsOf(engine, session, { after: 0, upTo, most: bounds.words })
  const words: SaidWords[] = []
  // Where the next attempt shares the conversation, its words come after the end of this one's line.
  const { endedAt = Infinity } = session.attempt
  let left = bounds.characters
  for (const place of places.toReversed()) {
    for await (const said of spokenAt(engine, session, place)) {
      if (said.communication.createdAt > endedAt) continue
      left -= said.communication.content.text.length
      if (words.length === bounds.words || (left < 0 && words.length > 0))
        return { words: words.toReversed(), isAll: false }
      words.push(saidWords(session, said, turns.get(said.id)))
    }
  }
  return { words: words.toReversed(), isAll: true }
}

/** A communication as the words of a session. */
export function saidWords(session: Session, { id, communication }: Said, turn: TurnTaken | undefined): SaidWords {
  const { author, content, createdAt: at } = communication
  return { who: turn?.who ?? whoIs(session, author.address), text: content.text, id, at, ...(turn && { turn }) }
}

/** What was said in it at a place, newest first. */
async function* spokenAt(
  engine: Engine,
  { id, account }: Session,
  { conversationId, after, upTo }: Place,
): AsyncGenerator<Said, void, undefined> {
  const wanted = { account, aggregate: conversationId, kind: 'communication', after, upTo }
  for await (const part of newestParts<ConversationEvent>(engine, wanted)) {
    const known = whole(conversationId, part)
    if (known?.communication.channelId === id) yield known
  }
}

/** The newest turns that name their words, by these. */
export async function turnsOf(
  engine: Engine,
  { account, id }: Session,
  { after, upTo, most }: { readonly after: number; readonly upTo: number; readonly most: number },
): Promise<Map<Id, TurnTaken>> {
  const turns = new Map<Id, TurnTaken>()
  const wanted = { account, aggregate: id, kind: 'turn', after, upTo }
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
