import { conversation } from '#domain/conversation/conversation.ts'
import { limits } from '#domain/session/limits.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session, Words } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine, Unit } from '#engine/api.ts'
import { read } from '../../reading.ts'
import { placesOf } from './places.ts'

/** Where words of a session are: in a conversation, after one part and up to another. */
export interface Place extends Words {
  readonly upTo: number
}

/** How far everything is now that a session's words are read from: its own parts, and its places, oldest first. */
export interface Reach {
  readonly turns: number
  readonly places: readonly Place[]
}

/** Of what was deleted nothing is in reach, whenever its rows go. */
export async function reachOf(engine: Engine, session: Session): Promise<Reach> {
  const places = await placesOf(engine, session)
  return read(engine, session.account, (unit) => reachIn(unit, session.id, places))
}

/** Inside a program, with what it has done so far. */
function reachIn(unit: Unit, session: Id, places: readonly Words[]): Reach {
  return {
    turns: unit.state(noun, session) ? unit.version(session) : 0,
    places: bounded(places, (one) => (unit.state(conversation, one) ? unit.version(one) : 0)),
  }
}

/** The same where the head names all places. */
export function nearReach(unit: Unit, { id, words }: Session): Reach | undefined {
  return words.length < limits.words ? reachIn(unit, id, words) : undefined
}

/** Where a conversation was come back to, its earlier place ends there. */
function bounded(places: readonly Words[], versionOf: (id: Id) => number): readonly Place[] {
  const ends = new Map<Id, number>()
  const bound: Place[] = []
  for (const { conversationId, after } of places.toReversed()) {
    const upTo = Math.min(versionOf(conversationId), ends.get(conversationId) ?? Infinity)
    ends.set(conversationId, after)
    bound.push({ conversationId, after, upTo })
  }
  return bound.toReversed()
}
