import type { Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { HangUp, Lose, Queue, Reject, Stop } from './commands.ts'
import { endAttempt, endLive, mayRetry, voicemailRetryDue, type Ending } from './ending.ts'
import type { SessionEvent } from './events.ts'
import { move } from './moves.ts'
import type { Session } from './state.ts'

type Deciding = Decision<SessionEvent> | Refused
type Deciders = Context<SessionEvent>

/** A batch starts its row, or has missed its time. Told again, or after it was stopped, nothing happens. */
export function decideQueue(
  session: Session,
  { because, ignoresHours, missed }: Queue,
  context: Deciders,
): Decision<SessionEvent> {
  const { state } = session
  const { now: at, by } = context
  if (state !== 'prepared' && state !== 'scheduled') return { events: [] }
  const queued = move(state, 'queued', { at, by, because, ...(ignoresHours && { ignoresHours }) })
  const ended = missed ? endAttempt({ ...session, state: 'queued' }, { cause: 'time_missed' }, context) : []
  return { events: [queued, ...ended] }
}

/** What goes on may end as it will; nothing changes where no retry could follow. */
export function decideDropRetry(session: Session, { now: at }: Deciders): Decision<SessionEvent> {
  if (session.state === 'ended' || !mayRetry(session)) return { events: [] }
  return { events: [{ type: 'retry.dropped', at }] }
}

/** By request: what waits is stopped, what is not answered yet canceled. A live call is only hung up when that is asked for (D16). */
export function decideStop(session: Session, { cause }: Stop, context: Deciders): Deciding {
  if (session.state === 'live') return refuse('wrong_state', 'It is live: hang it up instead.')
  return end(session, cause, context)
}

/** Ends whatever there is to end. */
export function decideHangUp(session: Session, { note }: HangUp, context: Deciders): Deciding {
  return end(session, 'stopped_by_request', context, note)
}

/** The rules of an agent keep a caller out. */
export function decideReject(session: Session, { attempt, note }: Reject, context: Deciders): Deciding {
  const { state, direction } = session
  if (direction !== 'inbound' || state !== 'ringing' || attempt !== session.attempt.number) {
    return refuse('wrong_state', 'Only a call that rings here can be rejected.')
  }
  return { events: endAttempt(session, { cause: 'inbound_rejected', note }, context) }
}

/** Nobody carries it any more, or its conversation was closed. */
export function decideLose(session: Session, { attempt, cause }: Lose, context: Deciders): Decision<SessionEvent> {
  if (attempt !== session.attempt.number) return { events: [] }
  switch (session.state) {
    case 'live':
      // A call goes on in another conversation (lifecycle section 4).
      if (cause === 'conversation_closed' && session.kind !== 'text') return { events: [] }
      return { events: endLive(session, { cause }, context) }
    case 'joining':
    case 'dialing':
    case 'ringing':
      return { events: cause === 'conversation_closed' ? [] : endAttempt(session, { cause }, context) }
    case 'prepared':
    case 'scheduled':
    case 'queued':
    case 'deferred':
    case 'wrapping':
    case 'ended':
    case 'erasing':
      return { events: [] }
  }
}

function end(session: Session, stopped: Stop['cause'], context: Deciders, note?: string): Deciding {
  const ending = (cause: Ending['cause']): Ending => ({ cause, note })
  switch (session.state) {
    case 'prepared':
    case 'scheduled':
    case 'queued':
    case 'deferred':
      return { events: endAttempt(session, ending(stopped), context) }
    case 'joining':
    case 'dialing':
    case 'ringing':
      return { events: endAttempt(session, ending('canceled_by_request'), context) }
    case 'live':
      return { events: endLive(session, ending('request_hangup'), context) }
    case 'wrapping':
      return dropRetry(session, context)
    case 'ended':
      // D17: to stop what was stopped is a safe repeat.
      return session.outcome === 'stopped' ? { events: [] } : over()
    case 'erasing':
      return over()
  }
}

/** The line has dropped already; only a retry that is due can still be stopped. */
function dropRetry(session: Session, { now: at }: Deciders): Deciding {
  const { outcome } = session
  if (outcome === null || !voicemailRetryDue(session)) return over()
  return { events: [{ type: 'outcome.fixed', at, outcome }] }
}

function over(): Refused {
  return refuse('closed', 'It is over already.')
}
