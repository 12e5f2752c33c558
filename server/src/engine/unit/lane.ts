import type { AnyNoun, Claim, Facets, Handle } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'

/** A head in memory: the newest state, committed or on its way. What is derived from the state is kept beside it. */
export interface Lane {
  readonly noun: AnyNoun
  readonly id: Id
  readonly account: string
  state: unknown
  version: number
  /** The `at` of the last event. */
  at: Instant
  /** The due time the store has, or will have when what is on its way has committed. */
  due: Instant | null
  derived: Derived
  /** Units on their way that changed it. */
  pending: number
  /** Something it builds on was refused by the store: nothing decided on it counts. */
  broken: boolean
  /** Used since the last look of the evictor. */
  hot: boolean
  bytes: number
}

/** What a state says about itself. */
export interface Derived {
  readonly claims: readonly Claim[]
  readonly handles: readonly Handle[]
  readonly facets: Facets
  readonly erasing: boolean
}

/** Reads off a state all that rows are made of. */
export function derive(noun: AnyNoun, state: unknown): Derived {
  const erasing = noun.erasing(state)
  if (erasing) return { claims: none, handles: none, facets: {}, erasing }
  return { claims: noun.claims(state), handles: noun.handles(state), facets: noun.facets(state), erasing }
}

export const nothing: Derived = { claims: [], handles: [], facets: {}, erasing: false }
const none: readonly never[] = []

export function claimKey(account: string, claim: Claim): string {
  return `${account}\n${claim.kind}\n${claim.route}\n${claim.key}`
}

export function handleKey(account: string, handle: Handle): string {
  return `${account}\n${handle.kind}\n${handle.key}`
}
