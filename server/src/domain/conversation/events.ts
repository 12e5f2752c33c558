import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Communication } from './communication.ts'
import type { Callback, ConfigurationPin, Overrides, Participant, Status } from './state.ts'

/** Everything that can happen to a conversation. */
export type ConversationEvent =
  | Created
  | ParticipantAdded
  | ParticipantUpdated
  | ParticipantRemoved
  | CommunicationCreated
  | CommunicationUpdated
  | StreamAttached
  | StreamEnded
  | SessionAttached
  | SessionDetached
  | Moved
  | Renamed
  | CallbacksChanged
  | LateRefused
  | Erased

interface At {
  readonly at: Instant
}

export interface Created extends At {
  readonly type: 'conversation.created'
  readonly id: Id
  readonly account: string
  readonly configuration: ConfigurationPin
  readonly overrides: Overrides
  readonly name: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly endsBy: Instant
  readonly by: string
  readonly because: string
  readonly previous: Id | null
}

/** `key`: the grouping key from now on; absent: it stays as it was. */
export interface ParticipantAdded extends At {
  readonly type: 'participant.added'
  readonly participant: Participant
  readonly key?: string | null
}

export interface ParticipantUpdated extends At {
  readonly type: 'participant.updated'
  readonly participant: Participant
  readonly key?: string | null
}

export interface ParticipantRemoved extends At {
  readonly type: 'participant.removed'
  readonly participant: Participant
  readonly key?: string | null
}

/** Creates a part of kind `communication`. `stream`: the call whose open stream it came through. */
export interface CommunicationCreated extends At {
  readonly type: 'communication.created'
  readonly communication: Communication
  readonly stream?: string
  /** From traffic: no other conversation of the account has its resource id (D9). */
  readonly captured?: true
}

/** Lays the whole communication as it now is over part `n`; no clock moves (D39). */
export interface CommunicationUpdated extends At {
  readonly type: 'communication.updated'
  readonly n: number
  readonly communication: Communication
}

export interface StreamAttached extends At {
  readonly type: 'stream.attached'
  readonly callSid: string
}

export interface StreamEnded extends At {
  readonly type: 'stream.ended'
  readonly callSid: string
  readonly because: string
}

/** A written session that is live has its words here from now on. `beyond`: its head counts it, but does not name it. */
export interface SessionAttached extends At {
  readonly type: 'session.attached'
  readonly sessionId: Id
  readonly beyond?: true
}

/** It is over, or goes on in another conversation. */
export interface SessionDetached extends At {
  readonly type: 'session.detached'
  readonly sessionId: Id
  readonly beyond?: true
}

/** A change of status. `at` is the due instant where a deadline caused it. */
export interface Moved extends At {
  readonly type: 'conversation.moved'
  readonly from: Status
  readonly to: Exclude<Status, 'erasing'>
  readonly by: string
  readonly because: string
  /** The inactive due time this move used up. */
  readonly firedInactive?: Instant
}

/** Name or metadata as they now are. */
export interface Renamed extends At {
  readonly type: 'conversation.described'
  readonly name: string | null
  readonly metadata: Readonly<Record<string, string>>
}

/** Null: those of the configuration again. */
export interface CallbacksChanged extends At {
  readonly type: 'conversation.callbacks_changed'
  readonly callbacks: readonly Callback[] | null
}

/** Something reported about it that came too late to change anything; kept for the timeline. */
export interface LateRefused extends At {
  readonly type: 'late.refused'
  readonly what: string
  readonly because: string
}

export interface Erased extends At {
  readonly type: 'conversation.erased'
  readonly by: string
}
