import type { Id } from '../vocabulary/id.ts'
import type { OwnHours } from '../vocabulary/calling-hours.ts'
import type { Instant, Milliseconds } from '../vocabulary/instant.ts'
import type { Control } from './control/state.ts'
import type { Mailing } from './mail/state.ts'

/** What a session is doing now; `erasing` is one on its way out of the store, seen by nobody. `ended` is final. */
export type SessionState =
  | 'prepared'
  | 'scheduled'
  | 'queued'
  | 'deferred'
  | 'joining'
  | 'dialing'
  | 'ringing'
  | 'live'
  | 'wrapping'
  | 'ended'
  | 'erasing'

/** What one of its attempts, or the whole session, came to. Fixed the moment the agent leaves, the line drops or the last attempt fails. */
export type SessionOutcome =
  | 'completed'
  | 'transferred'
  | 'no_answer'
  | 'busy'
  | 'canceled'
  | 'stopped'
  | 'failed'
  | 'error'
  | 'balance_low'

/** How it is carried: a telephone call, a call from a browser, written messages, or e-mail. */
export type SessionKind = 'telephone' | 'browser' | 'text' | 'email'

export type Direction = 'outbound' | 'inbound'

/** One agent's live engagement with one user on one channel. The head: what its next decision needs; what was ordered and said are parts. */
export interface Session {
  readonly id: Id
  readonly account: string
  readonly kind: SessionKind
  readonly direction: Direction
  readonly state: SessionState
  readonly agent: AgentPin
  /** E.164 for telephone; the user's address and our own. Never exchanged by direction. */
  readonly user: string
  readonly own: string
  /** The carrier route it is dialled over. */
  readonly route: string
  readonly batch?: { readonly id: Id; readonly row: number }
  /** The session that this one was agreed in (a callback). */
  readonly parent?: Id
  /** Its conversation is found and made by this configuration; absent: by the account's default one. */
  readonly configurationId?: Id
  /** The user is called back then, by a session of its own: agreed in this one. */
  readonly callBackAt?: Instant
  /** What differs from the defaults of limits.ts. */
  readonly policy: Partial<Policy>
  /** When it is due: in `scheduled`, the start or next attempt. Absent in `scheduled`: it waits for its program's `connect`. */
  readonly dueAt?: Instant
  /** In `deferred`: the next allowed starts, earliest first; the last one may be the end of waiting. */
  readonly openings?: readonly Instant[]
  /** When it first came into `queued` for the present attempt: its place in the line, and where its queue time counts from. */
  readonly queuedAt?: Instant
  /** It is in the line for a slot: in `queued` once its calling hours were looked at, in `deferred` once an opening has come. */
  readonly wantsSlot?: true
  /** In `deferred`: the latest it may wait (queue time plus closed hours, at most 30 days). */
  readonly giveUpAt?: Instant
  readonly attempt: Attempt
  /** Attempts that are over and were followed by another, the newest 5; the last stays in `attempt` too until the next one dials. */
  readonly past: readonly PastAttempt[]
  /** Retries scheduled so far. */
  readonly retries: number
  /** No retry follows, whatever the policy says: the agent has left, a request or the stop of its batch dropped it, or a callback was agreed. */
  readonly noRetry?: true
  /** Null until it is fixed. */
  readonly outcome: SessionOutcome | null
  readonly end: End | null
  readonly artefacts: Artefacts
  /** The regions an agent's program steers; absent where no program and no second leg is involved. */
  readonly control?: Control
  /** E-mail: what is on its way, and what wants an answer; absent: nothing yet, or it is over. */
  readonly mail?: Mailing
  /** Where its words are, of the present attempt: communications of the conversation after part number `after`. */
  readonly words: readonly Words[]
  readonly streamId?: Id
  /** Cents, over all attempts. */
  readonly cost: number
  /** Text: the agent was asked for its first words and had none; it is not asked for them again. */
  readonly greetingTried?: true
  /** How often the user has said something; absent: never, and always of a telephone call that took place here. */
  readonly userTurns?: number
  /** The name its maker gave the order, so that the same order makes nothing twice: held by one session of the account. */
  readonly reference?: Reference
  /** Changes of status so far: one for each move, and one for the ending of each attempt that was never live and is retried. */
  readonly sequence: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly entered: { readonly at: Instant; readonly by: string; readonly because: string }
}

/** `isId`: its maker calls the session by it. */
export interface Reference {
  readonly key: string
  readonly isId?: true
  /** Of what was ordered, where the same name may only be told again with the same: at most 64 characters. */
  readonly digest?: string
}

/** The agent and the version of its definition it talks by. */
export interface AgentPin {
  readonly id: Id
  readonly version: number
}

/** One dial, from `dialing` on. Number 0: none has begun. */
export interface Attempt {
  readonly number: number
  /** The slot of the ledger it holds; absent: none, or given back. */
  readonly slot?: number
  /** Whether the carrier has reported anything at all; forgotten at the end. */
  readonly heard?: boolean
  /** The carrier's own id of the first leg. */
  readonly callId?: string
  /** The highest sequence number among the carrier's reports taken; absent: none, or it is over. */
  readonly reports?: number
  readonly dialedAt?: Instant
  readonly ringingAt?: Instant
  readonly answeredAt?: Instant
  /** When the line dropped or the attempt failed. */
  readonly endedAt?: Instant
  /** How often its user spoke, of a call; absent: not once, or an older server carried it. Forgotten at the end. */
  readonly userTurns?: number
  /** The server process its voice runs in; another process takes it over or declares it lost. */
  readonly lease?: string
  /** Since when that process has carried it, where it was live and another's before. */
  readonly leasedAt?: Instant
  readonly media?: Media
  /** Silence counts from here: the end of what was said last. */
  readonly quietFrom?: Instant
  /** The user was asked whether they are still there, and has not spoken since. */
  readonly askedOnline?: boolean
  /** Since then the agent has been saying its last words: nobody had said anything for too long, and the user still has not. */
  readonly partedAt?: Instant
  /** Signs of a voicemail: null, one check agrees, or found. */
  readonly voicemail?: 'suspected' | 'found' | 'cleared'
  /** Digits received, the newest 32. */
  readonly dtmf?: string
}

