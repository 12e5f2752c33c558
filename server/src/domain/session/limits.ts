import { isZone, type OwnHours } from '../vocabulary/calling-hours.ts'
import { dayMs, hourMs, minuteMs, type Milliseconds } from '../vocabulary/instant.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { Policy, RetryPolicy, Session, SessionKind } from './state.ts'

const second: Milliseconds = 1_000

type LimitName =
  | 'address'
  | 'route'
  | 'callId'
  | 'lease'
  | 'scheme'
  | 'protocolText'
  | 'note'
  | 'dtmf'
  | 'data'
  | 'retries'
  | 'past'
  | 'openings'
  | 'words'
  | 'tool'
  | 'advice'
  | 'context'
  | 'reference'
  | 'digest'
  | 'history'
  | 'summary'

/** How much one session may hold; lengths are in characters. Keeps heads bounded. */
export const limits: Readonly<Record<LimitName, number>> = {
  address: 254,
  route: 64,
  callId: 100,
  lease: 100,
  scheme: 20,
  protocolText: 100,
  note: 200,
  dtmf: 32,
  data: 25 * 1024,
  retries: 5,
  past: 5,
  openings: 16,
  words: 8,
  tool: 64 * 1024,
  advice: 4_000,
  context: 64 * 1024,
  reference: 255,
  digest: 64,
  history: 256 * 1024,
  summary: 16_000,
}

/** How long a row waits for its batch: 30 days unchanged, and 30 more until the latest start; the batch stops its rows before. */
export const preparedMs: Milliseconds = 61 * dayMs
/** The farthest a session may be scheduled ahead. */
export const aheadMs: Milliseconds = 366 * dayMs
/** A scheduled call that missed its time by more is not dialled any more. */
export const missedMs: Milliseconds = hourMs
/** The longest wait in `deferred`, whatever the hours are. */
export const deferredMs: Milliseconds = 30 * dayMs
/** Inbound: rings no longer than this after its arrival, however often it is offered. */
export const arrivalMs: Milliseconds = 5 * minuteMs
/** Ringing time that is left after a failed `connect`. */
export const afterConnectMs: Milliseconds = 10 * second
/** The longest that a `connect` may ring. */
export const connectMs: Milliseconds = 120 * second
/** Nothing received since the answer: flagged, then hung up. */
export const noAudioMs: Milliseconds = 10 * second
export const noMediaMs: Milliseconds = 30 * second
/** What is said lasts no longer than this. */
export const turnMs: Milliseconds = 10 * minuteMs
/** Last words before silence ends a call are waited for no longer. */
export const lastWordsMs: Milliseconds = 10 * second
/** How far ahead a callback may be agreed: at least, at most. */
export const callBackMs: readonly [least: Milliseconds, most: Milliseconds] = [2 * minuteMs, 30 * dayMs]
/** The carrier's own guards come this much after ours. */
export const carrierMarginMs: Milliseconds = 30 * second

const usual: Policy = {
  queueMs: dayMs,
  setupMs: minuteMs,
  ringMs: minuteMs,
  maxMs: 40 * minuteMs,
  capMs: 40 * minuteMs,
  silenceMs: null,
  askOnlineMs: null,
  saysLastWords: false,
  wrapMs: 3 * minuteMs,
  idleMs: null,
  tokenMs: 15 * minuteMs,
  retry: null,
  keepsHours: false,
  voicemailMs: null,
  makes: [],
}

const usualOf: Readonly<Record<SessionKind, Policy>> = {
  telephone: usual,
  browser: usual,
  text: usual,
  email: { ...usual, setupMs: 4 * hourMs, idleMs: 7 * dayMs },
}
const rowQueueMs: Milliseconds = 30 * dayMs

/** What holds where nothing else was said: a batch's rows may wait longer, mail is slower. */
export function defaultsOf({ kind, batch }: Pick<Session, 'kind'> & { readonly batch?: unknown }): Policy {
  return batch === undefined ? usualOf[kind] : { ...usualOf[kind], queueMs: rowQueueMs }
}

/** A session's whole policy: what was said for it, and else the defaults. */
export function policyOf(session: Pick<Session, 'kind' | 'policy'> & { readonly batch?: unknown }): Policy {
  return { ...defaultsOf(session), ...session.policy }
}

/** What of a policy differs from the defaults: all that a head keeps. */
export function differing(policy: Partial<Policy>, defaults: Policy): Partial<Policy> {
  const given = Object.entries(policy) as [keyof Policy, unknown][]
  return Object.fromEntries(
    given.filter(([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(defaults[name])),
  )
}

type Lengths = Exclude<keyof Policy, 'retry' | 'keepsHours' | 'hours' | 'saysLastWords' | 'makes'>
type Bounds = Readonly<Record<Lengths, readonly [least: Milliseconds, most: Milliseconds]>>

/** The least and the most each length may be (lifecycle section 2). */
export const bounds: Bounds = {
  queueMs: [minuteMs, 30 * dayMs],
  setupMs: [10 * second, 300 * second],
  ringMs: [5 * second, 180 * second],
  maxMs: [second, dayMs],
  capMs: [10 * second, dayMs],
  silenceMs: [second, hourMs],
  askOnlineMs: [second, hourMs],
  wrapMs: [60 * second, 900 * second],
  idleMs: [minuteMs, 3 * 365 * dayMs],
  tokenMs: [30 * second, dayMs],
  voicemailMs: [second, 10 * minuteMs],
}
const mailSetup = [minuteMs, dayMs] as const
const retryWait = [second, 7 * dayMs] as const

/** What is wrong with a policy, if anything. */
export function checkPolicy(policy: Partial<Policy>, kind: SessionKind): Refused | undefined {
  for (const [name, usualBounds] of Object.entries(bounds) as [Lengths, Bounds[Lengths]][]) {
    const value = policy[name]
    if (value === undefined || value === null) continue
    const [least, most] = kind === 'email' && name === 'setupMs' ? mailSetup : usualBounds
    if (!within(value, least, most)) {
      return refuse('invalid', `Give ${name} as ${least} to ${most} milliseconds.`, { field: `policy.${name}` })
    }
  }
  return (policy.retry ? checkRetry(policy.retry) : undefined) ?? (policy.hours ? checkHours(policy.hours) : undefined)
}

/** Hours that are open at some time of the day, in a zone that is known. */
export function checkHours({ startHour, endHour, zone }: OwnHours, field = 'policy.hours'): Refused | undefined {
  if (!within(startHour, 0, 23) || !within(endHour, startHour + 1, 24))
    return refuse('invalid', 'Give whole hours from 0 to 24, the end after the start.', { field })
  if (zone !== null && !isZone(zone)) return refuse('invalid', 'Give a time zone by its IANA name.', { field })
  return undefined
}

/** As many retries and such waits as a session may have. */
export function checkRetry({ max, afterMs }: RetryPolicy, field = 'policy.retry'): Refused | undefined {
  if (!within(max, 1, limits.retries)) {
    return refuse('invalid', `Retry 1 to ${limits.retries} times.`, { field: `${field}.max` })
  }
  const [least, most] = retryWait
  if (afterMs.length === 0 || afterMs.length > limits.retries || !afterMs.every((wait) => within(wait, least, most))) {
    const message = `Give 1 to ${limits.retries} waits before retries, each of ${least} to ${most} milliseconds.`
    return refuse('invalid', message, { field: `${field}.afterMs` })
  }
  return undefined
}

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}
