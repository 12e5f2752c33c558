import type { Claim, Handle, Key } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { AnswerRow, ClockRow, EffectRow, EventRow, HeadRow, PartRow, UnitWrite, Verdict } from './rows.ts'
import type { DeliveryStore } from './delivery-store.ts'

/** A point read. Each answers with one value; see Loaded. */
export type Lookup =
  | { readonly what: 'head'; readonly aggregate: Id }
  | { readonly what: 'holder'; readonly account: string; readonly claim: Claim }
  | { readonly what: 'holders'; readonly account: string; readonly handle: Handle; readonly limit: number }
  | { readonly what: 'key'; readonly aggregate: Id; readonly key: Pick<Key, 'kind' | 'key'> }
  | { readonly what: 'part'; readonly aggregate: Id; readonly n: number }

/**
 * The answer to a lookup, in its order: `head` HeadRow, `holder` Id, `holders` Id[] (of `handles` and of `find` keys alike,
 * newest id first), `key` the part number, `part` PartRow (of any event, whether it creates a part or not). Null: nothing there.
 */
export type Loaded = HeadRow | PartRow | Id | readonly Id[] | number | null

/** A page of a list, in (sort, id) order over the union of the `equal` values. */
export interface ListQuestion {
  readonly account: string
  readonly noun: string
  readonly list: string
  readonly equals: readonly string[]
  readonly descending: boolean
  /** Keyset: strictly beyond this position. */
  readonly after?: { readonly sort: number | string; readonly id: Id }
  readonly limit: number
}

export interface ListEntry {
  readonly aggregate: Id
  readonly sort: number | string
  readonly facets: Readonly<Record<string, string | number | boolean | undefined>>
}

export interface PartsQuestion {
  readonly aggregate: Id
  /** Parts of this kind only; absent: every event of the aggregate, each as a part. */
  readonly kind?: string
  /** Strictly beyond this part number. */
  readonly after: number
  readonly limit: number
}

/**
 * Durable rows. `commit` answers after its rows will survive a crash of the machine; batches are committed in the order of the
 * calls, units in the order of the batch, each unit seeing what the ones before it did. Within a unit releases come before takes.
 * Every promise rejects with StorageUnavailable when the store cannot be written or read (disk full, closed); nothing is then written.
 */
export interface Storage {
  commit(batch: readonly UnitWrite[]): Promise<readonly Verdict[]>
  load(lookups: readonly Lookup[]): Promise<readonly Loaded[]>
  /** One lookup at once: only stores that read without waiting have it. Throws StorageUnavailable where `load` would reject. */
  peek?(lookup: Lookup): Loaded

  list(question: ListQuestion): Promise<readonly ListEntry[]>
  parts(question: PartsQuestion): Promise<readonly PartRow[]>
  /** The log in seq order, strictly after `after`. */
  log(after: number, limit: number): Promise<readonly EventRow[]>
  /** The number of the newest event, 0 when there is none. */
  lastSeq(): Promise<number>
  /** One account's events in seq order; complete up to the last call of indexFeed. */
  accountLog(account: string, after: number, limit: number): Promise<readonly EventRow[]>
  /** Brings the accounts' feeds up to date, at most `limit` events; answers with the seq it reached. */
  indexFeed(limit: number): Promise<number>

  /** Aggregates on a clock that are due at or before `until`, earliest first. */
  due(
    clock: string,
    until: Instant,
    limit: number,
  ): Promise<readonly { readonly aggregate: Id; readonly at: Instant }[]>
  clocks(): Promise<readonly ClockRow[]>
  answer(scope: string, key: string): Promise<AnswerRow | null>
  /** Removes answers stored before `before`; at most `limit`. Answers with how many went. */
  forgetAnswers(before: Instant, limit: number): Promise<number>

  /** Effects that are `waiting` or `started`, of one account or of all, by nextAt and id, strictly after `after`. */
  openEffects(account: string | null, limit: number, after?: EffectPlace): Promise<readonly EffectRow[]>
  deadEffects(account: string, limit: number): Promise<readonly EffectRow[]>
  /** Writes each; but one that becomes `started` only where it is `waiting`. Answers, for each, whether it was written. */
  settleEffects(rows: readonly EffectRow[]): Promise<readonly boolean[]>

  /** Erases up to `limit` rows of an aggregate whose head is `erasing` (events, keys, handles, list rows, answers and parked bodies); true when only a tombstone is left. */
  erase(aggregate: Id, limit: number): Promise<boolean>

  readonly deliveries: DeliveryStore
  /** Copies the whole store into a new file while it goes on being written. Errors when the file exists. */
  backup(file: string): Promise<void>
  /** Whether it can be written now. */
  writable(): Promise<boolean>
  close(): Promise<void>
}

/** Where an effect stands among the open ones. */
export type EffectPlace = Pick<EffectRow, 'nextAt' | 'id'>

/** The store cannot be read or written now; asking again later may work. */
export class StorageUnavailable extends Error {
  override name = 'StorageUnavailable'
}
