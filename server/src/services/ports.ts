import type { Followed } from '#engine/api.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'

/** What the services need from the world, beside what the engine needs. */

/** Sends one HTTP request to a receiver outside, guarded: no redirects, no internal targets unless allowed. */
export interface Sender {
  /** The status is the answer. Within 15 s. */
  send(request: OutgoingRequest): Promise<SendResult>
  /** The same for who needs to read the answer, whatever its status; an answer over 64 KB is an error. Within 60 s. */
  ask(request: OutgoingRequest): Promise<Asked>
  /**
   * The same for an answer that is read as it comes: each piece of its text is given to `onText`, with how it began. All of it is in
   * what comes of it, too; over 1 MB is an error.
   */
  stream(request: OutgoingRequest, onText: (text: string, head: AnswerHead) => void): Promise<Asked>
  close(): Promise<void>
}

export interface OutgoingRequest {
  readonly url: string
  readonly method: 'POST' | 'GET'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Whether loopback and private addresses are allowed. */
  readonly internalTargets: boolean
  readonly connectTimeoutMs: Milliseconds
  readonly totalTimeoutMs: Milliseconds
  /** When it aborts, nobody waits for the answer any more: the request is given up. */
  readonly signal?: AbortSignal
}

/** How an answer begins. `type`: its media type, without parameters, in lower case; empty where it says none. */
export interface AnswerHead {
  readonly status: number
  readonly type: string
}

/** `status`: what the receiver answered. Otherwise why there was no answer; `refused`: the guard said no, trying again is of no use. */
export type SendResult = { readonly status: number } | { readonly error: string; readonly refused: boolean }

/** What came of asking; the body is read as UTF-8. `unsent`: nothing of the request was sent, so sending it again does no harm. */
export type Asked =
  | { readonly status: number; readonly body: string }
  | { readonly error: string; readonly refused: boolean; readonly unsent?: boolean }

/**
 * A dialect's way to tell receivers what happened. It says who is to be told of an event and in which words;
 * the delivery service sends, orders, retries and records.
 */
export interface Announcer {
  readonly name: string
  /** Whom to tell of an event. The body is rendered here, from the state right after the event. */
  announcements(followed: Followed): readonly Announcement[] | Promise<readonly Announcement[]>
  /**
   * The request of one attempt: signature and attempt-dependent headers are made here, from what was frozen. Undefined: there
   * is nobody to tell any more. Where it throws, it is asked again later.
   */
  request(
    frozen: Frozen,
    attempt: { readonly at: Instant; readonly number: number },
  ): OutgoingRequest | undefined | Promise<OutgoingRequest | undefined>
  /** Milliseconds after a failed try number n (1, 2, …) until the next; undefined: give up. */
  retryAfter(tries: number): Milliseconds | undefined
  /** What a receiver's answer means, by its HTTP status. Absent: as for everybody (`verdictOf`). */
  judge?(status: number): Verdict
}

/** `again`: tried again, and holds later ones back for a while. `aside`: tried again, holding nothing back. `never`: given up. */
export type Verdict = 'delivered' | 'again' | 'aside' | 'never'

export interface Announcement {
  /** Names the receiver within its account for ever: order is kept for each (aggregate, target). */
  readonly target: string
  /** The event's type in the announcer's words. */
  readonly eventType: string
  readonly frozen: Frozen
}

/** All that is needed to send it later; plain JSON, without secrets. */
export interface Frozen {
  readonly announcer: string
  readonly account: string
  readonly url: string
  readonly method: 'POST' | 'GET'
  readonly body: string
  /** The same on every try: derived from event and target. */
  readonly token: string
  readonly request: string | null
  readonly more?: Readonly<Record<string, string>>
}

/** Seals small secrets for the store, and opens them again. */
export interface Vault {
  seal(secret: string): string
  open(sealed: string): string
  /** SHA-256, hex. */
  hash(secret: string): string
  /** Constant-time comparison of two hashes. */
  same(a: string, b: string): boolean
  /** HMAC with a key of the vault's own, for signing page tokens; base64url. */
  sign(text: string): string
  /** `bytes` bytes of chance as hex. */
  secret(bytes: number): string
}

/** Everything a log line may hold: ids and numbers, never secrets or what somebody said. */
export interface Logger {
  info(facts: Readonly<Record<string, unknown>>, message: string): void
  warn(facts: Readonly<Record<string, unknown>>, message: string): void
  error(facts: Readonly<Record<string, unknown>>, message: string): void
}
