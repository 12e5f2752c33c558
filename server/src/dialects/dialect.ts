import type { FastifyInstance } from 'fastify'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Refused } from '#domain/vocabulary/refusal.ts'
import type { Services } from '#services/api.ts'
import type { Announcer, Logger, Sender, Vault } from '#services/ports.ts'

/** A language the server speaks: its routes over the services, and its way to tell receivers what happened. */
export interface Dialect {
  readonly name: string
  /** Registers every route of the dialect, with its own error shape, schemas and OpenAPI document, in an encapsulated scope. */
  register(app: FastifyInstance): Promise<void>
  readonly announcer?: Announcer
  /** Every route the dialect knows of, for its coverage table and for the proof that no two dialects collide. */
  readonly coverage: readonly Coverage[]
  /** Its OpenAPI document, once the server is ready; shown at `/reference/NAME.json`. Absent: it serves none. */
  document?(): Promise<unknown>
  /** What each error code means and what to do about it, for people; shown at `/errors/CODE`, where answers link to. */
  readonly errors?: Readonly<Record<string, { readonly title: string; readonly advice: string }>>
}

export interface Coverage {
  readonly method: string
  /** As registered, `/v2/Conversations/:id`. */
  readonly path: string
  readonly how: 'full' | 'part' | 'absent'
  readonly why?: string
}

/** What every dialect is given. */
export interface DialectContext {
  readonly services: Services
  readonly vault: Vault
  readonly log: Logger
  readonly limiter: Limiter
  /** For a single request outside that somebody waits for; announcements go through the delivery service instead. */
  readonly send: Sender['send']
  /** The same where the answer is to be read. */
  readonly ask: Sender['ask']
  /** The same where it is to be read as it comes. */
  readonly stream: Sender['stream']
  /** Real time. */
  now(): Instant
  /** Calls back once after about `afterMs` of real time; returns the cancellation. */
  after(afterMs: Milliseconds, callback: () => void): () => void
  /** Copies the whole store into a new file, where the operator allows it; answers with the file's full path. */
  backup(file: string): Promise<{ readonly file: string } | Refused>
  /** Where this server is reached, without a slash at the end; for absolute URLs in answers. */
  baseUrl(request: { readonly headers: Readonly<Record<string, unknown>>; readonly protocol: string }): string
}

/** One bucket of requests for each account, over all dialects; who knows no account takes from a bucket of another name. */
export interface Limiter {
  take(bucket: string, perSecond: number | null): Allowance
}

export interface Allowance {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  readonly retryAfterMs: Milliseconds
}
