import type { Context, Deadline, Decision } from '../noun.ts'
import { yearsAfter, type Instant, type Milliseconds } from '../vocabulary/instant.ts'
import { failPending } from './artefacts.ts'
import type { Lapse, SessionCommand } from './commands.ts'
import { controlDeadline, decideControlLapse, offerRingsUntil } from './control/control.ts'
import { isJoined } from './control/regions.ts'
import { endAttempt, endLive } from './ending.ts'
import type { SessionEvent } from './events.ts'
import { lastWordsMs, noAudioMs, noMediaMs, policyOf, preparedMs } from './limits.ts'
import { move } from './moves.ts'
import { hasLeft, isAlone } from './standing.ts'
import type { Cause, Session } from './state.ts'

/** What time alone brings. `what` names it in its command; `cause`: the attempt or the call ends by it. */
interface Due {
  readonly at: Instant
  readonly because: string
  readonly what:
    | 'start'
    | 'opening'
    | 'mail'
    | 'mail_turn'
    | 'ask_online'
    | 'last_words'
    | 'no_audio'
    | 'wrapped'
    | 'end'
  readonly cause?: Cause
  readonly note?: string
}

/** The next thing that time alone brings: every state but the last has one from the moment it is entered (rule 1). */
export function deadline(session: Session): Deadline<SessionCommand> | undefined {
  const own = nextDue(session)
  const steered = session.control && controlDeadline(session)
  if (own === undefined || (steered && steered.at < own.at)) return steered
  const { at, because, cause, what } = own
  return { at, command: { type: 'lapse', what: cause ?? what }, because }
}

/** The deadline's own command: nothing happens unless it is what is due now. */
export function decideLapse(session: Session, { what }: Lapse, context: Context<SessionEvent>): Decision<SessionEvent> {
  const due = nextDue(session)
  if (due === undefined || what !== (due.cause ?? due.what)) return decideControlLapse(session, what, context)
  if (due.at > context.now) return { events: [] }
  return { events: lapse(session, due, context) }
}

function lapse(session: Session, due: Due, context: Context<SessionEvent>): SessionEvent[] {
  const { now: at, by } = context
  switch (due.what) {
    case 'start':
      if (session.state !== 'prepared' && session.state !== 'scheduled') return []
      return [move(session.state, 'queued', { at, by, because: due.because })]
    case 'opening':
      return [{ type: 'slot.asked', at, openings: (session.openings ?? []).filter((opening) => opening > at) }]
    case 'mail': {
      const messageId = session.mail?.outgoing?.messageId
      return messageId === undefined ? [] : [{ type: 'mail.due', at, messageId }]
    }
    case 'mail_turn':
      return [{ type: 'mail.turn_due', at }]
    case 'ask_online':
      return [{ type: 'online.asked', at }]
    case 'last_words':
      return [{ type: 'parting.asked', at }]
    case 'no_audio':
      return [{ type: 'media.no_audio', at }]
    case 'wrapped':
      return failPending(session, context)
    case 'end': {
      const { cause = 'no_response', note } = due
      const ending = { cause, by: 'deadline', note } as const
      return session.state === 'live' ? endLive(session, ending, context) : endAttempt(session, ending, context)
    }
  }
}

function nextDue(session: Session): Due | undefined {
  const { state, createdAt, entered, queuedAt = entered.at } = session
  const policy = policyOf(session)
  switch (state) {
    case 'prepared':
      if (session.dueAt !== undefined) return { at: session.dueAt, what: 'start', because: 'its batch starts' }
      return ends(createdAt + preparedMs, 'batch_expired', 'its batch was not started')
    case 'scheduled':
      return whenScheduled(session)
    case 'queued':
      return ends(queuedAt + policy.queueMs, 'queue_timeout', 'it waited too long for a slot')
    case 'deferred':
      return whenDeferred(session)
    case 'joining':
      return ends(entered.at + policy.tokenMs, 'token_expired', 'its join token expired')
    case 'dialing':
      return whenDialing(session)
    case 'ringing':
      return ends(ringsUntil(session), 'ring_timeout', 'it rang too long')
    case 'live':
      return session.kind === 'telephone' || session.kind === 'browser' ? whenTalking(session) : whenWriting(session)
    case 'wrapping':
      return { at: entered.at + policy.wrapMs, what: 'wrapped', because: 'its artefacts were not settled in time' }
    case 'ended':
    case 'erasing':
      return undefined
  }
}

function whenScheduled(session: Session): Due {
  const { dueAt, entered } = session
  if (dueAt !== undefined) return { at: dueAt, what: 'start', because: 'its time has come' }
  const note = 'its program did not connect in time'
  return { ...ends(entered.at + policyOf(session).ringMs, 'stopped_by_request', note), note }
}

/** It asks at each opening for a slot, and waits until then; never armed by anything but the clock. */
function whenDeferred({ openings = [], giveUpAt, entered }: Session): Due {
  const last = giveUpAt ?? entered.at
  const next = openings[0]
  if (next !== undefined && next < last) return { at: next, what: 'opening', because: 'its calling hours begin' }
  return ends(last, 'no_calling_window', 'it waited too long for its calling hours and a slot')
}

