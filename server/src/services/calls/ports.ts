import type { Artefact, Cause, Protocol } from '#domain/session/state.ts'
import type { ReportedWhat } from '#domain/session/commands.ts'
import type { ModelUse, ToolCall, Took, Widget } from '#domain/session/events.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'

/** What calls need from the world. */

/**
 * A telephone carrier, or the simulator of one. Legs are named by our `reference`, which the carrier echoes in everything it
 * reports. Nothing here may throw for what a carrier can answer; a throw means that nobody knows what happened.
 */
export interface Telephony {
  /** What hangs up codes are in: `sip`, `plivo`, … */
  readonly scheme: string
  /** Dials. Resolves when the carrier has taken the call or refused it; what happens then is reported. */
  place(call: PlaceCall): Promise<Placed>
  /** What the carrier knows of a leg; `unknown`: it has never heard of it, or has forgotten it. */
  query(account: string, reference: string): Promise<LegStanding | 'unknown'>
  /** Answers an inbound leg. */
  answer(account: string, reference: string): Promise<{ readonly done: true } | { readonly failed: string }>
  /** Hangs up, cancels, or (inbound, unanswered, `reject`) declines. An unknown leg is no fault. */
  hangUp(account: string, reference: string, how: { readonly reject: boolean }): Promise<void>
  /** Joins two legs, so that the parties hear each other. */
  bridge(account: string, references: readonly [string, string]): Promise<void>
  /** Tries to repair the sound of a leg (re-INVITE, RFC 3261 section 14); where the carrier cannot, nothing happens. */
  reinvite(account: string, reference: string): Promise<void>
  sendDtmf(account: string, reference: string, digits: string): Promise<void>
  /**
   * Says a text to the party of a leg; resolves with how long that takes, in the account's time. Only carriers that speak text
   * (the simulator) have it: the others get sound from the media port of a later release.
   */
  speak?(account: string, reference: string, text: string): Promise<{ readonly lastsMs: Milliseconds }>
  /** Everything it reports; one listener. Reports of one leg are given one after the other. */
  listen(listener: (report: TelephonyReport) => Promise<void>): void
  close(): Promise<void>
}

export interface PlaceCall {
  readonly account: string
  readonly reference: string
  /** E.164. */
  readonly from: string
  readonly to: string
  readonly route: string
  /** The carrier's own guards. */
  readonly ringMs: Milliseconds
  readonly limitMs: Milliseconds
}

export type Placed =
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

/** How a leg stands, for who has lost sight of it. */
export type LegStanding = {
  readonly callId: string
  /** The reports so far that decide, in order, with their sequence numbers. */
  readonly reports: readonly LegReport[]
}

export interface LegReport {
  /** Rises within the leg; the carrier may repeat and reorder them. */
  readonly sequence: number
  readonly what: ReportedWhat
  readonly callId?: string
  /** The carrier's own clock. */
  readonly providerAt: Instant
}

export type TelephonyReport =
  | ({ readonly kind: 'leg'; readonly account: string; readonly reference: string } & LegReport)
  /** What the party of a leg said, where the carrier hears text (the simulator). `lastsMs`: how long it speaks. */
  | {
      readonly kind: 'speech'
      readonly account: string
      readonly reference: string
      readonly text: string
      readonly lastsMs: Milliseconds
      readonly beep?: true
    }
  /** A call for one of our numbers. The listener answers with the reference the leg is to have from now on, or refuses it. */
  | IncomingCall

export interface IncomingCall {
  readonly kind: 'incoming'
  readonly account: string
  readonly callId: string
  readonly from: string
  readonly to: string
  /** Called at once with the reference of the session's leg; not called: nobody takes it, the carrier rejects it. */
  take(reference: string): void
}

/** Who talks on a call, or writes in a chat: asked once for each turn. */
export interface AgentRuntime {
  /** A throw is a turn that came to nothing; one with `unreached: true` says that nothing of it was done, so that it may be asked again. */
  turn(input: TurnInput): Promise<TurnReply>
  /** A short summary of what was said. Undefined, or absent: it makes none. A throw is tried again. */
  summarise?(input: SummaryInput): Promise<string | undefined>
}

export interface SummaryInput {
  readonly account: string
  readonly session: Id
  readonly definition: AgentDefinition
  readonly said: readonly SaidTurn[]
  readonly signal: AbortSignal
}

