import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** Where an agent is reached on somebody's web pages. On which of them, and how it looks, is a part. */
export interface WebWidget {
  readonly id: Id
  readonly account: string
  readonly status: 'live' | 'erasing'
  /** `version` null: the one that is published last. */
  readonly agent: { readonly id: Id; readonly version: number | null }
  /** Whether others than its owner see it. */
  readonly published: boolean
  /** How often its content was written: the part that counts. */
  readonly revision: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

export interface WidgetContent {
  /** Hosts of the pages it may be used on, as `example.com` or `*.example.com`; empty: none. */
  readonly domains: readonly string[]
  readonly config: WidgetConfig
}

/** How it looks: plain JSON in the words of whoever writes it. */
export type WidgetConfig = Readonly<Record<string, unknown>>
