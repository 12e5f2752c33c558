import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** The record of a change that was answered "accepted": what it was about and how it went. Kept 30 days. */
export interface Operation {
  readonly id: Id
  readonly account: string
  readonly status: 'pending' | 'completed' | 'failed' | 'erasing'
  readonly about: { readonly noun: 'configuration' | 'conversation'; readonly id: Id }
  readonly error: string | null
  readonly createdAt: Instant
  readonly completedAt: Instant | null
}
