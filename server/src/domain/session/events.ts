import type { Id } from '../vocabulary/id.ts'
import type { Instant, Milliseconds } from '../vocabulary/instant.ts'
import type { ControlEvent } from './control/events.ts'
import type { MailEvent } from './mail/events.ts'
import type { MailOrder } from './mail/state.ts'
import type {
  AgentPin,
  Artefact,
  ArtefactState,
  Direction,
  End,
  Policy,
  Reference,
  SessionKind,
  SessionOutcome,
  SessionState,
} from './state.ts'
import type { ControlSettings } from './control/state.ts'

/** Everything that can happen to a session. */
export type SessionEvent =
  | SessionCreated
  | SessionMoved
  | AttemptEnded
  | SlotAsked
  | SlotReturned
  | LegReported
  | TurnTaken
  | ToolCalled
  | AgentAdvised
  | ModelUsed
  | WordsImported
  | TurnFailed
  | OnlineAsked
  | PartingAsked
  | CallbackAgreed
  | NoAudioFlagged
  | VoicemailJudged
  | ArtefactSettled
  | WordsPlaced
  | LeaseTaken
  | OutcomeFixed
  | RetryDropped
  | ReportRefused
  | SessionErased
  | ControlEvent
  | MailEvent

interface At {
  readonly at: Instant
}

/** Creates the part `order`: what was asked for, whole. */
export interface SessionCreated extends At {
  readonly type: 'session.created'
  readonly id: Id
  readonly account: string
  readonly kind: SessionKind
  readonly direction: Direction
  readonly to: Extract<
    SessionState,
    'prepared' | 'scheduled' | 'queued' | 'joining' | 'dialing' | 'ringing' | 'live' | 'ended'
  >
  readonly agent: AgentPin
  readonly user: string
  readonly own: string
  readonly route: string
  readonly policy: Partial<Policy>
  readonly dueAt?: Instant
  readonly batch?: { readonly id: Id; readonly row: number }
  readonly parent?: Id
  readonly configurationId?: Id
  readonly reference?: Reference
  /** Inbound: the carrier's id of the call. */
  readonly callId?: string
  readonly settings?: ControlSettings
  /** To `ended`, and only then. */
  readonly imported?: Imported
  readonly order: Order
  readonly by: string
  readonly because: string
}

/** A session that took place elsewhere and is over, as it is told of. The event itself is of the time at which it was. */
export interface Imported {
  readonly createdAt: Instant
  /** When it was answered, joined or begun; absent: it never came to a talk. */
  readonly answeredAt?: Instant
  readonly outcome: ImportedOutcome
  readonly endedAt: Instant
  readonly userTurns: number
}

export type ImportedOutcome = Extract<SessionOutcome, 'completed' | 'transferred' | 'no_answer' | 'canceled' | 'failed'>

/** What the caller gave with the order; not looked at by any rule. */
export interface Order {
  /** Variables for the agent's prompt; at most 25 KB as JSON. */
  readonly data: Readonly<Record<string, unknown>> | null
  /** What the agent is told before the first word, in words; at most 64 KB. */
  readonly context?: string
  /** E-mail: where it goes. */
  readonly mail?: MailOrder
  /** What a dialect must give back as it was given (its own words). */
  readonly vendor?: Readonly<Record<string, unknown>>
}

/** A change of state. `at` is the due instant where a deadline caused it. */
export interface SessionMoved extends At {
  readonly type: 'session.moved'
  readonly from: SessionState
  readonly to: Exclude<SessionState, 'prepared' | 'joining' | 'erasing'>
  readonly by: string
  readonly because: string
  /** To `scheduled`: when it is due. */
  readonly dueAt?: Instant
  /** To `queued`: calling hours are not looked at from now on. */
  readonly ignoresHours?: true
  /** To `deferred`. */
  readonly openings?: readonly Instant[]
  readonly giveUpAt?: Instant
  /** To `dialing`: the attempt that begins, its slot and the process that dials. */
  readonly attempt?: number
  readonly slot?: number
  /** Also to `live`: the process that heard the answer. */
  readonly lease?: string
  readonly streamId?: Id
  /** The report that brought it about, and the carrier's id of the leg where it was not known. */
  readonly sequence?: number
  readonly callId?: string
  /** To `wrapping` and `ended`. */
  readonly outcome?: SessionOutcome
  readonly end?: End
}

/** An attempt is over and another will follow: a `session.moved` to `scheduled` comes right after it, in the same decision. */
export interface AttemptEnded extends At {
  readonly type: 'attempt.ended'
  readonly attempt: number
  readonly outcome: SessionOutcome
  readonly end: End
  readonly retryAt: Instant
}

/** A slot is asked for (again): it came into `queued`, or an opening of `deferred` has come. Makes the effect `slot.want`. */
export interface SlotAsked extends At {
  readonly type: 'slot.asked'
  /** What remains of the openings. */
  readonly openings?: readonly Instant[]
}

/** An offered slot is given back: it came too late, or outside the calling hours, and then it asks again at the next opening. */
export interface SlotReturned extends At {
  readonly type: 'slot.returned'
  /** The attempt it was offered for. */
  readonly attempt: number
  readonly because: string
  /** The next openings, where others were found than it had. */
  readonly openings?: readonly Instant[]
}

/** A carrier's report that was taken but moves nothing by itself: placed, progress, media, digits. */
export interface LegReported extends At {
  readonly type: 'leg.reported'
  readonly what: 'placed' | 'progress' | 'media' | 'dtmf'
  /** The carrier's count; -1: its answer to the dial itself, which is no report. */
  readonly sequence: number
  readonly callId?: string
  readonly media?: { readonly receivedPackets: number; readonly sentPackets: number; readonly received: boolean }
  readonly digits?: string
}

