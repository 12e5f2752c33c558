import type { Context, Decision } from '../../noun.ts'
import type { Instant } from '../../vocabulary/instant.ts'
import { refuse, type Refused } from '../../vocabulary/refusal.ts'
import type { SessionEvent } from '../events.ts'
import { connectMs } from '../limits.ts'
import { move } from '../moves.ts'
import type { Session } from '../state.ts'
import type { ControlCommand } from './commands.ts'
import { failSecond } from './failing.ts'
import { controlWhenLive } from './following.ts'
import { changed, controlOf, failed, isOver } from './regions.ts'
import type { SecondLeg, WaitingCommand } from './state.ts'

type Deciding = Decision<SessionEvent> | Refused
type Of<Type extends ControlCommand['type']> = Extract<ControlCommand, { readonly type: Type }>

const leastRingMs = 1_000

/** TF10, TF11: the carrier is asked to answer the caller; what comes of it is `answer_done`. */
export function decideAnswer(session: Session, { id, until }: Of<'answer'>, context: Context<SessionEvent>): Deciding {
  const waiting: WaitingCommand = { id, name: 'answer', until }
  return (
    checkWaiting(session, waiting, context.now) ?? {
      events: [changed(session, context.now, 'answer', { waiting })],
    }
  )
}

/** TF12–TF14, TF23: rings the callee while the caller keeps ringing or talking; on a session its program opened, the call itself is made. */
export function decideConnect(session: Session, command: Of<'connect'>, context: Context<SessionEvent>): Deciding {
  const { now: at } = context
  const waiting: WaitingCommand = { id: command.id, name: 'connect', until: command.until }
  const refused = checkRing(command) ?? checkWaiting(session, waiting, at)
  if (refused) return refused
  const { agent, settings } = controlOf(session)
  if (!settings.openedByProgram || agent === 'answered') {
    return { events: [changed(session, at, 'connect', { second: newLeg(command, context), waiting })] }
  }
  if (session.state !== 'scheduled') {
    return refuse('in_use', 'The call is being made already; wait for what comes of it, or close it.')
  }
  const until = Math.min(command.until, at + command.ringMs)
  const because = 'its program connects'
  return {
    events: [
      changed(session, at, 'connect', { waiting: { ...waiting, until } }),
      move('scheduled', 'queued', { at, by: context.by, because }),
    ],
  }
}

/** Another person is rung while agent and user talk on; at the answer the agent leaves. */
export function decideTransfer(session: Session, command: Of<'transfer'>, context: Context<SessionEvent>): Deciding {
  const { now: at } = context
  const waiting: WaitingCommand = { id: command.id, name: 'transfer', until: at + command.ringMs }
  const refused = checkRing(command) ?? checkWaiting(session, waiting, at)
  return refused ?? { events: [changed(session, at, 'transfer', { second: newLeg(command, context), waiting })] }
}

/** What the carrier says to an answer that was asked of it, for `answer` or for the caller of a `connect` whose callee is there. */
export function decideAnswerDone(
  session: Session,
  { id, failed: because }: Of<'answer_done'>,
  context: Context<SessionEvent>,
): Decision<SessionEvent> {
  const { agent, waiting } = controlOf(session)
  if (isOver(session) || agent !== 'pending' || session.state !== 'ringing') return { events: [] }
  // An answer that succeeds after its command was given up is a fact all the same: the caller hears us.
  if (because === undefined) return { events: goLive(session, context) }
  if (waiting?.id !== id) return { events: [] }
  if (waiting.name === 'answer') return { events: [failed(waiting, context.now, because)] }
  return { events: failSecond(session, context.now, { on: 'answer_done', cause: 'carrier_error', because }) }
}

/** The caller is answered: an inbound session goes live. */
function goLive(session: Session, { now: at, by }: Context<SessionEvent>): readonly SessionEvent[] {
  return [move('ringing', 'live', { at, by, because: 'answered' }), ...controlWhenLive(session, at)]
}

function newLeg(
  { type, to, from, ringMs }: Of<'connect' | 'transfer'>,
  { now: at, next }: Context<SessionEvent>,
): SecondLeg {
  const own = { leg: `s${next}`, state: 'dialing', purpose: type } as const
  return { ...own, to, from, dialedAt: at, ringUntil: at + ringMs, reports: 0 }
}

function checkRing({ to, ringMs }: Of<'connect' | 'transfer'>): Refused | undefined {
  if (to === '') return refuse('invalid', 'Say whom to ring.', { field: 'to' })
  if (Number.isInteger(ringMs) && ringMs >= leastRingMs && ringMs <= connectMs) return undefined
  return refuse('invalid', 'Give a ring time of 1 to 120 seconds.', { field: 'ringMs' })
}

/** One command waits at a time, each until an instant to come; the same one again is nothing new. */
function checkWaiting(session: Session, { id, until }: WaitingCommand, now: Instant): Deciding | undefined {
  const { waiting } = controlOf(session)
  if (waiting?.id === id) return { events: [] }
  if (waiting) {
    const message = `A command to ${waiting.name} waits for its result; wait for it, or close the call.`
    return refuse('in_use', message)
  }
  if (until > now) return undefined
  return refuse('invalid', 'Give the command a deadline that is to come.', { field: 'until' })
}