/** What is known of the sound of a call. */
export interface Media {
  readonly firstReceivedAt?: Instant
  readonly receivedPackets: number
  readonly sentPackets: number
  /** Nothing was received 10 s after the answer. */
  readonly noAudio?: boolean
  readonly lostAt?: Instant
}

export interface PastAttempt {
  readonly number: number
  readonly outcome: SessionOutcome
  readonly cause: Cause
  readonly at: Instant
  readonly callId?: string
  readonly wasLive: boolean
  readonly cost: number
}

/** Why it ended: one word for the cause, who brought it about, when, and what the protocols said. */
export interface End {
  readonly cause: Cause
  readonly by: Ender
  readonly at: Instant
  readonly protocol?: Protocol
  /** A sentence for people, at most 200 characters; never what somebody said. */
  readonly note?: string
}

export type Ender = 'user' | 'agent' | 'request' | 'carrier' | 'server' | 'deadline' | 'unknown'

/** Reasons as received: SIP final status (RFC 3261), Q.850 cause, and the carrier's own code and its scheme. */
export interface Protocol {
  readonly sip?: number
  readonly q850?: number
  readonly code?: number
  readonly scheme?: string
  /** The carrier's own verdict, in its words, at most 100 characters. */
  readonly text?: string
}

/** The cause of an end; a closed list, so that every projection is total. */
export type Cause =
  // a live session is over
  | 'user_hangup'
  | 'agent_hangup'
  | 'silence'
  | 'max_duration'
  | 'voicemail'
  | 'request_hangup'
  | 'bridge_ended'
  | 'agent_error'
  | 'media_lost'
  | 'carrier_drop'
  | 'lost_lease'
  | 'idle'
  | 'conversation_closed'
  | 'handed_over'
  // never live
  | 'busy'
  | 'ring_timeout'
  | 'no_answer'
  | 'rejected'
  | 'invalid_number'
  | 'unreachable'
  | 'congestion'
  | 'carrier_declined'
  | 'carrier_error'
  | 'setup_timeout'
  | 'no_response'
  | 'caller_abandoned'
  | 'inbound_rejected'
  | 'canceled_by_request'
  | 'token_expired'
  | 'mail_not_sent'
  // never dialled
  | 'stopped_by_request'
  | 'batch_stopped'
  | 'batch_expired'
  | 'agent_deleted'
  | 'agent_unusable'
  | 'number_unusable'
  | 'credentials_refused'
  | 'balance_low'
  | 'queue_timeout'
  | 'no_calling_window'
  | 'time_missed'
  // took place elsewhere: how it ended there is its outcome, who ended it nobody knows here
  | 'imported'

export type Artefact = 'recording' | 'transcript' | 'summary' | 'extraction' | 'cost'
export type ArtefactState = 'pending' | 'done' | 'skipped' | 'failed'
/** `skipped` before there is anything to settle. */
export type Artefacts = Readonly<Record<Artefact, ArtefactState>>

export interface Words {
  readonly conversationId: Id
  readonly after: number
}

/** Every length of time and every choice its own clocks depend on. Defaults and bounds: limits.ts. */
export interface Policy {
  /** Longest wait in `queued`. */
  readonly queueMs: Milliseconds
  readonly setupMs: Milliseconds
  readonly ringMs: Milliseconds
  /** The agent's own limit, from the answer; it stops counting at a bridge. */
  readonly maxMs: Milliseconds
  /** The platform's cap, from the answer, always. */
  readonly capMs: Milliseconds
  /** Silence of both that ends the call; null: never. */
  readonly silenceMs: Milliseconds | null
  /** Silence after which the user is asked whether they are there; null: never. */
  readonly askOnlineMs: Milliseconds | null
  /** Whether the agent says something before silence ends the call. */
  readonly saysLastWords: boolean
  readonly wrapMs: Milliseconds
  /** Text: idle time that ends it; null: three years. E-mail: time without mail. */
  readonly idleMs: Milliseconds | null
  /** Browser: life of the join token. */
  readonly tokenMs: Milliseconds
  readonly retry: RetryPolicy | null
  /** Whether calling hours are looked at for it. */
  readonly keepsHours: boolean
  /** The hours that are looked at; absent: its agent's. */
  readonly hours?: OwnHours
  /** Voicemail detection on, and for how long from the answer. */
  readonly voicemailMs: Milliseconds | null
  /** Which artefacts are made at its end; the others are skipped. `transcript` and `cost` always are. */
  readonly makes: readonly ('recording' | 'summary' | 'extraction')[]
}

/** Retries of an outbound telephone session (rule 6). */
export interface RetryPolicy {
  readonly max: number
  readonly on: readonly ('no_answer' | 'busy' | 'failed' | 'error')[]
  readonly onVoicemail: boolean
  /** Waits before retry 1, 2, …; the last repeats. */
  readonly afterMs: readonly Milliseconds[]
}
