import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** How long an account keeps sessions that have ended. There is none where everything is kept for ever and always was. */
export interface Retention {
  readonly id: Id
  readonly account: string
  /** Null: for ever. */
  readonly days: number | null
  /** When what is older is deleted next; counts while there are days. */
  readonly nextAt: Instant
  readonly updatedAt: Instant
}

/** What the effect of a sweep carries: ages are counted back from then. */
export interface Sweep {
  readonly dueAt: Instant
}
