import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** A place of the user's that is told of events: a webhook endpoint, signed as its dialect does it. */
export interface Endpoint {
  readonly id: Id
  readonly account: string
  /** Who tells it, in whose words; absent: the native one. */
  readonly dialect?: string
  /** Whether it is told what was said, too, where its dialect tells that not everybody. */
  readonly sensitive?: boolean
  readonly url: string
  readonly description: string
  /** Event types it wants, `conversation.*` for all of a noun; empty: everything. */
  readonly events: readonly string[]
  /** The signing secret, sealed with the server's key. */
  readonly sealedSecret: string
  /** The secret before it, still signed with until then. */
  readonly previous: { readonly sealedSecret: string; readonly until: Instant } | null
  readonly status: 'enabled' | 'disabled' | 'erasing'
  readonly createdAt: Instant
  readonly updatedAt: Instant
}
