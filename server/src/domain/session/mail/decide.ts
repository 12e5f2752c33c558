import type { Context, Decision } from '../../noun.ts'
import { minuteMs, type Milliseconds } from '../../vocabulary/instant.ts'
import { refuse, type Refused } from '../../vocabulary/refusal.ts'
import { endAttempt, endLive } from '../ending.ts'
import type { FailTurn } from '../commands.ts'
import type { SessionEvent } from '../events.ts'
import { evolve } from '../evolve.ts'
import { limits, policyOf } from '../limits.ts'
import { move } from '../moves.ts'
import type { Session } from '../state.ts'
import type { ComposeMail, LeaveMail, MailCommand, SettleMail, TakeMail } from './commands.ts'
import type { MailSettled } from './events.ts'
import { mailKey } from './finding.ts'
import type { Outgoing } from './state.ts'
import { askedAgainAt } from './turns.ts'

type Deciding = Decision<SessionEvent> | Refused
type Deciders = Context<SessionEvent>

/** Waits after a refusal for the time being; the last one repeats. Greylisting wants some minutes. */
const againMs: readonly Milliseconds[] = [1, 5, 15, 30, 60].map((minutes) => minutes * minuteMs)

export function decideMail(session: Session, command: MailCommand, context: Deciders): Deciding {
  if (session.kind !== 'email') return refuse('wrong_state', 'Only an e-mail session has mail.')
  switch (command.type) {
    case 'compose_mail':
      return compose(session, command, context)
    case 'settle_mail':
      return settle(session, command, context)
    case 'take_mail':
      return take(session, command, context)
    case 'leave_mail':
      return leave(session, command, context)
  }
}

/** One mail at a time, and nothing is answered twice. */
function compose(session: Session, { type: _type, ...told }: ComposeMail, { now: at }: Deciders): Deciding {
  const { state, mail = {} } = session
  if (state !== 'dialing' && state !== 'live') return over(session)
  const isFirst = told.answers === 0
  if (isFirst !== (state === 'dialing')) return refuse('wrong_state', 'The first mail comes before all answers.')
  if (mail.outgoing !== undefined) return refuse('wrong_state', 'Another mail is on its way: wait for it.')
  const { received = 0, answered = 0 } = mail
  if (!isFirst && (told.answers <= answered || told.answers > received))
    return refuse('wrong_state', 'There is nothing to answer.')
  return { events: [{ type: 'mail.composed', at, ...told }] }
}

/**
 * Sent: it is live, and what the agent wanted afterwards happens. What is told twice changes nothing; what is told too late is
 * refused (rule 2).
 */
function settle(session: Session, told: SettleMail, context: Deciders): Deciding {
  const { state, mail, attempt } = session
  const { now: at } = context
  if (state !== 'dialing' && state !== 'live') {
    const because = `it came when the session was ${state}`
    return { events: [{ type: 'report.refused', at, what: `mail_${told.is}`, attempt: attempt.number, because }] }
  }
  const outgoing = mail?.outgoing
  if (outgoing?.messageId !== told.messageId || (outgoing.unsure && told.is !== 'sent')) return { events: [] }
  const settled = settledAs(session, told, at)
  return { events: [settled, ...onward(session, settled, outgoing, context)] }
}

/** Where a mail that was refused is tried again, or nobody knows about the first one, all stays as it is. */
function onward(session: Session, settled: MailSettled, { afterwards }: Outgoing, context: Deciders): SessionEvent[] {
  const { now: at, by } = context
  const { is, because, retryAt } = settled
  const isFirst = session.state === 'dialing'
  if (retryAt !== undefined || (is === 'unknown' && isFirst)) return []
  if (is === 'refused' && isFirst)
    return endAttempt(session, { cause: 'mail_not_sent', by: 'carrier', note: because }, context)
  const moved = isFirst ? [move('dialing', 'live', { at, by, because: 'its first mail was sent' })] : []
  if (!afterwards) return moved
  return [...moved, ...endLive(moved.reduce(evolve, session), afterwards, context)]
}

function settledAs(session: Session, { messageId, is, code, because, temporary }: SettleMail, at: number): MailSettled {
  const retryAt = is === 'refused' && temporary ? nextTry(session, at) : undefined
  return {
    type: 'mail.settled',
    at,
    messageId,
    is,
    ...(code !== undefined && { code }),
    ...(because !== undefined && { because: because.slice(0, limits.note) }),
    ...(retryAt !== undefined && { retryAt }),
  }
}

/** A mail is tried for as long as the first one may take; undefined: no longer. */
function nextTry(session: Session, now: number): number | undefined {
  const outgoing = session.mail?.outgoing
  if (outgoing === undefined) return undefined
  const at = now + (againMs[Math.min(outgoing.refusals, againMs.length - 1)] ?? 0)
  return at < outgoing.since + policyOf(session).setupMs ? at : undefined
}

/** What the user wrote; the same mail twice is one. */
function take(session: Session, { type: _type, automatic, ...told }: TakeMail, context: Deciders): Deciding {
  if (session.state !== 'live') return over(session)
  if (told.messageId !== undefined && context.found(mailKey(told.messageId))) return { events: [] }
  const turn = automatic ? undefined : (session.mail?.received ?? 0) + 1
  return { events: [{ type: 'mail.received', at: context.now, ...told, ...(turn !== undefined && { turn }) }] }
}

/**
 * The agent gave no turn. Where it was not reached it is asked twice more within an hour; otherwise a first mail fails, and what was to
 * be answered has no answer coming. What somebody else has written meanwhile stays.
 */
export function failMail(session: Session, command: FailTurn, context: Deciders): Deciding {
  const { state, mail = {} } = session
  const { now: at } = context
  const { again } = command
  const answers = Math.min(command.answers ?? Infinity, mail.received ?? 0)
  if (mail.outgoing || (state === 'live' && answers <= (mail.answered ?? 0))) return { events: [] }
  const because = command.because.slice(0, limits.note)
  const retryAt = again ? askedAgainAt(mail, at) : undefined
  if (retryAt !== undefined) return { events: [{ type: 'turn.failed', at, because, retryAt }] }
  if (state === 'live') return { events: [{ type: 'turn.failed', at, because, answers }] }
  const failed: SessionEvent = { type: 'turn.failed', at, because }
  return {
    events: [failed, ...endAttempt(session, { cause: 'mail_not_sent', by: 'agent', note: because }, context)],
  }
}

function leave(session: Session, { note }: LeaveMail, context: Deciders): Deciding {
  if (session.state !== 'dialing' || session.mail?.outgoing) return { events: [] }
  return { events: endAttempt(session, { cause: 'mail_not_sent', by: 'agent', note }, context) }
}

function over({ state }: Session): Refused {
  if (state === 'dialing') return refuse('wrong_state', 'Wait until it is live.')
  return refuse('closed', 'It is over: no more mail is written in it.')
}
