import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

export type RetentionEvent =
  | {
      readonly type: 'retention.set'
      readonly at: Instant
      readonly id: Id
      readonly account: string
      readonly days: number | null
      readonly by: string
    }
  /** What is older than the days is deleted now: makes the effect `retention.sweep`. */
  | { readonly type: 'retention.due'; readonly at: Instant }
