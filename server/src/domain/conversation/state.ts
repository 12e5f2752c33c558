import type { Address } from '../vocabulary/address.ts'
import type { Channel } from '../vocabulary/channel.ts'
import type { Id } from '../vocabulary/id.ts'
import type { Instant, Milliseconds } from '../vocabulary/instant.ts'

/** T1: a conversation is in exactly one of three states; `erasing` is one on its way out of the store, seen by nobody. */
export type Status = 'active' | 'inactive' | 'closed' | 'erasing'

/** The head of a conversation: what its next decision needs, and no more. What was said are parts. */
export interface Conversation {
  readonly id: Id
  readonly account: string
  readonly status: Status
  readonly configuration: ConfigurationPin
  readonly overrides: Overrides
  /** Null: unset. */
  readonly name: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly participants: readonly Participant[]
  /** The grouping key it holds while it is open (see grouping.ts); null: it has none (no participants) and matches no traffic. */
  readonly key: string | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  /** T17: three calendar years after creation. */
  readonly endsBy: Instant
  /** The last communication on each channel in use: a channel without an entry has no running clock (T20). */
  readonly last: Readonly<Partial<Record<Channel, Instant>>>
  readonly voice: Voice
  /** Written sessions that are live and have their words here, at most 12. Absent: none. */
  readonly sessions?: readonly Id[]
  /** How many there are beyond those. Absent: none. */
  readonly moreSessions?: number
  /** The inactive due time that has fired, if any; the same one never fires twice (D21). */
  readonly firedInactive?: Instant | null
  /** How it came into its present status. */
  readonly entered: { readonly at: Instant; readonly by: string; readonly because: string }
  /** The conversation of the same parties before this one (X21). */
  readonly previous: Id | null
}

/** What of its configuration's version the conversation's own clocks and grouping need (the snapshot). */
export interface ConfigurationPin {
  readonly id: Id
  readonly version: number
  readonly grouping: Grouping
  readonly timeouts: Timeouts
  /** X1, opt-in: a conversation without a running clock closes this long after creation. */
  readonly closeSilentMs?: Milliseconds
}

export type Grouping = 'profile' | 'addresses' | 'addresses_and_channel'

/** Per channel with an entry: its two timeouts, or null for none (on VOICE null means "closes at the end of its stream", T22). */
export type Timeouts = Readonly<
  Partial<Record<Channel, { readonly inactiveMs?: Milliseconds; readonly closedMs?: Milliseconds } | null>>
>

/** What the conversation has instead of its configuration's own. */
export interface Overrides {
  readonly callbacks?: readonly Callback[]
  readonly intelligence?: readonly string[]
  readonly traitStrategies?: readonly string[]
  readonly observationStrategies?: readonly string[]
  readonly workflows?: readonly string[]
}

export interface Callback {
  readonly url: string
  readonly method: 'POST' | 'GET'
  /** Only these event types (the dialect's words); absent: all. */
  readonly events?: readonly string[]
}

export type ParticipantType = 'customer' | 'agent' | 'human_agent' | 'ai_agent' | 'unknown'

export interface Participant {
  readonly id: Id
  /** Empty when unset. */
  readonly name: string
  readonly type: ParticipantType
  readonly profileId: string | null
  readonly addresses: readonly Address[]
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

export interface Voice {
  /** Transcription streams that are open now; `spoken`: it has carried an utterance or a TTS fragment. */
  readonly open: readonly { readonly callSid: string; readonly spoken: boolean }[]
  /** T22: when the last stream that carried a communication ended, if one did. */
  readonly doneAt?: Instant | null
}