export interface TurnInput {
  readonly account: string
  readonly session: Id
  readonly agent: Id
  readonly definition: AgentDefinition
  /** `voice`: a telephone call; `browser`: a room. */
  readonly channel: 'voice' | 'browser' | 'text' | 'email'
  /** The order's variables. */
  readonly data: Readonly<Record<string, unknown>> | null
  /** What it was told before the first word. */
  readonly context?: string
  /** What a supervisor told it since, unheard by the user, oldest first; of very much the newest. */
  readonly advice?: readonly string[]
  /** Everything said so far, oldest first; of very much the newest. */
  readonly said: readonly SaidTurn[]
  /** The turn's name within the session; absent: how many there are in `said`. */
  readonly turn?: string
  /** Whether its user can be shown widgets. */
  readonly rich?: boolean
  /** Told what of the answer is there already, as it comes; what is told is in the reply as well. */
  readonly onProgress?: (progress: TurnProgress) => void
  /** Told of each tool as soon as it was used: of a turn that comes to nothing that is all there is. */
  readonly onTool?: (call: ToolCall) => void
  /** Why it is asked: the session begins, the user said the last of `said`, or what it wanted came to nothing. */
  readonly on: 'start' | 'user' | News['on']
  /** Why that came to nothing, and its name. */
  readonly news?: Omit<News, 'on'>
  readonly signal: AbortSignal
}

/** Text that belongs to the end of what it says so far, or a tool that has been used. */
export type TurnProgress =
  | { readonly is: 'text'; readonly delta: string }
  | { readonly is: 'tool'; readonly call: ToolCall }

/** Something the agent wanted came to nothing, and it has the user back. */
export interface News {
  readonly on: 'transfer_failed' | 'callback_refused'
  /** A cause of ours; of a callback `not_allowed`, `invalid_number`, `too_soon`, `too_late` or `outside_hours`. */
  readonly reason: string
  /** What it was, so that it is told only once: the leg, or which of its callbacks. */
  readonly name: string
}

export interface SaidTurn {
  readonly who: 'user' | 'agent'
  readonly text: string
}

/**
 * What it does: says something, then perhaps ends the session or hands it to a person. `callBack`: agreed with the user; where that
 * cannot be, nothing of the reply is done, and the agent is asked again.
 */
export interface TurnReply {
  readonly say?: string
  readonly end?: { readonly note?: string }
  readonly transfer?: { readonly to: string }
  readonly callBack?: { readonly at: Instant }
  /** Text and e-mail: it goes on elsewhere, with somebody else (rule 9). */
  readonly handOver?: { readonly note?: string }
  /** The tools it used for this turn, in order. */
  readonly toolCalls?: readonly ToolCall[]
  readonly widgets?: readonly Widget[]
  readonly took?: Omit<Took, 'totalMs'>
  /** What a language model took for it, as its endpoint counts. */
  readonly usage?: ModelUse
}

/** Carries mail out. */
export interface Mailer {
  /**
   * Hands one mail over. Its Message-ID is ours and never used twice. A throw means that nobody knows whether it went; `temporary`:
   * it did not, and may be tried again.
   */
  send(mail: OutgoingMail): Promise<{ readonly is: 'sent' } | MailRefused>
  close(): Promise<void>
}

export interface MailRefused {
  readonly is: 'refused'
  readonly temporary: boolean
  /** The server's reply code (RFC 5321 section 4.2) where there was one. */
  readonly code?: number
  /** In our words, without addresses or text. */
  readonly because: string
}

export interface OutgoingMail {
  readonly account: string
  /** When it was written, by the account's clock. */
  readonly at: Instant
  /** With its angle brackets (RFC 5322 section 3.6.4). */
  readonly messageId: string
  readonly inReplyTo?: string
  readonly references?: readonly string[]
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Makes what is left to make at the end of a session. */
export interface Analysis {
  /** A throw is tried again; `skipped`: there is nothing that makes it. */
  make(input: AnalysisInput): Promise<Analysed>
}

export interface AnalysisInput {
  readonly account: string
  readonly session: Id
  readonly artefact: Exclude<Artefact, 'transcript' | 'cost'>
  readonly definition: AgentDefinition
  readonly said: readonly SaidTurn[]
  readonly signal: AbortSignal
}

export type Analysed =
  | { readonly is: 'done'; readonly value: unknown }
  | { readonly is: 'skipped'; readonly because: string }
  | { readonly is: 'failed'; readonly because: string }

/** Which time zones a telephone number may be in (IANA names); none: nobody knows. */
export interface NumberZones {
  of(number: string): readonly string[]
}

/** What calls cost, in cents; all 0 unless the operator says so. */
export interface Rates {
  readonly perMinute: { readonly network: number; readonly platform: number }
  readonly transcriberPerSecond: number
  readonly synthesizerPerCharacter: number
  readonly llmPerThousandTokens: number
}
