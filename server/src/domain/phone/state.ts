import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** A virtual phone of the simulated carrier, with what a user has it do. */
export interface VirtualPhone {
  readonly id: Id
  readonly account: string
  readonly status: 'live' | 'erasing'
  /** E.164; held by one phone of the account. */
  readonly number: string
  /** What it does when it is called, in the carrier's own words: plain JSON, at most 16 KB of it. */
  readonly script: unknown
  readonly createdAt: Instant
  readonly updatedAt: Instant
}
