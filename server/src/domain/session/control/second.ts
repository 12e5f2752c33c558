import type { Context, Decision } from '../../noun.ts'
import type { Instant, Milliseconds } from '../../vocabulary/instant.ts'
import type { Refused } from '../../vocabulary/refusal.ts'
import { causeAnswered, causeUnanswered } from '../causes.ts'
import type { Report, ReportedWhat } from '../commands.ts'
import { endLive } from '../ending.ts'
import type { SessionEvent } from '../events.ts'
import { limits } from '../limits.ts'
import type { Session } from '../state.ts'
import { endedLeg, leavingAgent } from './ending.ts'
import { evolveControl } from './evolve.ts'
import { failSecond } from './failing.ts'
import { agentTo } from './moves.ts'
import { changed, graceAnew, isJoined, isOver, isRinging } from './regions.ts'
import type { Control, SecondLeg } from './state.ts'

type Ended = Extract<ReportedWhat, { readonly is: 'ended' }>

/** How long answering the caller may take once the callee is there; a program's patience ends 5 s after its deadline. */
const pickUpMs: Milliseconds = 4_000

/** What the carrier reports of a second leg. Its own states put the reports in order: what comes twice or too late is kept and changes nothing. */
export function decideSecondLeg(
  session: Session,
  report: Report,
  context: Context<SessionEvent>,
): Decision<SessionEvent> | Refused {
  const { control, attempt } = session
  const second = control?.second
  const isKnown = second?.leg === report.leg && report.attempt === attempt.number && second?.state !== 'ended'
  if (!second || !isKnown || isOver(session)) return { events: [legRefused(report, context.now)] }
  const known: SecondLeg = {
    ...second,
    ...(second.callId === undefined &&
      report.callId !== undefined && { callId: report.callId.slice(0, limits.callId) }),
    reports: Math.max(second.reports, report.sequence),
  }
  return { events: heard(session, known, report, context) }
}

function heard(
  session: Session,
  second: SecondLeg,
  report: Report,
  context: Context<SessionEvent>,
): readonly SessionEvent[] {
  const { now: at } = context
  const { what } = report
  switch (what.is) {
    case 'placed':
    case 'progress':
      return second.callId === session.control?.second?.callId ? [] : [changed(session, at, what.is, { second })]
    case 'media':
    case 'dtmf':
      return []
    case 'ringing':
      if (second.state !== 'dialing') return [repeated(report, second, at)]
      return [changed(session, at, 'ringing', { second: { ...second, state: 'ringing' } })]
    case 'answered':
      return isRinging(second) ? answered(session, second, at) : [repeated(report, second, at)]
    case 'ended':
      return ended(session, second, what, context)
  }
}

/** Rule 5 for the second leg too: it rang before it was answered. */
function answered(session: Session, second: SecondLeg, at: Instant): readonly SessionEvent[] {
  const rang = changed(session, at, 'ringing', { second: { ...second, state: 'ringing' } })
  const skipped = second.state === 'dialing' ? [rang] : []
  return [...skipped, ...joined(session, { ...second, state: 'answered', answeredAt: at }, at)]
}

function joined(session: Session, second: SecondLeg, at: Instant): readonly SessionEvent[] {
  const control = session.control
  if (!control) return []
  if (second.purpose === 'transfer') {
    const taken = changed(session, at, 'answered', { second, waiting: null })
    return [taken, ...leavingAgent(evolveControl(session, taken), at, 'transfer')]
  }
  return [changed(session, at, 'answered', { second, ...(connected(control, at) ?? pickingUp(control, at)) })]
}

/** TF14: the caller is there already. */
function connected(control: Control, at: Instant) {
  if (control.agent !== 'answered') return undefined
  const { modeAfterConnect: mode } = control.settings
  return { ...agentTo(control.agent, 'connected'), mode, waiting: null, ...graceAnew(control, at) }
}

/** TF12: the caller still hears ringing, and is answered now; only then are the two connected. */
function pickingUp({ waiting }: Control, at: Instant) {
  return waiting ? { waiting: { ...waiting, until: Math.max(waiting.until, at + pickUpMs) } } : {}
}

function ended(
  session: Session,
  second: SecondLeg,
  what: Ended,
  context: Context<SessionEvent>,
): readonly SessionEvent[] {
  const { now: at } = context
  if (!isJoined(session)) {
    const cause = second.state === 'answered' ? causeAnswered(what) : causeUnanswered(what, second.state === 'ringing')
    return failSecond(session, at, { on: 'ended', cause, second })
  }
  // R4: either party's hang-up ends the call. It is a hand-over only if the agent had left the two alone (rule 3).
  const over = changed(session, at, 'ended', { second: endedLeg(second, at, causeAnswered(what)) })
  const stayed = session.control?.agent === 'connected'
  const fixed: readonly SessionEvent[] = stayed ? [{ type: 'outcome.fixed', at, outcome: 'completed' }] : []
  const after = { ...evolveControl(session, over), outcome: stayed ? ('completed' as const) : session.outcome }
  return [over, ...fixed, ...endLive(after, { cause: 'bridge_ended', protocol: what.protocol }, context)]
}

function legRefused({ attempt, leg, what, sequence }: Report, at: Instant): SessionEvent {
  const because = 'the leg is over, or was given up'
  return { type: 'control.leg_refused', at, attempt, leg: leg ?? '', what: what.is, sequence, because }
}

function repeated({ attempt, what, sequence }: Report, { leg, state }: SecondLeg, at: Instant): SessionEvent {
  const because = `leg ${leg} is ${state} already`
  return { type: 'report.refused', at, what: what.is, sequence, attempt, because }
}
