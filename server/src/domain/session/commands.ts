import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { ControlCommand } from './control/commands.ts'
import type { ImportedItem, SessionCreated, ModelUse, ToolCall, Took, Widget } from './events.ts'
import type { MailCommand } from './mail/commands.ts'
import type { Artefact, ArtefactState, Cause, Protocol } from './state.ts'

/** Everything that can be asked of a session. */
export type SessionCommand =
  | Create
  | Queue
  | OfferSlot
  | Stop
  | HangUp
  | DropRetry
  | Reject
  | Report
  | DialAnswered
  | Turn
  | NoteTool
  | Advise
  | NoteUsage
  | FailTurn
  | VoicemailSign
  | AgentEnds
  | CallBack
  | Settle
  | PlaceWords
  | TakeLease
  | Lose
  | Lapse
  | Erase
  | ControlCommand
  | MailCommand

/** Made by whoever orders it; `to` follows from what it is (lifecycle section 2). */
export interface Create extends Omit<SessionCreated, 'type' | 'at' | 'id' | 'account' | 'by'> {
  readonly type: 'create'
  /** Of an imported one: what was said in it, oldest first, and what it came to in a few words. */
  readonly told?: { readonly items: readonly ImportedItem[]; readonly summary?: string }
}

/** A row of a batch that starts, or the program's `connect` on a session it opened. */
export interface Queue {
  readonly type: 'queue'
  readonly because: string
  /** The batch was scheduled to call at any hour, retries included. */
  readonly ignoresHours?: true
  /** The batch's time was missed by more than an hour: it is not dialled any more. */
  readonly missed?: true
}

/**
 * The dispatcher offers a slot: the dial gate (B9, B15, B16), decided here in its order. What depends on tables and other nouns
 * was looked up by the service: whether agent, number and credentials are usable, the calling hours, the balance.
 */
export interface OfferSlot {
  readonly type: 'offer_slot'
  /** The attempt it was asked for. */
  readonly attempt: number
  /** Undefined: only the hours are looked at (on entering the queue). */
  readonly slot?: number
  readonly lease?: string
  readonly gate: Gate
}

export interface Gate {
  readonly unusable?: 'agent_deleted' | 'agent_unusable' | 'number_unusable' | 'credentials_refused'
  /** Absent: it may be called now. Otherwise the next allowed starts, earliest first (none: none within 14 days). */
  readonly closed?: { readonly openings: readonly Instant[] }
  readonly balance: 'enough' | 'low'
}

/** By request: waiting → stopped, before the answer → canceled; live only by `hang_up`. */
export interface Stop {
  readonly type: 'stop'
  readonly cause: Extract<Cause, 'stopped_by_request' | 'batch_stopped' | 'batch_expired' | 'agent_deleted'>
}

/** Ends whatever is in flight: before the answer → canceled, live → wrapping. */
export interface HangUp {
  readonly type: 'hang_up'
  readonly note?: string
}

/** What goes on goes on, but no retry follows it, however it ends. */
export interface DropRetry {
  readonly type: 'drop_retry'
}

/** An inbound call that the rules of its agent keep out, while it still rings. `note`: which rule, for people. */
export interface Reject {
  readonly type: 'reject'
  readonly attempt: number
  readonly note?: string
}

/**
 * A carrier's report about the first leg, in any order, repeated, late or never. `attempt`: the dial it belongs to; `sequence`:
 * the carrier's own count for that dial. `leg` absent: the session's first leg; otherwise the second leg of that name.
 */
export interface Report {
  readonly type: 'report'
  readonly attempt: number
  readonly leg?: string
  readonly sequence: number
  readonly what: ReportedWhat
  readonly callId?: string
  /** The carrier's own time; for the record. */
  readonly providerAt?: Instant
}

export type ReportedWhat =
  | { readonly is: 'placed' | 'progress' | 'ringing' }
  | { readonly is: 'answered'; readonly lease?: string; readonly streamId?: Id }
  | { readonly is: 'media'; readonly receivedPackets: number; readonly sentPackets: number }
  | { readonly is: 'dtmf'; readonly digits: string }
  /** The leg is over. `verdict`: the carrier's own word where it has one; the cause is made of all three (see causes.ts). */
  | {
      readonly is: 'ended'
      readonly verdict?: Verdict
      readonly protocol?: Protocol
      readonly by?: 'user' | 'carrier' | 'us'
    }

