import type { AnyNoun, DomainEvent, Effect } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Lane } from './lane.ts'

/** An event as a unit has staged it. */
export interface Staged {
  readonly n: number
  readonly event: DomainEvent
  readonly before: unknown
  readonly after: unknown
  readonly effects: readonly Effect[]
}

/** One aggregate within a unit: where it stood, and what the unit has staged on it so far. */
export interface Touch {
  readonly noun: AnyNoun
  readonly id: Id
  readonly account: string
  /** The lane it was read from; undefined for an aggregate that does not exist yet. */
  readonly lane: Lane | undefined
  state: unknown
  version: number
  at: Instant
  readonly events: Staged[]
  /** A deadline that was due changed nothing: look again only after this instant. */
  idleUntil: Instant | undefined
}

export function touchOf(lane: Lane): Touch {
  return {
    noun: lane.noun,
    id: lane.id,
    account: lane.account,
    lane,
    state: lane.state,
    version: lane.version,
    at: lane.at,
    events: [],
    idleUntil: undefined,
  }
}
