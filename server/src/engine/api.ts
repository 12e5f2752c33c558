import type { Claim, DomainEvent, Handle, Key, Noun, Part } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Refusal, Refused } from '#domain/vocabulary/refusal.ts'
import type { ListEntry } from './ports/storage.ts'

/** An event as it stands in the log. Its id is `aggregate.n`, unique for ever. */
export interface Recorded<Event extends DomainEvent = DomainEvent> {
  readonly id: string
  readonly seq: number
  readonly account: string
  readonly noun: string
  readonly aggregate: Id
  readonly n: number
  readonly recordedAt: Instant
  readonly request: string | null
  readonly event: Event
}

/** Who asks, and how the answer is kept when the request carries an idempotency key. */
export interface Ask<Value = unknown> {
  readonly account: string
  /** For the record: `api`, `traffic`, … */
  readonly by: string
  readonly request?: string
  readonly once?: Once<Value>
}

export interface Once<Value> {
  readonly scope: string
  readonly key: string
  readonly fingerprint: string
  /** The answer as bytes, made before the commit and stored with it. Undefined: not kept (only successes are). */
  render(value: Value): Rendered | undefined
}

export interface Rendered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What came of a request: its value, the stored answer of its twin, or a refusal (nothing was changed). */
export type Outcome<Value> =
  | { readonly value: Value; readonly replayed?: undefined; readonly refusal?: undefined }
  | { readonly replayed: Rendered; readonly value?: undefined; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly value?: undefined; readonly replayed?: undefined }

/** The result of one command within a unit. `events` do not have a seq yet. */
export interface Done<State, Event> {
  readonly state: State
  readonly version: number
  readonly events: readonly { readonly n: number; readonly event: Event }[]
}

/**
 * A unit of work while it is decided: synchronous, over what is in memory. Where something is not in memory, the unit is
 * left, the missing thing is loaded, and the program runs again from its start; so a program has no side effects of its own.
 * Everything touched first fires what is due on it (T6, T13: a read never sees a state that the law says is over).
 */
export interface Unit {
  readonly account: string
  /** The account's clock. */
  readonly now: Instant
  /** The state, or undefined: unknown, another account's, another noun's, or being erased. */
  state<S, C, E extends DomainEvent>(noun: Noun<S, C, E>, id: Id): S | undefined
  version(id: Id): number
  holder(claim: Claim): Id | undefined
  /** Newest id first. Of states' handles and of `find` keys alike. */
  holders(handle: Handle, limit?: number): readonly Id[]
  /**
   * Who is found by an `alone` key, as far as memory or an earlier try of this program knows: it looks nothing up, since the
   * commit says what is in the way. Undefined proves nothing.
   */
  reported(handle: Handle): Id | undefined
  /** The number of the part that used up a `once` key. */
  keyed(id: Id, key: Pick<Key, 'kind' | 'key'>): number | undefined
  part<S, C, E extends DomainEvent>(noun: Noun<S, C, E>, id: Id, n: number): Part<E> | undefined
  /** A new id whose home is that of the route (no route: the account's own). The i-th call of a program is the same id in every run. */
  id(route?: string): Id
  /** Decides a command and stages its events; a refusal stages nothing and leaves what was staged before. */
  run<S, C, E extends DomainEvent>(noun: Noun<S, C, E>, id: Id, command: C): Done<S, E> | Refused
}

/** What a program gives back. `Refused` undoes all it staged, except what was due. */
export type Program<Value> = (unit: Unit) => Value | Refused

/** Fired by the clock: what a test clock's advance answers with. */
export interface Fired {
  readonly noun: string
  readonly aggregate: Id
  readonly because: string
  readonly event: DomainEvent
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Where to go on; absent at the end. */
  readonly next?: { readonly sort: number | string; readonly id: Id }
}

