import type { BatchStatus } from '#domain/batch/state.ts'
import { isImported } from '#domain/session/standing.ts'
import type { Session, SessionOutcome, SessionState } from '#domain/session/state.ts'

/** B20: exactly these 14, spelt with hyphens, `canceled` with one `l`; and the two the vendor documents before `queued` (R6). */
export const lawStatuses = [
  'queued',
  'rescheduled',
  'initiated',
  'ringing',
  'in-progress',
  'call-disconnected',
  'completed',
  'balance-low',
  'busy',
  'no-answer',
  'canceled',
  'failed',
  'stopped',
  'error',
] as const
export const statuses = [...lawStatuses, 'scheduled', 'prepared'] as const

export type ExecutionStatus = (typeof statuses)[number]

/** Nothing follows these. */
export const finalStatuses: ReadonlySet<ExecutionStatus> = new Set([
  'completed',
  'no-answer',
  'busy',
  'failed',
  'canceled',
  'stopped',
  'error',
  'balance-low',
])

/** Executions are telephone calls of this server: what took place elsewhere and was imported is none of them. */
export function isExecution(session: Pick<Session, 'kind' | 'end'>): boolean {
  return session.kind === 'telephone' && !isImported(session)
}

/** Their word for each of our states but the end, which the outcome decides. Total, so that a new state must be placed here. */
const whileOpen: Readonly<Record<Exclude<SessionState, 'ended' | 'erasing'>, ExecutionStatus>> = {
  prepared: 'prepared',
  scheduled: 'scheduled',
  deferred: 'rescheduled',
  queued: 'queued',
  joining: 'queued', // a browser session, never shown here
  dialing: 'initiated',
  ringing: 'ringing',
  live: 'in-progress',
  wrapping: 'call-disconnected',
}

/** The status a session shows in a state that is not its end. */
export function openStatus(state: Exclude<SessionState, 'ended' | 'erasing'>): ExecutionStatus {
  return whileOpen[state]
}

/** R2: how an attempt that was never live ends. */
const neverLive: Readonly<Record<SessionOutcome, ExecutionStatus>> = {
  completed: 'completed',
  transferred: 'completed',
  no_answer: 'no-answer',
  busy: 'busy',
  canceled: 'canceled',
  stopped: 'stopped',
  failed: 'failed',
  error: 'error',
  balance_low: 'balance-low',
}

/**
 * R1: what was live ends in `completed`, whatever went wrong: of the outcomes of a live attempt only `failed` is not that word
 * already. The others come before an answer, also where an earlier attempt was live.
 */
export function endingStatus(outcome: SessionOutcome, wasLive: boolean): ExecutionStatus {
  return wasLive && outcome === 'failed' ? 'completed' : neverLive[outcome]
}

/** A session as one word of theirs. */
export function statusOf({ state, outcome, attempt }: Pick<Session, 'state' | 'outcome' | 'attempt'>): ExecutionStatus {
  if (state !== 'ended' && state !== 'erasing') return whileOpen[state]
  return endingStatus(outcome ?? 'stopped', attempt.answeredAt !== undefined)
}

/** D27. Ours are theirs, but for the one nobody sees. */
export const batchStatuses: Readonly<Record<Exclude<BatchStatus, 'erasing'>, string>> = {
  created: 'created',
  processed: 'processed',
  scheduled: 'scheduled',
  queued: 'queued',
  running: 'running',
  completed: 'completed',
  stopped: 'stopped',
  failed: 'failed',
}

/** The carriers they name; a route of ours that is none of them is shown as `sip-trunk`. */
export const providers = ['plivo', 'twilio', 'exotel', 'vobiz', 'sip-trunk', 'web-call', 'websocket'] as const
export type Provider = (typeof providers)[number]

export function providerOf(route: string): Provider {
  return providers.find((one) => one === route) ?? 'sip-trunk'
}