/** Somebody spoke, until `quietFrom`. The words themselves are the conversation's; creates a part `turn` where it names them. */
export interface TurnTaken extends At {
  readonly type: 'turn.taken'
  readonly who: 'user' | 'agent'
  readonly quietFrom: Instant
  /** The communication that holds them. */
  readonly words?: Id
  /** Who spoke in the agent's place; absent: the agent itself. */
  readonly speaker?: 'supervisor'
  /** What an agent's answer took. */
  readonly took?: Took
  /** What the user had said last when the agent was asked for it; null: nothing yet. Absent where nobody noted it. */
  readonly answers?: Id | null
  /** What it shows beside its words. */
  readonly widgets?: readonly Widget[]
}

/** Of an agent's turn: until its answer was whole, until its first word, and in its tools. */
export interface Took {
  readonly totalMs: Milliseconds
  readonly firstWordMs?: Milliseconds
  readonly toolsMs?: Milliseconds
}

/** Something to be shown with an answer; `data` is as free as its type is. */
export interface Widget {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The agent used one of its tools. Creates a part `tool_call`. */
export interface ToolCalled extends At {
  readonly type: 'tool.called'
  /** Absent in what older servers recorded. */
  readonly attempt?: number
  /** The communication it followed: what the user had said last; null: nothing yet in this attempt. */
  readonly after: Id | null
  readonly call: ToolCall
}

/** A supervisor told the agent something that the user does not hear. Creates a part `advice`. */
export interface AgentAdvised extends At {
  readonly type: 'agent.advised'
  readonly text: string
}

/** A language model was asked in an attempt, for so many tokens in and out. Creates a part `usage`. */
export interface ModelUsed extends At, ModelUse {
  readonly type: 'model.used'
  readonly attempt: number
}

/** What a turn took of a model, as its endpoint counts. */
export interface ModelUse {
  readonly model: string
  readonly promptTokens: number
  readonly completionTokens: number
}

/** One use of a tool, with what came of it. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly output: unknown
  readonly isError: boolean
  readonly latencyMs: Milliseconds
}

/** What was said and done in a session that took place elsewhere, oldest first. Creates a part `history`. */
export interface WordsImported extends At {
  readonly type: 'words.imported'
  readonly items: readonly ImportedItem[]
}

/** One thing said, or one tool used. */
export type ImportedItem =
  | {
      readonly is: 'turn'
      readonly who: 'user' | 'agent'
      readonly text: string
      readonly at: Instant
      readonly took?: Took
    }
  | { readonly is: 'tool'; readonly call: ToolCall; readonly at: Instant }

/** The agent was asked for its turn and gave none: what the user said is kept, and the session goes on. */
export interface TurnFailed extends At {
  readonly type: 'turn.failed'
  /** A sentence for people, at most 200 characters; never what somebody said. */
  readonly because: string
  /** E-mail: it is asked again then; absent: it is not. */
  readonly retryAt?: Instant
  /** E-mail: so many mails of the user have no answer coming; absent: it was to write the first one, or is asked again. */
  readonly answers?: number
}

/** Makes the effect `agent.ask_online`. */
export interface OnlineAsked extends At {
  readonly type: 'online.asked'
}

/** Nobody has said anything for too long: makes the effect `agent.say_last`, and the call ends when that is said. */
export interface PartingAsked extends At {
  readonly type: 'parting.asked'
}

/** The user is called back at `dueAt`; the newest one counts. Makes the effect `call.back` when the call is over. */
export interface CallbackAgreed extends At {
  readonly type: 'callback.agreed'
  readonly dueAt: Instant
}

/** Makes the effect `telephony.reinvite`. */
export interface NoAudioFlagged extends At {
  readonly type: 'media.no_audio'
}

export interface VoicemailJudged extends At {
  readonly type: 'voicemail.judged'
  readonly verdict: 'suspected' | 'found' | 'cleared'
}

/** Creates a part `artefact`. `late`: after the session had ended; it changes nothing but what is shown. */
export interface ArtefactSettled extends At {
  readonly type: 'artefact.settled'
  readonly artefact: Artefact
  readonly state: Exclude<ArtefactState, 'pending'>
  readonly attempt: number
  readonly value?: unknown
  /** For `cost`: cents of this attempt. */
  readonly cost?: number
  readonly because?: string
  readonly late?: true
}

/** Its words are in this conversation from part number `after` on. */
export interface WordsPlaced extends At {
  readonly type: 'words.placed'
  readonly conversationId: Id
  readonly after: number
  readonly streamId?: Id
}

export interface LeaseTaken extends At {
  readonly type: 'lease.taken'
  readonly lease: string
}

/** The outcome is fixed and no retry follows: the agent left though the line is still up (rule 3), or a request dropped the retry. */
export interface OutcomeFixed extends At {
  readonly type: 'outcome.fixed'
  readonly outcome: SessionOutcome
}

/** No retry follows the present attempt, however it ends: its batch was stopped. */
export interface RetryDropped extends At {
  readonly type: 'retry.dropped'
}

/** Something reported that came too late, twice or out of order; kept, and nothing else (rule 2). */
export interface ReportRefused extends At {
  readonly type: 'report.refused'
  readonly what: string
  readonly sequence?: number
  readonly attempt?: number
  readonly because: string
}

export interface SessionErased extends At {
  readonly type: 'session.erased'
  readonly by: string
  /** What keeps its reference used from now on; absent: it has none, or it took place elsewhere. */
  readonly keeper?: Id
}
