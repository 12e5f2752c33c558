import type { Claim, Facets, Handle, Key } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'

/** The rows a storage keeps, as the engine hands them over. Texts named `…Json` are opaque to the storage. */

/** One event in the log. `seq` rises with every event of the whole log; `n` counts the events of one aggregate from 1. */
export interface EventRow {
  readonly seq: number
  readonly account: string
  readonly noun: string
  readonly aggregate: Id
  readonly n: number
  readonly recordedAt: Instant
  /** The id of the request that caused it, if any. */
  readonly request: string | null
  readonly eventJson: string
}

/** The state of an aggregate after its event number `version`. */
export interface HeadRow {
  readonly noun: string
  readonly aggregate: Id
  readonly account: string
  readonly version: number
  readonly shape: number
  /** The `at` of its last event. */
  readonly at: Instant
  /** When the engine will look at it again: never later than the true deadline. Null: never. */
  readonly due: Instant | null
  /** True while its rows are being erased: invisible to every question. */
  readonly erasing: boolean
  readonly stateJson: string
}

/** A part's creating event and the latest event laid over it. */
export interface PartRow {
  readonly n: number
  readonly created: EventRow
  readonly overlay: EventRow | null
}

export interface ListRow {
  readonly list: string
  /** The value of the list's `equal` facet, as text. */
  readonly equal: string
  /** The value of the list's `sort` facet: numbers sort as numbers and before texts, texts by code point. */
  readonly sort: number | string
  /** All facets of the state, for tests that no list has a column for. */
  readonly facets: Facets
}

export interface EffectRow {
  readonly id: string
  readonly account: string
  readonly noun: string
  readonly aggregate: Id
  readonly kind: string
  readonly mode: 'repeatable' | 'once'
  readonly key: string
  readonly payloadJson: string
  /** `waiting` to be tried, `started` (once only: the world may have seen it), `settled`, `dead` (given up). */
  readonly state: 'waiting' | 'started' | 'settled' | 'dead'
  readonly tries: number
  /** Account time of the next try. */
  readonly nextAt: Instant
  readonly error: string | null
}

/** A stored answer, for requests repeated with the same idempotency key. */
export interface AnswerRow {
  /** Account, dialect and operation; the key is unique within it. */
  readonly scope: string
  readonly key: string
  /** Tells the same request from another that reuses the key. */
  readonly fingerprint: string
  readonly status: number
  readonly headersJson: string
  readonly body: string
  /** Real time. */
  readonly at: Instant
}

/** An account's clock: on the wall, or standing still at `now` until it is advanced. */
export interface ClockRow {
  readonly account: string
  readonly kind: 'wall' | 'test'
  readonly now: Instant
}

/** Everything one aggregate's share of a unit changes. */
export interface AggregateWrite {
  readonly noun: string
  readonly aggregate: Id
  readonly account: string
  /** The version it was decided on; 0: it must not exist. */
  readonly expected: number
  /** Absent: nothing but `due` changes. */
  readonly head?: {
    readonly version: number
    readonly shape: number
    readonly at: Instant
    readonly erasing: boolean
    readonly stateJson: string
  }
  /** The clock its due time is on: `wall` or, on a test clock, the account. */
  readonly clock: string
  /** The new due time; null: none any more. Absent: the stored one stays. */
  readonly due?: Instant | null
  readonly events: readonly EventWrite[]
  readonly takes: readonly Claim[]
  readonly releases: readonly Claim[]
  readonly handlesAdded: readonly Handle[]
  readonly handlesRemoved: readonly Handle[]
  readonly rowsAdded: readonly ListRow[]
  /** Rows as they were added, to be found by (list, equal, sort). */
  readonly rowsRemoved: readonly ListRow[]
}

export interface EventWrite {
  readonly n: number
  readonly recordedAt: Instant
  readonly request: string | null
  readonly eventJson: string
  /** The kind of part this event creates. */
  readonly creates?: string
  /** The number of the part it is laid over. */
  readonly overlays?: number
  readonly keys: readonly Key[]
}

/** Everything that is true together or not at all. */
export interface UnitWrite {
  readonly aggregates: readonly AggregateWrite[]
  readonly effects: readonly EffectRow[]
  readonly answer?: AnswerRow
  readonly clock?: ClockRow
}

/**
 * What became of one unit of a batch: `key`, a `once` key was used up by event `n`; `found`, another aggregate is found by an
 * `alone` key. Only `ok` wrote anything; a failed unit never stops its neighbours.
 * `seqs`: the log numbers of its events, in the order of `aggregates` and their `events`.
 */
export type Verdict =
  | { readonly ok: true; readonly seqs: readonly number[] }
  | { readonly ok: false; readonly why: 'version'; readonly aggregate: Id }
  | { readonly ok: false; readonly why: 'claim'; readonly claim: Claim; readonly holder: Id }
  | { readonly ok: false; readonly why: 'key'; readonly aggregate: Id; readonly key: Key; readonly n: number }
  | { readonly ok: false; readonly why: 'found'; readonly key: Key; readonly holder: Id }
  | { readonly ok: false; readonly why: 'answer'; readonly stored: AnswerRow }
