import type { Address } from '../vocabulary/address.ts'
import type { Channel } from '../vocabulary/channel.ts'
import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Content, DeliveryStatus } from './communication.ts'
import type { Callback, ConfigurationPin, Overrides, ParticipantType } from './state.ts'

/** Everything that can be asked of a conversation. Undefined fields mean "leave as it is" unless said otherwise. */
export type ConversationCommand =
  | Create
  | Say
  | ReportDelivery
  | AttachStream
  | EndStream
  | AttachSession
  | DetachSession
  | Change
  | AddParticipant
  | ReplaceParticipant
  | AddAddresses
  | RemoveParticipant
  | NoteLate
  | Lapse
  | Erase

export interface NewParticipant {
  readonly name?: string
  readonly type?: ParticipantType
  readonly profileId?: string | null
  readonly addresses: readonly Address[]
}

export interface Create {
  readonly type: 'create'
  readonly configuration: ConfigurationPin
  readonly overrides?: Overrides
  readonly name?: string | null
  readonly metadata?: Readonly<Record<string, string>>
  readonly participants: readonly NewParticipant[]
  readonly because: string
  readonly previous?: Id
}

export interface Speaker {
  readonly channel: Channel
  readonly address: string
  readonly participantId?: Id
  /** What a participant made for this address will be; `unknown` when absent. */
  readonly type?: ParticipantType
  readonly delivery?: DeliveryStatus
}

/** One new communication; an update of the earlier one when its resourceId is used up already. */
export interface Say {
  readonly type: 'say'
  readonly author: Speaker
  readonly recipients: readonly Speaker[]
  readonly content: Content
  readonly channelId?: string
  readonly resourceId?: string
  readonly occurredAt?: Instant
  /** The call whose transcription stream it came through. */
  readonly stream?: string
  /**
   * It comes from traffic: its resource id is said once in the whole account (D9), and since there is nobody to tell of a
   * clash of grouping keys, a participant it adds then leaves the key as it was.
   */
  readonly captured?: boolean
}

/** A delivery status from the channel, allowed even when closed (D3). To one recipient, or to all. */
export interface ReportDelivery {
  readonly type: 'report_delivery'
  /** The part number of the communication (found by its resourceId). */
  readonly n: number
  readonly resourceId: string
  readonly to?: string
  readonly status: DeliveryStatus
}

export interface AttachStream {
  readonly type: 'attach_stream'
  readonly callSid: string
}

export interface EndStream {
  readonly type: 'end_stream'
  readonly callSid: string
  readonly because: string
}

/** A written session has its words here from now on. */
export interface AttachSession {
  readonly type: 'attach_session'
  readonly sessionId: Id
}

/** It is over, or goes on in another conversation. */
export interface DetachSession {
  readonly type: 'detach_session'
  readonly sessionId: Id
}

/** A change by request. `metadata` is the whole map; `mergeMetadata` sets and, with null, removes keys. `callbacks: null`: the configuration's. */
export interface Change {
  readonly type: 'change'
  readonly status?: 'active' | 'inactive' | 'closed'
  readonly name?: string | null
  readonly metadata?: Readonly<Record<string, string>>
  readonly mergeMetadata?: Readonly<Record<string, string | null>>
  readonly callbacks?: readonly Callback[] | null
}

export interface AddParticipant extends Omit<NewParticipant, 'type'> {
  readonly type: 'add_participant'
  readonly participantType?: ParticipantType
}

/** Replaces the whole participant: what is absent is cleared. */
export interface ReplaceParticipant {
  readonly type: 'replace_participant'
  readonly participantId: Id
  readonly name?: string
  readonly participantType?: ParticipantType
  readonly profileId?: string | null
  readonly addresses?: readonly Address[]
}

/** D70: adds the missing (channel, address) pairs to the participants that own the same canonical address. */
export interface AddAddresses {
  readonly type: 'add_addresses'
  readonly addresses: readonly Address[]
}

export interface RemoveParticipant {
  readonly type: 'remove_participant'
  readonly participantId: Id
}

export interface NoteLate {
  readonly type: 'note_late'
  readonly what: string
  readonly because: string
}

/** The deadline's command. */
export interface Lapse {
  readonly type: 'lapse'
  readonly to: 'inactive' | 'closed'
  readonly because: string
}

export interface Erase {
  readonly type: 'erase'
}
