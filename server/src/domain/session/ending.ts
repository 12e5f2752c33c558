import type { Context } from '../noun.ts'
import type { Instant } from '../vocabulary/instant.ts'
import { enderOf, isBeyondRetry, outcomeOf, saysOf } from './causes.ts'
import type { SessionEvent, SessionMoved } from './events.ts'
import { limits, policyOf } from './limits.ts'
import { carries, move, moves, type Recorded } from './moves.ts'
import type { Cause, End, Ender, Protocol, Session, SessionOutcome } from './state.ts'

/** How something ends. `by`: when it is not who usually brings this cause about. */
export interface Ending {
  readonly cause: Cause
  readonly by?: Ender | undefined
  /** Absent: now. */
  readonly at?: Instant | undefined
  readonly protocol?: Protocol | undefined
  readonly note?: string | undefined
}

type Deciding = Pick<Context<SessionEvent>, 'now' | 'by'>

/** The line drops, or the agent's work is over: everything that was live goes on to wrapping (rules 3 and 4). */
export function endLive(session: Session, ending: Ending, { now, by }: Deciding): SessionEvent[] {
  const at = ending.at ?? now
  // Rule 3: once the agent has left, its outcome is fixed.
  const outcome = session.outcome ?? outcomeOf(ending.cause)
  const end = endOf(ending, at)
  const told = { at, by, because: saysOf(ending.cause) }
  const carried = carries(moves.live.wrapping, outcome) ? outcome : 'failed'
  return [move('live', 'wrapping', { ...told, outcome: carried, end })]
}

/** What never went live ends here, or waits for its next attempt (rules 4, 5 and 6). */
export function endAttempt(session: Session, ending: Ending, { now, by }: Deciding): SessionEvent[] {
  const at = ending.at ?? now
  const told = { at, by, because: saysOf(ending.cause) }
  const end = endOf(ending, at)
  const outcome = outcomeOf(ending.cause)
  const { state } = session
  // Rule 5: a phone that was busy or not answered did ring.
  const rang = state === 'dialing' && session.kind === 'telephone' && (outcome === 'busy' || outcome === 'no_answer')
  const first = rang ? [move('dialing', 'ringing', told)] : []
  const from = rang ? 'ringing' : state
  return [...first, ...(retried(session, from, { outcome, end, told }) ?? [ended(from, outcome, { ...told, end })])]
}

/** Nothing is left to settle: ended for good, or, after a voicemail, waiting for the next attempt (rule 8). */
export function endWrap(session: Session, { now: at, by }: Deciding): SessionEvent[] {
  const { outcome, end } = session
  if (outcome === null || end === null) throw new Error('A session in wrapping has an outcome and an end.')
  if (voicemailRetryDue(session)) {
    const retryAt = at + waitOf(session)
    const told = { at, by, because: 'a voicemail answered: it is tried again' }
    return [
      attemptEnded(session, { at, outcome, end, retryAt }),
      move('wrapping', 'scheduled', { ...told, dueAt: retryAt }),
    ]
  }
  const carried = carries(moves.wrapping.ended, outcome) ? outcome : 'failed'
  return [move('wrapping', 'ended', { at, by, because: 'settled', outcome: carried, end })]
}

/** Whether wrapping will lead to another attempt. */
export function voicemailRetryDue({ end, outcome, ...session }: Session): boolean {
  return (
    end?.cause === 'voicemail' &&
    outcome === 'completed' &&
    policyOf(session).retry?.onVoicemail === true &&
    mayRetry(session)
  )
}

interface Attempted {
  readonly outcome: SessionOutcome
  readonly end: End
  readonly told: Recorded
}

/** The attempt's ending and the waiting for the next one; undefined: none follows. */
function retried(
  session: Session,
  from: Session['state'],
  { outcome, end, told }: Attempted,
): SessionEvent[] | undefined {
  const dueAt = nextDue(session, outcome, end)
  if (dueAt === undefined) return undefined
  const moved = rescheduled(from, outcome, { ...told, ...(dueAt !== null && { dueAt }) })
  if (moved === undefined) return undefined
  const waiting = session.control?.waiting
  const answered: SessionEvent[] =
    dueAt === null && waiting
      ? [{ type: 'control.failed', at: told.at, command: waiting.name, id: waiting.id, because: told.because }]
      : []
  return [...answered, attemptEnded(session, { at: told.at, outcome, end, retryAt: dueAt ?? told.at }), moved]
}

