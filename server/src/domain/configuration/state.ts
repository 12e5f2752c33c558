import type { Channel } from '../vocabulary/channel.ts'
import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Callback, Grouping } from '../conversation/state.ts'

/** The rules conversations are grouped, timed and reported by. Every write makes a version; versions never change. */
export interface Configuration {
  readonly id: Id
  readonly account: string
  readonly status: 'live' | 'deleted'
  readonly version: number
  readonly document: ConfigurationDocument
  /** Sessions that name no configuration group and time their words by this one: an account has one such (lifecycle section 4). */
  readonly isDefault?: true
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** What one version says. Conversations keep the version they were created under. */
export interface ConfigurationDocument {
  readonly displayName: string
  readonly description: string
  readonly grouping: Grouping
  readonly memoryStoreId: string
  readonly channels: Readonly<Partial<Record<Channel, ChannelRules>>>
  readonly callbacks: readonly Callback[]
  readonly intelligence: readonly string[]
  readonly memoryExtraction: boolean
  /** The classic chat service it is bridged to. */
  readonly bridgeService: string | null
  /** X1: minutes after which a conversation that never got a clock closes. */
  readonly closeSilentAfterMinutes?: number
}

export interface ChannelRules {
  /** Minutes (T15). Null: no timeouts; on VOICE that means "closes when its stream ends" (T22). */
  readonly timeouts: { readonly inactive?: number; readonly closed?: number } | null
  readonly capture: readonly CaptureRule[]
}

/** Traffic from `from` to `to` is captured; `*` alone matches every address. */
export interface CaptureRule {
  readonly from: string
  readonly to: string
  readonly metadata?: Readonly<Record<string, string>>
}