export type Verdict =
  | 'busy'
  | 'no_answer'
  | 'rejected'
  | 'invalid_number'
  | 'unreachable'
  | 'congestion'
  | 'hangup'
  | 'dropped'

/** What came of placing the call, when the carrier answered the request itself or was asked after a crash. */
export interface DialAnswered {
  readonly type: 'dial_answered'
  readonly attempt: number
  readonly answer:
    | { readonly is: 'placed'; readonly callId: string }
    | {
        readonly is: 'refused'
        readonly cause: Extract<
          Cause,
          | 'credentials_refused'
          | 'number_unusable'
          | 'invalid_number'
          | 'carrier_error'
          | 'congestion'
          | 'carrier_declined'
        >
        readonly protocol?: Protocol
      }
    /** Nobody can tell: the deadline ends it. */
    | { readonly is: 'unknown' }
}

/** Somebody spoke (or is speaking until `quietFrom`). */
export interface Turn {
  readonly type: 'turn'
  readonly who: 'user' | 'agent'
  readonly quietFrom: Instant
  readonly words?: Id
  readonly speaker?: 'supervisor'
  readonly took?: Took
  readonly answers?: Id | null
  readonly widgets?: readonly Widget[]
}

/** The agent used a tool, for the record. */
export interface NoteTool {
  readonly type: 'note_tool'
  readonly after: Id | null
  readonly call: ToolCall
}

/** A language model was asked, for the record and the bill. */
export interface NoteUsage extends ModelUse {
  readonly type: 'note_usage'
  /** In which it was asked. */
  readonly attempt: number
}

/** A supervisor tells the agent something that the user does not hear. */
export interface Advise {
  readonly type: 'advise'
  readonly text: string
}

/** The agent was asked for its turn and gave none. `because`: for people, never what somebody said. */
export interface FailTurn {
  readonly type: 'fail_turn'
  readonly because: string
  /** E-mail: how many mails of the user it was to answer; 0: it was to write the first one. */
  readonly answers?: number
  /** E-mail: nothing of it was done, so that it may be asked again. */
  readonly again?: boolean
}

/** `beep`: found at once. `check`: a second one that agrees finds it. `live`: a person replied, clears it. */
export interface VoicemailSign {
  readonly type: 'voicemail_sign'
  readonly sign: 'beep' | 'check' | 'live'
}

/** The agent ends the call, or cannot go on. `handed_over`: text and e-mail only (rule 9). */
export interface AgentEnds {
  readonly type: 'agent_ends'
  readonly cause: Extract<Cause, 'agent_hangup' | 'agent_error' | 'voicemail' | 'handed_over'>
  readonly note?: string
}

/** Agent and user agree on another call, 2 min to 30 d ahead. Whether the calling hours allow it was looked up by the service. */
export interface CallBack {
  readonly type: 'call_back'
  readonly dueAt: Instant
}

export interface Settle {
  readonly type: 'settle'
  readonly artefact: Artefact
  readonly attempt: number
  readonly state: Exclude<ArtefactState, 'pending'>
  readonly value?: unknown
  readonly cost?: number
  readonly because?: string
}

/** The session's words go to this conversation from now on. */
export interface PlaceWords {
  readonly type: 'place_words'
  readonly conversationId: Id
  readonly after: number
  readonly streamId?: Id
}

/** This process carries the call's voice from now on. */
export interface TakeLease {
  readonly type: 'take_lease'
  readonly lease: string
}

/** The carrier or the process that carried it knows nothing of it any more (after a restart), or the conversation was closed. */
export interface Lose {
  readonly type: 'lose'
  readonly attempt: number
  readonly cause: Extract<Cause, 'lost_lease' | 'media_lost' | 'carrier_drop' | 'conversation_closed'>
}

/** The deadline's command: nothing happens unless it is what is due now. */
export interface Lapse {
  readonly type: 'lapse'
  readonly what: string
}

export interface Erase {
  readonly type: 'erase'
}
