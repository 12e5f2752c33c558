import type { Context, Decision } from '../noun.ts'
import type { Refused } from '../vocabulary/refusal.ts'
import { causeAbandoned, causeAnswered, causeUnanswered } from './causes.ts'
import type { DialAnswered, Report, ReportedWhat } from './commands.ts'
import { decideSecondLeg } from './control/control.ts'
import { endAttempt, endLive } from './ending.ts'
import type { LegReported, SessionEvent } from './events.ts'
import { limits } from './limits.ts'
import { move } from './moves.ts'
import { hasLeft, isInFlight } from './standing.ts'
import type { Cause, Ender, Session } from './state.ts'

type Deciders = Context<SessionEvent>
type What<Is extends ReportedWhat['is']> = Extract<ReportedWhat, { readonly is: Is }>

/**
 * What a carrier reports about a leg, in any order, twice, late or never. What comes too late or not in its place is kept as
 * refused and changes nothing (rule 2); a step that was skipped is written first (rule 5).
 */
export function decideReport(session: Session, report: Report, context: Deciders): Decision<SessionEvent> | Refused {
  if (report.leg !== undefined) return decideSecondLeg(session, report, context)
  const because = whyRefused(session, report)
  return { events: because === undefined ? take(session, report, context) : [refused(report, because, context)] }
}

/** What came of placing the call. Nobody can tell: the deadline ends it. */
export function decideDialAnswered(
  session: Session,
  { attempt, answer }: DialAnswered,
  context: Deciders,
): Decision<SessionEvent> {
  if (answer.is === 'unknown') return { events: [] }
  const isPresent = attempt === session.attempt.number
  if (answer.is === 'placed') {
    if (!isPresent || !isInFlight(session)) return { events: [lateAnswer('placed', attempt, context)] }
    if (session.attempt.callId !== undefined) return { events: [] }
    const callId = answer.callId.slice(0, limits.callId)
    return { events: [{ type: 'leg.reported', at: context.now, what: 'placed', sequence: -1, callId }] }
  }
  if (!isPresent || session.state !== 'dialing') return { events: [lateAnswer('refused', attempt, context)] }
  const { cause, protocol } = answer
  return { events: endAttempt(session, { cause, by: 'carrier', protocol }, context) }
}

function whyRefused(session: Session, { attempt, sequence, what }: Report): string | undefined {
  const { state } = session
  if (attempt !== session.attempt.number) return 'it is about another attempt'
  if (!isInFlight(session) && !(state === 'wrapping' && what.is === 'media'))
    return `it came when the session was ${state}`
  if (!isNews(session, what) && sequence <= (session.attempt.reports ?? -1))
    return 'it came twice, or after a later one'
  if (state === 'live' && (what.is === 'answered' || what.is === 'ringing')) return 'it was answered already'
  return undefined
}

/**
 * Whether a report is taken whatever its place in the carrier's count: what moves the session on is put in order by its state,
 * and sound is counted in totals. The count only catches what came twice (rule 2).
 */
export function isNews({ state, kind }: Pick<Session, 'state' | 'kind'>, { is }: Pick<ReportedWhat, 'is'>): boolean {
  switch (is) {
    case 'ended':
    case 'media':
      return true
    case 'answered':
      return state !== 'live'
    case 'ringing':
      return state === 'dialing' && kind === 'telephone'
    case 'placed':
    case 'progress':
    case 'dtmf':
      return false
  }
}

