import type { Id } from '../vocabulary/id.ts'
import type { Instant, Milliseconds } from '../vocabulary/instant.ts'

/**
 * The ledger of an account's slots: who holds which, since when, until when at the latest. One for each account. Who waits is a
 * list of sessions, not its state.
 */
export interface Dispatcher {
  readonly id: Id
  readonly account: string
  readonly held: readonly Held[]
  readonly createdAt: Instant
}

/** `slot`: 1, 2, …, the lowest free one. `until`: the lease; a lost worker cannot leak it. */
export interface Held {
  readonly slot: number
  readonly session: Id
  readonly attempt: number
  readonly route: string
  readonly since: Instant
  readonly until: Instant
}

export interface SlotWanted {
  readonly session: Id
  readonly attempt: number
  readonly route: string
  readonly leaseMs: Milliseconds
}

/** The payload of the effect `slot.offer` (repeatable). */
export interface SlotOffer {
  readonly session: Id
  readonly attempt: number
  readonly slot: number
  readonly route: string
}

/** The payload of the effect `slot.lapsed` (repeatable): the lease of a slot on this route ran out. */
export interface SlotLapsed {
  readonly route: string
}
