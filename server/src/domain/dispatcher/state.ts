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

export type DispatcherEvent =
  | { readonly type: 'dispatcher.created'; readonly at: Instant; readonly id: Id; readonly account: string }
  /** Makes an effect `slot.offer` for each. */
  | { readonly type: 'slots.taken'; readonly at: Instant; readonly taken: readonly Held[] }
  | {
      readonly type: 'slots.released'
      readonly at: Instant
      readonly released: readonly Pick<Held, 'slot' | 'session' | 'attempt'>[]
      readonly because: string
    }

export type DispatcherCommand =
  | { readonly type: 'create' }
  /** Gives slots to as many as the limit leaves room for, in this order; who holds one already keeps it. */
  | { readonly type: 'take'; readonly wanted: readonly SlotWanted[]; readonly limit: number }
  | { readonly type: 'release'; readonly session: Id; readonly attempt: number }
  /** The deadline's: leases that have run out. */
  | { readonly type: 'lapse' }

/** The payload of the effect `slot.offer` (repeatable). */
export interface SlotOffer {
  readonly session: Id
  readonly attempt: number
  readonly slot: number
  readonly route: string
}