function take(session: Session, report: Report, context: Deciders): SessionEvent[] {
  const { what } = report
  switch (what.is) {
    case 'placed':
    case 'progress':
      return [reported(session, report, what.is, context)]
    case 'ringing':
      return ring(session, report, context)
    case 'answered':
      return answer(session, report, what, context)
    case 'media':
      return listen(session, report, what, context)
    case 'dtmf': {
      const digits = what.digits.replace(/[^0-9A-D*#]/g, '').slice(-limits.dtmf)
      return digits === '' ? [] : [{ ...reported(session, report, 'dtmf', context), digits }]
    }
    case 'ended':
      return end(session, report, what, context)
  }
}

/** Told again that it rings, the time it may ring does not start anew. */
function ring(session: Session, report: Report, context: Deciders): SessionEvent[] {
  if (session.state !== 'dialing' || session.kind !== 'telephone') {
    return [reported(session, report, 'progress', context)]
  }
  return [move('dialing', 'ringing', { ...told('it rings', context), ...identified(session, report) })]
}

function answer(session: Session, report: Report, what: What<'answered'>, context: Deciders): SessionEvent[] {
  const because = 'answered'
  const { lease, streamId } = what
  const live = {
    ...told(because, context),
    ...identified(session, report),
    ...(lease !== undefined && { lease: lease.slice(0, limits.lease) }),
    ...(streamId !== undefined && { streamId }),
  }
  switch (session.state) {
    case 'dialing':
      if (session.kind !== 'telephone') return [move('dialing', 'live', live)]
      // Rule 5: nobody answers what did not ring.
      return [move('dialing', 'ringing', told('it was answered', context)), move('ringing', 'live', live)]
    case 'ringing':
      return [move('ringing', 'live', live)]
    case 'joining':
      return [move('joining', 'live', { ...live, because: 'the user joined' })]
    case 'prepared':
    case 'scheduled':
    case 'queued':
    case 'deferred':
    case 'live':
    case 'wrapping':
    case 'ended':
    case 'erasing':
      return []
  }
}

/**
 * Totals: those that say nothing new, or less than was known, are not kept. The last ones may come when the line was dropped;
 * they do not say when sound first came.
 */
function listen(session: Session, report: Report, what: What<'media'>, context: Deciders): SessionEvent[] {
  const known = session.attempt.media
  const receivedPackets = Math.max(what.receivedPackets, known?.receivedPackets ?? 0)
  const sentPackets = Math.max(what.sentPackets, known?.sentPackets ?? 0)
  if (known?.receivedPackets === receivedPackets && known.sentPackets === sentPackets) return []
  const media = { receivedPackets, sentPackets, received: receivedPackets > 0 && session.state !== 'wrapping' }
  return [{ ...reported(session, report, 'media', context), media }]
}

function end(session: Session, report: Report, what: What<'ended'>, context: Deciders): SessionEvent[] {
  const { callId } = identified(session, report)
  const first = callId === undefined ? [] : [reported(session, report, 'progress', context)]
  const { protocol, by } = what
  const ending = { cause: causeOf(session, what), protocol, by: enderOf(session, by) }
  if (session.state === 'live') return [...first, ...endLive(session, ending, context)]
  return [...first, ...endAttempt(session, ending, context)]
}

/** Why it is over, by how far it had come (B19). */
function causeOf(session: Session, what: What<'ended'>): Cause {
  const { state, kind, direction, attempt } = session
  if (state === 'live') {
    const cause = causeAnswered(what)
    return cause === 'user_hangup' && hasLeft(session) ? 'bridge_ended' : cause
  }
  if (kind === 'email') return 'mail_not_sent'
  if (kind === 'browser' || direction === 'inbound') return causeAbandoned(what)
  return causeUnanswered(what, attempt.ringingAt !== undefined)
}

/** Where the carrier says who it was, that counts; an end by us that we do not know of is the server's. */
function enderOf(session: Session, by: What<'ended'>['by']): Ender | undefined {
  if (by === 'us') return 'server'
  return session.state === 'live' ? by : undefined
}

/** The carrier's own id of the leg, where it was not known, and the place of the report in its count. */
function identified({ attempt }: Session, { sequence, callId }: Report): { sequence: number; callId?: string } {
  if (callId === undefined || attempt.callId !== undefined) return { sequence }
  return { sequence, callId: callId.slice(0, limits.callId) }
}

function reported(session: Session, report: Report, what: LegReported['what'], { now: at }: Deciders): LegReported {
  return { type: 'leg.reported', at, what, ...identified(session, report) }
}

function told(because: string, { now: at, by }: Deciders): { at: number; by: string; because: string } {
  return { at, by, because }
}

function refused({ what, sequence, attempt }: Report, because: string, { now: at }: Deciders): SessionEvent {
  return { type: 'report.refused', at, what: what.is, sequence, attempt, because }
}

function lateAnswer(what: string, attempt: number, { now: at }: Deciders): SessionEvent {
  return { type: 'report.refused', at, what, attempt, because: 'its attempt was over' }
}