/** When it is tried again. Null: when its program connects again; undefined: never. */
function nextDue(session: Session, outcome: SessionOutcome, { cause, at }: End): Instant | null | undefined {
  switch (outcome) {
    case 'no_answer':
    case 'busy':
    case 'failed':
    case 'error':
      // A failed connect is outside the retry count (lifecycle: Control).
      if (session.control?.settings.openedByProgram) return null
      if (isBeyondRetry(cause) || !mayRetry(session)) return undefined
      return policyOf(session).retry?.on.includes(outcome) ? at + waitOf(session) : undefined
    case 'completed':
    case 'transferred':
    case 'canceled':
    case 'stopped':
    case 'balance_low':
      return undefined
  }
}

/** Rule 6: only outbound telephone calls, as often as was said, and not after the agent has left. */
export function mayRetry(session: Pick<Session, 'kind' | 'direction' | 'retries' | 'noRetry' | 'policy'>): boolean {
  const { kind, direction, retries, noRetry } = session
  if (kind !== 'telephone' || direction !== 'outbound' || noRetry) return false
  return retries < (policyOf(session).retry?.max ?? 0)
}

/** The wait before the next retry; the last one repeats (D39). */
function waitOf(session: Session): number {
  const waits = policyOf(session).retry?.afterMs ?? []
  return waits[Math.min(session.retries, waits.length - 1)] ?? 0
}

function attemptEnded(
  session: Session,
  how: Omit<Extract<SessionEvent, { type: 'attempt.ended' }>, 'type' | 'attempt'>,
) {
  return { type: 'attempt.ended', attempt: numberOf(session), ...how } as const
}

/** The attempt that ends: one that got no further than the queue has a number of its own too. */
function numberOf({ state, attempt }: Session): number {
  return state === 'queued' || state === 'deferred' ? attempt.number + 1 : attempt.number
}

function rescheduled(
  from: Session['state'],
  outcome: SessionOutcome,
  told: Recorded & { readonly dueAt?: Instant },
): SessionMoved | undefined {
  switch (from) {
    case 'queued':
    case 'deferred':
      return carries(moves[from].scheduled, outcome) ? move(from, 'scheduled', told) : undefined
    case 'dialing':
      return carries(moves.dialing.scheduled, outcome) ? move('dialing', 'scheduled', told) : undefined
    case 'ringing':
      return carries(moves.ringing.scheduled, outcome) ? move('ringing', 'scheduled', told) : undefined
    case 'prepared':
    case 'scheduled':
    case 'joining':
    case 'live':
    case 'wrapping':
    case 'ended':
    case 'erasing':
      return undefined
  }
}

/** The move to `ended`, with what its state may carry that comes nearest. */
function ended(from: Session['state'], outcome: SessionOutcome, told: Recorded & { readonly end: End }): SessionMoved {
  switch (from) {
    case 'prepared':
    case 'scheduled':
      return move(from, 'ended', { ...told, outcome: 'stopped' })
    case 'queued':
    case 'deferred':
      return move(from, 'ended', { ...told, outcome: carries(moves[from].ended, outcome) ? outcome : 'error' })
    case 'joining':
      return move(from, 'ended', { ...told, outcome: carries(moves[from].ended, outcome) ? outcome : 'failed' })
    case 'dialing':
      return move(from, 'ended', { ...told, outcome: carries(moves[from].ended, outcome) ? outcome : 'failed' })
    case 'ringing':
      return move(from, 'ended', { ...told, outcome: carries(moves[from].ended, outcome) ? outcome : 'failed' })
    case 'live':
    case 'wrapping':
    case 'ended':
    case 'erasing':
      throw new Error(`An attempt that is ${from} does not end here.`)
  }
}

/** The end as it is kept: who brought it about, and what the protocols said, within bounds. */
function endOf({ cause, by, protocol, note }: Ending, at: Instant): End {
  return {
    cause,
    by: by ?? enderOf(cause),
    at,
    ...(protocol && { protocol: kept(protocol) }),
    ...(note !== undefined && note !== '' && { note: note.slice(0, limits.note) }),
  }
}

function kept({ sip, q850, code, scheme, text }: Protocol): Protocol {
  return {
    ...(sip !== undefined && { sip }),
    ...(q850 !== undefined && { q850 }),
    ...(code !== undefined && { code }),
    ...(scheme !== undefined && { scheme: scheme.slice(0, limits.scheme) }),
    ...(text !== undefined && { text: text.slice(0, limits.protocolText) }),
  }
}
