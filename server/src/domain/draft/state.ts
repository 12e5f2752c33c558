import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** A version of an agent that is being written. Its document is a part. */
export interface Draft {
  readonly id: Id
  readonly account: string
  /** `published`: never changes any more. */
  readonly status: 'draft' | 'published' | 'erasing'
  readonly agentId: Id
  /** Among the drafts of its agent; one has it. */
  readonly number: number
  /** The revision of its document that counts: how often it was written. */
  readonly revision: number
  /** The version of the agent it became; null: it is not published. */
  readonly version: number | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly publishedAt: Instant | null
}

/** Plain JSON in the words of whoever writes it. */
export type DraftDocument = Readonly<Record<string, unknown>>
