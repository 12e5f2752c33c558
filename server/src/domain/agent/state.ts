import type { CallingHours } from '../vocabulary/calling-hours.ts'
import type { Id } from '../vocabulary/id.ts'
import type { Instant, Milliseconds } from '../vocabulary/instant.ts'
import type { Widget } from '../session/events.ts'
import type { RetryPolicy } from '../session/state.ts'

/** Who talks for us. Every write makes a version; versions never change, and sessions keep the one they were made under. */
export interface Agent {
  readonly id: Id
  readonly account: string
  /** `deleted`: can be restored for 30 days, then it is erased (its sessions stay unless it is purged). */
  readonly status: 'live' | 'deleted' | 'erasing'
  readonly version: number
  /** The newest version's definition is the part `version`; the head keeps only what lists and limits need. */
  readonly name: string
  /** No list shows it. */
  readonly unlisted?: true
  /** Whether a carrier's events are announced anywhere: saves reading the version when nobody listens. */
  readonly announces: boolean
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly deletedAt: Instant | null
}

/** One version of an agent, in our own words. A dialect's own document is kept whole in `vendor`. */
export interface AgentDefinition {
  readonly name: string
  /** Said first; `{name}` is filled from the order's data. Empty: the user speaks first. */
  readonly welcome: string
  readonly speech: AgentSpeech
  readonly limits: AgentLimits
  /** Hours of the called party's day, `[start:00, end:00)`; start = end is that one hour. Null: at any time. */
  readonly hours: CallingHours | null
  /** Null: an order that gives none is not retried. */
  readonly retry: RetryPolicy | null
  /** The route its calls are dialled over; `default`: the server's. */
  readonly route: string
  readonly inbound: InboundRules
  readonly announce: Announcing | null
  /** The configuration its conversations are found and made by; absent, or deleted: the account's default one. */
  readonly configurationId?: Id
  /** Whether it may agree with a user on being called back. */
  readonly callsBack?: boolean
  /** What it may do beside talking, where its speech can use tools. */
  readonly tools?: readonly AgentTool[]
  /** What its mail is sent as. */
  readonly mail?: MailIdentity
  /** It was made for one session alone: no list shows it. */
  readonly unlisted?: true
  readonly release?: Release
  readonly makes: { readonly recording: boolean; readonly summary: boolean; readonly extraction: boolean }
  /** Documents of dialects, by dialect name, kept as they came. */
  readonly vendor: Readonly<Record<string, unknown>>
}

/** Which of an agent's published versions a version is, where they are written as drafts before. */
export interface Release {
  /** The version it was written for: elsewhere it says nothing, since somebody wrote the agent without drafts. */
  readonly at: number
  /** Null: nothing has been published yet. */
  readonly number: number | null
  /** The draft it was; absent: it was written without one. */
  readonly draft?: Id
}

/** Where its answers come from. */
export type AgentSpeech =
  /** The built-in, deterministic one. `lines`: said in turn, after each thing the user says; then it says goodbye and ends. */
  | { readonly by: 'script'; readonly lines: readonly ScriptLine[]; readonly goodbye: string }
  /** Your program is asked at every turn. */
  | { readonly by: 'http'; readonly url: string; readonly sealedSecret?: string; readonly timeoutMs: Milliseconds }
  /** A language model behind the chat completions protocol is asked at every turn. */
  | {
      readonly by: 'openai'
      /** What `/chat/completions` is appended to: `https://api.openai.com/v1`. */
      readonly baseUrl: string
      readonly model: string
      /** Who it is to be; `{name}` is filled from the order's data. */
      readonly prompt: string
      /** Sent as a bearer token. */
      readonly sealedKey?: string
      readonly temperature?: number
      /** The most tokens of one answer. */
      readonly maxTokens?: number
      readonly timeoutMs: Milliseconds
    }

/** What a script says in one turn, and does with it. A plain text is said alone. */
export type ScriptLine = string | ScriptedTurn

export interface ScriptedTurn {
  readonly say: string
  /** Used before it is said. */
  readonly tool?: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }
  /** Shown with it, to a user who can be shown them. */
  readonly widgets?: readonly Widget[]
  /** What is written goes on elsewhere after it. */
  readonly handOver?: true
}

/** Something an agent may do: your program is asked for it. */
export interface AgentTool {
  /** 1 to 64 of `a-z A-Z 0-9 _ -`. */
  readonly name: string
  /** When to use it, for the model. */
  readonly description: string
  /** JSON Schema of its arguments. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly url: string
  readonly sealedSecret?: string
  readonly timeoutMs: Milliseconds
}

export interface MailIdentity {
  readonly address: string
  /** Of the first mail, where an order names none. */
  readonly subject: string
}

export interface AgentLimits {
  /** Idle time after which a text session ends; absent or null: never. */
  readonly idleMs?: Milliseconds | null
  readonly ringMs?: Milliseconds
  readonly setupMs?: Milliseconds
  readonly maxMs?: Milliseconds
  readonly queueMs?: Milliseconds
  readonly wrapMs?: Milliseconds
  /** Null: silence never ends it. */
  readonly silenceMs?: Milliseconds | null
  readonly askOnlineMs?: Milliseconds | null
  /** Null: voicemail is not looked for. */
  readonly voicemailMs?: Milliseconds | null
  /** Words from which a reply is looked at for voicemail. */
  readonly voicemailWords?: number
  /** Said before hanging up for silence; empty: nothing. */
  readonly lastWords?: string
  readonly onlineQuestion?: string
}

export interface InboundRules {
  /** Calls one caller may make to one of our numbers; -1: any number. */
  readonly callsPerCaller: number
  /** E.164 numbers the limit does not hold for. */
  readonly exempt: readonly string[]
  readonly rejectUnknown: boolean
  /** Asked for the caller's data (GET with a bearer token); absent: nobody. */
  readonly source?: { readonly url: string; readonly sealedToken?: string }
}

/** Whom to tell of its sessions, in a dialect's words. */
export interface Announcing {
  readonly dialect: string
  readonly url: string
  /** The dialect's own event names; absent: all. */
  readonly events?: readonly string[]
  /** Header values, sealed. */
  readonly sealedHeaders?: Readonly<Record<string, string>>
  readonly sealedSecret?: string
  readonly amendments?: boolean
}
