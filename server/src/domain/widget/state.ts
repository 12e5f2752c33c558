import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** Where an agent is reached on somebody's web pages. How it looks is a part. */
export interface Widget {
  readonly id: Id
  readonly account: string
  readonly status: 'live' | 'erasing'
  /** `version` null: the one that is published last. */
  readonly agent: { readonly id: Id; readonly version: number | null }
  /** Hosts of the pages it may be used on, as `example.com` or `*.example.com`; empty: none. */
  readonly domains: readonly string[]
  /** Whether others than its owner see it. */
  readonly published: boolean
  /** How often its configuration was written: the part that counts. */
  readonly revision: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** Plain JSON in the words of whoever writes it. */
export type WidgetConfig = Readonly<Record<string, unknown>>
