import type { Channel } from '../vocabulary/channel.ts'
import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** One thing said or written. The id of a communication is partId(conversation, n of its creating event, createdAt). */
export interface Communication {
  readonly author: Party
  readonly recipients: readonly Recipient[]
  readonly content: Content
  readonly channelId: string | null
  readonly resourceId: string | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  /** When it was said according to who reported it; the clocks do not count from here (D26). */
  readonly occurredAt: Instant
}

export interface Party {
  readonly address: string
  readonly channel: Channel
  readonly participantId: Id
}

export interface Recipient extends Party {
  readonly delivery?: DeliveryStatus
}

export type DeliveryStatus = 'initiated' | 'in_progress' | 'delivered' | 'read' | 'failed'

export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'transcription'; readonly text: string; readonly transcription?: Transcription }

export interface Transcription {
  /** 0: inbound track, 1: outbound track. */
  readonly channel?: number
  /** 0 to 1. */
  readonly confidence?: number
  readonly engine?: string
  readonly words?: readonly { readonly text: string; readonly startTime?: number; readonly endTime?: number }[]
}