export interface Listing<S, C, E extends DomainEvent> {
  readonly account: string
  readonly noun: Noun<S, C, E>
  readonly list: string
  readonly equals: readonly string[]
  readonly descending?: boolean
  readonly after?: { readonly sort: number | string; readonly id: Id }
  readonly limit: number
  /** Tests facets that the list has no column for. */
  test?(entry: ListEntry): boolean
}

/** An event with the state right after it, for those who follow the log live. */
export interface Followed {
  readonly recorded: Recorded
  readonly before: unknown
  readonly after: unknown
}

export interface Engine {
  /** Decides a program and commits it; resolves after the commit. Rejects only when the house is broken or closed. */
  execute<Value>(ask: Ask<Value>, program: Program<Value>): Promise<Outcome<Value>>
  /** The aggregates of a list, as they are now (what is due on them is fired first). */
  list<S, C, E extends DomainEvent>(
    listing: Listing<S, C, E>,
  ): Promise<Page<{ readonly id: Id; readonly state: S; readonly version: number }>>
  /**
   * The rows of a list as they stand, of which `limit` are read at once; fewer come only at the end. To count, to skip or to look
   * for something: no aggregate is read, so nothing that is due is fired.
   */
  entries<S, C, E extends DomainEvent>(listing: Omit<Listing<S, C, E>, 'test'>): Promise<readonly ListEntry[]>
  /** Parts of one kind, by number; `after` is exclusive. Absent kind: all events of the aggregate. */
  parts<E extends DomainEvent>(
    account: string,
    aggregate: Id,
    question: { readonly kind?: string; readonly after: number; readonly limit: number },
  ): Promise<readonly (Part<E> & { readonly recorded: Recorded<E> })[]>

  readonly clocks: Clocks
  readonly feed: Feed
  /** Ready to serve: overdue deadlines are being fired, effects resumed. */
  start(): Promise<void>
  /** Finishes what is in flight, commits, stops. */
  stop(): Promise<void>
  /** How far behind its deadlines the engine is, ms; and whether the store takes writes. */
  health(): Promise<{ readonly lateMs: number; readonly writable: boolean; readonly waiting: number }>
}

export interface Clocks {
  /** Sets up an account's clock; once, when the account is made. */
  define(account: string, kind: 'wall' | 'test', now: Instant): Promise<void>
  now(account: string): Instant
  kind(account: string): 'wall' | 'test'
  /** Moves a test clock, firing all that falls due on the way, in order. Refuses on a wall clock and backwards. */
  advance(
    account: string,
    to: Instant,
    by?: string,
  ): Promise<Refused | { readonly now: Instant; readonly fired: readonly Fired[] }>
  /** Calls back when the account's clock reaches the instant; for adapters that play in account time. Returns the cancellation. */
  at(account: string, instant: Instant, callback: () => void | Promise<void>): () => void
}

export interface Feed {
  /** The whole log after `after`, with states, in seq order. Live events come from memory, older ones are folded. */
  follow(after: number, reader: (batch: readonly Followed[]) => void | Promise<void>): () => void
  /** One account's events after `after`. */
  page(account: string, after: number, limit: number): Promise<readonly Recorded[]>
  /** The event `aggregate.n` of an account with the state right after it. */
  event(account: string, id: string): Promise<Followed | undefined>
  lastSeq(): number
}

/** Runs effects of one kind. `reference` is the effect's id: once-effects hand it to the world, which echoes it. */
export interface EffectRunner {
  run(effect: EffectRequest): Promise<EffectAnswer>
  /** What became of a once-effect that was started before a crash. Absent: nobody can tell (settled `unknown`). */
  ask?(effect: EffectRequest): Promise<EffectAnswer | 'unknown'>
}

export interface EffectRequest {
  readonly reference: string
  readonly account: string
  readonly noun: string
  readonly aggregate: Id
  readonly kind: string
  readonly payload: unknown
  readonly tries: number
}

/** `settled` with the command that tells the aggregate, if any; `again` with the reason, for repeatable ones. */
export type EffectAnswer =
  | { readonly settled: true; readonly command?: unknown }
  | { readonly settled: false; readonly error: string }
