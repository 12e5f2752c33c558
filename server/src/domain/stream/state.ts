import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** A transcription stream of one call: what links the call's words to a conversation. Known from its start, also before any conversation exists (T19). */
export interface Stream {
  readonly id: Id
  readonly account: string
  readonly callSid: string
  /** `erasing`: forgotten, some time after its end. */
  readonly status: 'open' | 'ended' | 'erasing'
  readonly from: string
  readonly to: string
  /** Who called whom: on an inbound call `from` is the customer, on an outbound call `to` is (X10). */
  readonly direction: 'inbound' | 'outbound'
  readonly callType: string
  /** The configuration named by who started it; null: capture rules decide. */
  readonly configurationId: Id | null
  readonly conversationId: Id | null
  readonly startedAt: Instant
  readonly endedAt: Instant | null
}
