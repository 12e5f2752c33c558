import type { Id } from './vocabulary/id.ts'
import type { Instant } from './vocabulary/instant.ts'
import type { Refused } from './vocabulary/refusal.ts'

/**
 * A kind of thing that lives and ends, as pure functions over plain data. Everything else falls out of the state:
 * timers, uniqueness, lookups and lists are derived from it and so can never disagree with it.
 */
export interface Noun<State, Command, Event extends DomainEvent, Name extends string = string> {
  readonly name: Name
  /** The shape number of the state; a stored head with a lower one is folded anew from its events. */
  readonly shape: number
  /** What a command does to a state (undefined: nothing exists yet). Looks nothing up; see Context for what it may ask. */
  decide(state: State | undefined, command: Command, context: Context<Event>): Decision<Event> | Refused
  /** The state after an event. Replay needs nothing else. */
  evolve(state: State | undefined, event: Event): State
  /** When the state must be left if nothing else happens, and by which command. Undefined: never. */
  deadline(state: State): Deadline<Command> | undefined
  /** Keys that only one aggregate of the account may hold, held exactly as long as the state says so. */
  claims(state: State): readonly Claim[]
  /** Keys that many aggregates may hold, to be found by. */
  handles(state: State): readonly Handle[]
  /** What one event uses up for good inside its aggregate, or can be found by for ever. */
  keys(event: Event): readonly Key[]
  /** Whether the event creates a part, or lays an overlay on one. Undefined: neither. */
  part(event: Event): PartRole | undefined
  /** The values lists filter and sort by; a list row is written only when one of them changes. */
  facets(state: State): Facets
  readonly lists: Readonly<Record<string, ListShape>>
  /** Commands to nouns of the same home, decided in the same unit. */
  reactions(event: Event, state: State): readonly Reaction[]
  /** What must be done in the world because of the event; stored with the decision. */
  effects(event: Event, state: State): readonly Effect[]
  /** True once the aggregate is invisible and its rows are being removed. */
  erasing(state: State): boolean
}

/** What most nouns have none of; each says besides what it has. */
export const bare: Bare = {
  deadline: () => undefined,
  claims: () => [],
  handles: () => [],
  keys: () => [],
  part: () => undefined,
  reactions: () => [],
  effects: () => [],
}

type Bare = Pick<
  Noun<unknown, never, never>,
  'deadline' | 'claims' | 'handles' | 'keys' | 'part' | 'reactions' | 'effects'
>

/** Any noun, where its types do not matter. */
// oxlint-disable-next-line typescript/no-explicit-any -- a registry of nouns holds commands and events of many types
export type AnyNoun = Noun<any, any, any>

/** Something that happened: plain JSON, `at` is the instant it counts from (for a deadline, the instant it was due). */
export interface DomainEvent {
  readonly type: string
  readonly at: Instant
}

/** The events that a command leads to; none means that nothing had to change. */
export interface Decision<Event> {
  readonly events: readonly Event[]
}

/** Everything a decision may know besides state and command. Deciding again sees the same ids. */
export interface Context<Event> {
  /** The account's clock, never before the aggregate's last event. For a deadline: the instant it was due. */
  readonly now: Instant
  readonly self: Id
  readonly account: string
  /** Who asks, for the record: `api`, `traffic`, `deadline`, or a name of the caller's. */
  readonly by: string
  /** The number the first event of this decision will have: the events before it, plus one. */
  readonly next: number
  /** A new id in the home of this aggregate. */
  id(): Id
  /** Who holds a claim, as far as an earlier try of this decision ran into it; undefined when it did not. */
  taken(claim: Claim): Id | undefined
  /** The part that used up a key of this aggregate, as far as an earlier try ran into it. */
  found(key: Key): Part<Event> | undefined
}

export interface Deadline<Command> {
  readonly at: Instant
  readonly command: Command
  /** Why, in words for people: "the closed timeout of SMS". */
  readonly because: string
}

/** `route` names the home the claim lives in (the customer's address, where there is one). */
export interface Claim {
  readonly kind: string
  readonly route: string
  readonly key: string
}

export interface Handle {
  readonly kind: string
  readonly key: string
}

/** `once`: used up for good inside the aggregate, and no second event may use it. `find`: the aggregate is found by it. */
export interface Key {
  readonly use: 'once' | 'find'
  readonly kind: string
  readonly key: string
  /** For `find`: only if no other aggregate of the account is found by it already; the commit says which one is. */
  readonly alone?: boolean
}

/** A part's number is the number of the event that created it. */
export type PartRole = { readonly creates: string } | { readonly overlays: number }

/** A part as it stands: its creating event, and the latest event laid over it, which repeats all that may change. */
export interface Part<Event> {
  readonly n: number
  readonly created: Event
  readonly overlay?: Event
}

export type Facets = Readonly<Record<string, string | number | boolean | undefined>>

/** A list: one row for each aggregate whose `equal` facet is set, in order of the `sort` facet (immutable), then id. */
export interface ListShape {
  readonly equal: string
  readonly sort: string
}

export interface Reaction {
  readonly noun: string
  readonly id: Id
  readonly command: unknown
}

/**
 * `repeatable`: tried until it settles. `once`: started is committed first, and after a crash it is asked about, never
 * repeated. `key` makes it one of its kind within the aggregate.
 */
export interface Effect {
  readonly kind: string
  readonly mode: 'repeatable' | 'once'
  readonly key: string
  readonly payload: unknown
}
