import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Frozen } from '../ports.ts'
import type { CursorEntry } from './cursor.ts'
import type { Fifo } from './fifo.ts'

/**
 * Where a delivery in memory stands. `waiting`: for its turn in the lane. `ready`: for a place at its origin. `sending`: an
 * attempt is under way. `backoff`: failed, waits for the next try. `over`: left memory, or leaves it once its row is written.
 */
export type Stage = 'waiting' | 'ready' | 'sending' | 'backoff' | 'over'

/** One event on its way to one target, in memory. Times are on the steady clock, except where they are Instants. */
export interface Delivery {
  readonly id: string
  readonly account: string
  readonly target: string
  readonly event: string
  readonly eventType: string
  readonly seq: number
  readonly aggregate: Id
  readonly frozen: Frozen
  readonly bytes: number
  readonly createdAt: Instant
  readonly admittedAt: Milliseconds
  readonly lane: Lane
  readonly origin: Origin
  stage: Stage
  tries: number
  lastStatus: number | null
  lastError: string | null
  nextAt: Instant
  startedAt: Milliseconds
  /** Since when it fails. */
  failedAt: Milliseconds | undefined
  /** Since when others that fail hold it back. */
  heldSince: Milliseconds | undefined
  /** When it is due again; a timer is set for then, or for when it may leave memory. */
  dueAt: Milliseconds
  cancelTimer: (() => void) | undefined
  /** Its attempt is older than parkAfterMs. */
  isSlow: boolean
  /** The store has a parked row of it, or will have. */
  hasRow: boolean
  /** The event in the cursor, until a row of this delivery is handed over to be written. */
  entry: CursorEntry | undefined
}

/** The deliveries of one aggregate to one target, in the order of their events. */
export interface Lane {
  readonly key: string
  readonly account: string
  readonly aggregate: Id
  readonly target: string
  /** Those in memory, by seq. */
  readonly queue: Delivery[]
  /** The store has some that must be loaded; new ones go behind them, into the store. */
  more: boolean
  /** How many went into the store since it was last read. */
  spilled: number
  /** Where in the loading it is. */
  load: 'none' | 'listed' | 'reading' | 'paused'
  /** How many rows to read at once. */
  page: number
  /** Where its stored rows go. */
  origin: Origin
  cancelWake: (() => void) | undefined
}

/** A receiver as the network sees it: scheme, host and port. */
export interface Origin {
  readonly name: string
  readonly queue: Fifo<Delivery>
  /** In the list of those with something to send. */
  isListed: boolean
  /** So many attempts at once; less where attempts take long and come to nothing. */
  limit: number
  /** Attempts under way; `slow` of them older than parkAfterMs. */
  inFlight: number
  slow: number
  /** Deliveries in memory, and their bytes. */
  count: number
  bytes: number
  /** Attempts that have ended. */
  ended: number
  /** It was too slow for the feed: what is beyond its share of memory goes to the store at once. */
  isBehind: boolean
  /** Lanes with rows in the store, oldest first. */
  readonly toLoad: Fifo<Lane>
  /** In the list of those that wait for a load. */
  isLoadListed: boolean
}

/** What a delivery is known by, whatever becomes of it. */
export type Known = Pick<
  Delivery,
  'id' | 'account' | 'target' | 'event' | 'eventType' | 'seq' | 'aggregate' | 'frozen' | 'bytes' | 'createdAt'
>

/** A delivery that has not been tried and has no row. */
export function newDelivery(
  known: Known,
  lane: Lane,
  origin: Origin,
  admittedAt: Milliseconds,
  entry?: CursorEntry,
): Delivery {
  return {
    id: known.id,
    account: known.account,
    target: known.target,
    event: known.event,
    eventType: known.eventType,
    seq: known.seq,
    aggregate: known.aggregate,
    frozen: known.frozen,
    bytes: known.bytes,
    createdAt: known.createdAt,
    admittedAt,
    lane,
    origin,
    stage: 'waiting',
    tries: 0,
    lastStatus: null,
    lastError: null,
    nextAt: 0,
    startedAt: 0,
    failedAt: undefined,
    heldSince: undefined,
    dueAt: 0,
    cancelTimer: undefined,
    isSlow: false,
    hasRow: false,
    entry,
  }
}