function whenDialing(session: Session): Due {
  const { kind, attempt, entered } = session
  const at = (attempt.dialedAt ?? entered.at) + policyOf(session).setupMs
  if (kind === 'email') return mailedAgain(session, ends(at, 'mail_not_sent', 'its first mail was not sent in time'))
  // Law B16: stopped, if the carrier has said nothing at all.
  if (!attempt.heard) return ends(at, 'no_response', 'the carrier reported nothing')
  return ends(at, 'setup_timeout', 'it did not begin to ring in time')
}

/** An inbound call rings for its offers; an outbound one as long as was said. */
function ringsUntil(session: Session): Instant {
  const { direction, attempt, entered } = session
  if (direction === 'inbound') return offerRingsUntil(session)
  return (attempt.ringingAt ?? entered.at) + policyOf(session).ringMs
}

function whenWriting(session: Session): Due {
  const { attempt, entered, createdAt } = session
  const { idleMs } = policyOf(session)
  const longest = yearsAfter(createdAt, 3)
  const idle = idleMs === null ? longest : (attempt.quietFrom ?? entered.at) + idleMs
  return mailedAgain(session, ends(Math.min(idle, longest), 'idle', 'nothing was written for too long'))
}

/** A mail that was refused for the time being is handed over again before that, and an agent is asked again, if its time comes first. */
function mailedAgain({ mail }: Session, end: Due): Due {
  const { outgoing, askAt } = mail ?? {}
  const retryAt = outgoing?.retryAt
  if (retryAt !== undefined && retryAt < end.at)
    return { at: retryAt, what: 'mail', because: 'its mail was refused for the time being' }
  if (outgoing || askAt === undefined || askAt >= end.at) return end
  return { at: askAt, what: 'mail_turn', because: 'its agent could not be asked before' }
}

/** The earliest of its clocks; what is merely asked or noted comes before what ends it at the same instant. */
function whenTalking(session: Session): Due {
  const { attempt, entered } = session
  const { maxMs, capMs } = policyOf(session)
  const { answeredAt = entered.at } = attempt
  const cap = ends(answeredAt + capMs, 'max_duration', 'it reached the longest duration of the platform')
  const dues: (Due | undefined)[] = [
    ...whenQuiet(session, quietFrom(session, answeredAt)),
    ...whenUnheard(session, answeredAt),
    // Rule 10: the agent's own limit stops counting at the bridge.
    isJoined(session) ? undefined : ends(answeredAt + maxMs, 'max_duration', 'it reached its longest duration'),
  ]
  return dues.reduce<Due>(
    (first, due) => (due !== undefined && (due.at < first.at || isMilder(due, first)) ? due : first),
    cap,
  )
}

function isMilder(due: Due, other: Due): boolean {
  return due.at === other.at && due.cause === undefined && other.cause !== undefined
}

/** Rule 10, D47: silence counts while agent and user are alone, and nobody is hung up on unasked. */
function whenQuiet(session: Session, from: Instant): (Due | undefined)[] {
  const { silenceMs, askOnlineMs, saysLastWords } = policyOf(session)
  if (!isAlone(session) || hasLeft(session) || isUnheard(session)) return []
  if (askOnlineMs !== null && !session.attempt.askedOnline) {
    const wait: Milliseconds = Math.min(askOnlineMs, silenceMs ?? askOnlineMs)
    return [{ at: from + wait, what: 'ask_online', because: 'nobody has said anything for a while' }]
  }
  if (silenceMs === null) return []
  const because = 'nobody said anything for too long'
  if (!saysLastWords) return [ends(from + silenceMs, 'silence', because)]
  const parted = partedAt(session)
  if (parted === undefined) return [{ at: from + silenceMs, what: 'last_words', because }]
  const latest = parted + lastWordsMs
  return [ends(from > parted ? Math.min(from, latest) : latest, 'silence', because)]
}

/**
 * Silence counts from what was said last, from when the agent had the caller back after a transfer that failed, and from when
 * sound came at last.
 */
function quietFrom({ attempt, control }: Session, answeredAt: Instant): Instant {
  const { noAudio, firstReceivedAt = answeredAt } = attempt.media ?? {}
  const soundFrom = noAudio ? firstReceivedAt : answeredAt
  return Math.max(attempt.quietFrom ?? answeredAt, control?.second?.endedAt ?? answeredAt, soundFrom)
}

/** Nobody knows whether a user is silent of whom nothing was ever received. */
function isUnheard({ attempt: { media } }: Session): boolean {
  return media?.noAudio === true && media.firstReceivedAt === undefined
}

/** When the agent began its last words; those before a transfer that failed are not its last. */
function partedAt({ attempt, control }: Session): Instant | undefined {
  const { partedAt: at } = attempt
  return at !== undefined && at >= (control?.second?.endedAt ?? at) ? at : undefined
}

/**
 * Counted from the answer of a telephone call, whether its carrier counts packets or not: whoever is heard was received, too.
 * A process that took it over listens from then on.
 */
function whenUnheard({ kind, attempt: { media, leasedAt } }: Session, answeredAt: Instant): (Due | undefined)[] {
  if (kind !== 'telephone' || media?.firstReceivedAt !== undefined) return []
  const because = 'nothing was received since the answer'
  const from = leasedAt ?? answeredAt
  return [
    media?.noAudio ? undefined : { at: from + noAudioMs, what: 'no_audio', because },
    ends(from + noMediaMs, 'media_lost', because),
  ]
}

function ends(at: Instant, cause: Cause, because: string): Due {
  return { at, what: 'end', cause, because }
}
