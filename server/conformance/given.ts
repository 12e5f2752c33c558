import { isRefused, type Refusal } from '#domain/vocabulary/refusal.ts'
import type { Claim, Context, DomainEvent, Key, Noun, Part } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'

/** What a test may set of a decision's context. */
export interface Circumstances {
  readonly now?: Instant
  readonly by?: string
  readonly self?: Id
  readonly account?: string
  /** Who holds claims, by their key. */
  readonly taken?: Readonly<Record<string, Id>>
}

/** What came of a command: the new events and the state after them, or the refusal and the state as it was. */
export interface Came<State, Event> {
  readonly events: readonly Event[]
  readonly state: State
  readonly refusal: Refusal | undefined
}

/**
 * Given events, when a command comes, then events or a refusal: `given(noun, ...events).when(command)`. The state is folded
 * from the events alone, as is what used up a key; `self`, `account` and ids are made up.
 */
export function given<State, Command, Event extends DomainEvent>(
  noun: Noun<State, Command, Event>,
  ...events: readonly Event[]
): { when(command: Command, circumstances?: Circumstances): Came<State, Event>; readonly state: State } {
  const before = fold(noun, undefined, events)
  return {
    state: before as State,
    when: (command, circumstances = {}) => {
      const decision = noun.decide(before, command, context(noun, events, circumstances))
      if (isRefused(decision)) return { events: [], state: before as State, refusal: decision.refusal }
      return { events: decision.events, state: fold(noun, before, decision.events) as State, refusal: undefined }
    },
  }
}

function fold<State, Command, Event extends DomainEvent>(
  noun: Noun<State, Command, Event>,
  state: State | undefined,
  events: readonly Event[],
): State | undefined {
  return events.reduce<State | undefined>((folded, event) => noun.evolve(folded, event), state)
}

function context<State, Command, Event extends DomainEvent>(
  noun: Noun<State, Command, Event>,
  events: readonly Event[],
  circumstances: Circumstances,
): Context<Event> {
  let minted = 0
  return {
    now: circumstances.now ?? 1_000,
    self: circumstances.self ?? '01ka7n36096q14dr9gpqy77zxy',
    account: circumstances.account ?? 'alice',
    by: circumstances.by ?? 'api',
    next: events.length + 1,
    id: () => `01ka7n36096q14dr9gpqy0000${minted++}`,
    taken: (claim: Claim) => circumstances.taken?.[claim.key],
    found: (key) => found(noun, events, key),
  }
}

/** The part that used up a key, with the newest event laid over it. */
function found<State, Command, Event extends DomainEvent>(
  noun: Noun<State, Command, Event>,
  events: readonly Event[],
  { kind, key }: Key,
): Part<Event> | undefined {
  const uses = (event: Event): boolean =>
    noun.keys(event).some((used) => used.use === 'once' && used.kind === kind && used.key === key)
  const n = events.findIndex(uses) + 1
  const created = events[n - 1]
  if (!created) return undefined
  const overlay = events.findLast((event) => {
    const role = noun.part(event)
    return role !== undefined && 'overlays' in role && role.overlays === n
  })
  return { n, created, ...(overlay && { overlay }) }
}
