import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine } from '#engine/api.ts'
import { whole } from '../../conversations/communications.ts'
import type { TurnInput } from '../ports.ts'
import { reachOf, type Reach } from './reach.ts'
import { newestOf, told } from './told.ts'
import { newestWords, saidWords, turnsOf, type SaidWords } from './transcript.ts'

/** What an agent is asked about: the newest of it, and the name of the turn: what was said last, whatever is deleted or left out of the rest. */
type Told = Pick<TurnInput, 'said' | 'turn'>

export async function toldOf(engine: Engine, session: Session): Promise<Told> {
  return toldFrom(await newestWords(engine, session, await reachOf(engine, session), told))
}

function toldFrom({ words }: NewestTold): Told {
  const last = words.at(-1)
  return { said: words.map(({ who, text }) => ({ who, text })), ...(last && { turn: last.id }) }
}

type ToldWords = Pick<SaidWords, 'id' | 'who' | 'text'>

interface NewestTold {
  readonly words: readonly ToldWords[]
}

/** What was told, and how far it was read. */
interface Known extends NewestTold {
  readonly reach: Reach
}

/** What a unit recorded: how far the session was before and after it, at the same places, and what was said in between. */
export interface Heard {
  readonly from: Reach
  readonly to: Reach
  readonly words: readonly ToldWords[]
}

/** In characters, of all sessions together. */
const room = 8_000_000
/** More than this many parts that came since are not looked through: all of it is read anew. */
const mostNew = 200

/** Tells agents the same, and knows the sessions that talk just now: of a long one only what came since the turn before is read. */
export class Telling {
  readonly #engine: Engine
  readonly #known = new Map<Id, Known>() // in the order of use
  readonly #room: number
  #taken = 0

  constructor(engine: Engine, { room: given = room }: { readonly room?: number } = {}) {
    this.#engine = engine
    this.#room = given
  }

  /** Of how many sessions. */
  get known(): number {
    return this.#known.size
  }

  async toldOf(session: Session): Promise<Told> {
    const reach = await reachOf(this.#engine, session)
    const known = this.#known.get(session.id)
    const newest =
      (known && (await this.#grown(session, known, reach))) ?? (await newestWords(this.#engine, session, reach, told))
    this.#keep(session.id, { words: newest.words, reach })
    return toldFrom(newest)
  }

  /**
   * What one unit recorded, once it is committed: where it brought the session from where it is known to where it is now, nothing of
   * it has to be read.
   */
  heard(session: Id, { from, to, words }: Heard): void {
    const known = this.#known.get(session)
    if (known && isSame(known.reach, from)) this.#keep(session, { ...grown(known, words), reach: to })
  }

  /** What is known with what came since. Undefined: something else became of it, and it has to be read anew. */
  async #grown(session: Session, known: Known, reach: Reach): Promise<NewestTold | undefined> {
    if (isSame(known.reach, reach)) return known
    const from = known.reach.places.at(-1)
    const to = reach.places.at(-1)
    if (!from || !to || !isFurther(known.reach, reach)) return undefined
    const { account } = session
    const turns = await turnsOf(this.#engine, session, { after: known.reach.turns, upTo: reach.turns, most: mostNew })
    const since = { after: from.upTo, limit: to.upTo - from.upTo }
    const parts = await this.#engine.parts<ConversationEvent>(account, to.conversationId, since)
    const newer: SaidWords[] = []
    for (const part of parts) {
      // Laid over what was said before, perhaps.
      if (part.created.type === 'communication.updated') return undefined
      const said = whole(to.conversationId, part)
      if (said?.communication.channelId !== session.id) continue
      newer.push(saidWords(session, said, turns.get(said.id)))
    }
    return grown(known, newer)
  }

  #keep(id: Id, known: Known): void {
    this.#forget(id)
    this.#known.set(id, known)
    this.#taken += sizeOf(known)
    for (const oldest of this.#known.keys()) {
      if (this.#taken <= this.#room) break
      this.#forget(oldest)
    }
  }

  #forget(id: Id): void {
    const known = this.#known.get(id)
    if (!known) return
    this.#known.delete(id)
    this.#taken -= sizeOf(known)
  }
}

/** Nothing has been added anywhere. */
function isSame(one: Reach, other: Reach): boolean {
  return one.turns === other.turns && isFurther(one, other) && one.places.at(-1)?.upTo === other.places.at(-1)?.upTo
}

function grown({ words }: NewestTold, newer: readonly ToldWords[]): NewestTold {
  return { words: newestOf([...words, ...newer], told) }
}

/** Nothing but the newest place has grown, and not by much. */
function isFurther(from: Reach, to: Reach): boolean {
  const last = from.places.length - 1
  const isSame = from.places.every(({ conversationId, after, upTo }, i) => {
    const place = to.places[i]
    if (place?.conversationId !== conversationId || place.after !== after) return false
    return i === last ? place.upTo >= upTo && place.upTo - upTo <= mostNew : place.upTo === upTo
  })
  return isSame && to.places.length === from.places.length && to.turns - from.turns <= mostNew
}

/** Each takes some room besides the text, and a session without words some, too. */
function sizeOf({ words }: Known): number {
  return words.reduce((sum, { text }) => sum + text.length + 100, 500)
}
