import { begin, freshAttempt, nothingMade } from './beginning.ts'
import { evolveControl } from './control/control.ts'
import type {
  ArtefactSettled,
  AttemptEnded,
  LeaseTaken,
  LegReported,
  SessionEvent,
  SessionMoved,
  TurnTaken,
} from './events.ts'
import { limits, policyOf } from './limits.ts'
import { evolveMail, withoutMail } from './mail/evolve.ts'
import { isInFlight } from './standing.ts'
import type { Artefacts, Attempt, Media, Session } from './state.ts'

/** The session after an event. */
export function evolve(session: Session | undefined, event: SessionEvent): Session {
  if (event.type === 'session.created') return begin(event)
  if (session === undefined) throw new Error(`A session starts with session.created, not ${event.type}.`)
  const { attempt } = session
  switch (event.type) {
    case 'session.moved':
      return moveOn(session, event)
    case 'attempt.ended':
      return endAttempt(session, event)
    case 'slot.asked':
      return { ...withOpenings(session, event.openings), wantsSlot: true }
    case 'slot.returned':
      return session.state === 'deferred' ? returned(session, event.openings) : session
    case 'leg.reported':
      return { ...session, attempt: report(attempt, event) }
    case 'turn.taken':
      return { ...session, attempt: speak(session, event), ...(event.who === 'user' ? counted : ungreeted)(session) }
    case 'online.asked':
      return { ...session, attempt: { ...attempt, askedOnline: true, quietFrom: event.at } }
    case 'parting.asked':
      return { ...session, attempt: { ...attempt, partedAt: event.at } }
    case 'callback.agreed':
      return { ...session, callBackAt: event.dueAt, noRetry: true, updatedAt: event.at }
    case 'media.no_audio':
      return { ...session, attempt: { ...attempt, media: { ...silent, ...attempt.media, noAudio: true } } }
    case 'voicemail.judged':
      return { ...session, attempt: { ...attempt, voicemail: event.verdict } }
    case 'artefact.settled':
      return settle(session, event)
    case 'words.placed':
      return place(session, event)
    case 'lease.taken':
      return { ...session, attempt: takeOver(session, event) }
    case 'outcome.fixed':
      return { ...session, outcome: event.outcome, noRetry: true, updatedAt: event.at }
    case 'retry.dropped':
      return { ...session, noRetry: true, updatedAt: event.at }
    case 'words.imported':
      return { ...session, artefacts: { ...session.artefacts, transcript: 'done' } }
    case 'turn.failed':
      return session.kind === 'email' ? evolveMail(session, event) : { ...session, ...ungreeted(session) }
    case 'tool.called':
    case 'agent.advised':
    case 'model.used':
    case 'report.refused':
      return session
    case 'session.erased':
      return { ...session, state: 'erasing', updatedAt: event.at }
    case 'control.changed':
    case 'control.failed':
    case 'control.leg_refused':
      return evolveControl(session, event)
    case 'mail.composed':
    case 'mail.due':
    case 'mail.settled':
    case 'mail.received':
    case 'mail.turn_due':
      return evolveMail(session, event)
  }
}

const silent: Media = { receivedPackets: 0, sentPackets: 0 }

function moveOn(session: Session, event: SessionMoved): Session {
  const { at, to, by, because } = event
  const sequence = session.sequence + 1
  const moved: Session = { ...session, state: to, sequence, updatedAt: at, entered: { at, by, because } }
  switch (to) {
    case 'queued': {
      const { keepsHours: _keeps, ...anyHour } = session.policy
      const policy = event.ignoresHours ? anyHour : session.policy
      const queued: Session = { ...moved, policy, queuedAt: at }
      return looksFirst({ ...session, policy }) ? queued : { ...queued, wantsSlot: true }
    }
    case 'deferred':
      return { ...outOfLine(moved), ...pick(event, 'openings'), ...pick(event, 'giveUpAt') }
    case 'dialing':
      return dial(moved, event)
    case 'ringing':
      return { ...moved, attempt: { ...taken(moved.attempt, event), heard: true, ringingAt: at } }
    case 'live':
      return goLive(moved, event)
    case 'scheduled':
      return wait(moved, event)
    case 'wrapping':
      return { ...withoutMail(moved), ...ending(event), attempt: dropped(moved.attempt, at), artefacts: due(session) }
    case 'ended':
      return over(moved, event)
  }
}

/** Before a slot is asked for, the hours are looked at, and whether a time that was set has been missed. */
function looksFirst(session: Session): boolean {
  const { state, dueAt, retries } = session
  return policyOf(session).keepsHours || (state === 'scheduled' && dueAt !== undefined && retries === 0)
}

function outOfLine(session: Session): Session {
  const { wantsSlot: _wants, openings: _openings, giveUpAt: _giveUp, ...left } = session
  return left
}

function withOpenings(session: Session, openings: Session['openings']): Session {
  return openings === undefined ? session : { ...session, openings }
}

function returned(session: Session, openings: Session['openings']): Session {
  const { wantsSlot: _wants, ...left } = session
  return withOpenings(left, openings)
}

function dial(session: Session, { at, attempt = 1, slot, lease }: SessionMoved): Session {
  const { dueAt: _due, queuedAt: _queued, streamId: _stream, ...left } = outOfLine(session)
  const begun: Attempt = {
    ...freshAttempt(attempt),
    ...(slot !== undefined && { slot }),
    dialedAt: at,
    ...(lease !== undefined && { lease }),
  }
  return { ...left, attempt: begun, words: [], artefacts: nothingMade }
}

function goLive(session: Session, event: SessionMoved): Session {
  const { at, lease, streamId } = event
  const answered: Attempt = {
    ...taken(session.attempt, event),
    heard: true,
    answeredAt: at,
    quietFrom: at,
    ...(lease !== undefined && { lease }),
  }
  return { ...session, attempt: answered, ...(streamId !== undefined && { streamId }) }
}

function wait(session: Session, { dueAt }: SessionMoved): Session {
  const { dueAt: _due, queuedAt: _queued, ...left } = outOfLine(session)
  const { attempt } = session
  return {
    ...left,
    ...(dueAt !== undefined && { dueAt }),
    attempt: dropped(attempt, attempt.endedAt ?? session.updatedAt),
    outcome: null,
    end: null,
  }
}

/** What ends while it waits has no present attempt: what its last one did stays in `past`. */
function over(session: Session, event: SessionMoved): Session {
  const { dueAt: _due, queuedAt: _queued, streamId: _stream, ...left } = outOfLine(withoutMail(session))
  const {
    number,
    heard: _heard,
    reports: _reports,
    lease: _lease,
    leasedAt: _leased,
    quietFrom: _quiet,
    userTurns: _turns,
    ...attempt
  } = dropped(session.attempt, event.at)
  const wasInFlight = event.from === 'wrapping' || isInFlight({ state: event.from })
  return { ...left, ...ending(event), attempt: wasInFlight ? { number, ...attempt } : freshAttempt(number) }
}

function ending({ outcome, end }: SessionMoved): Pick<Session, 'outcome' | 'end'> {
  return { outcome: outcome ?? null, end: end ?? null }
}

/** Without its slot, and over. */
function dropped(attempt: Attempt, at: number): Attempt {
  const { slot: _slot, ...left } = attempt
  return { ...left, endedAt: attempt.endedAt ?? at }
}

/** Rule 8: the transcript is there as soon as the talk is over, its cost is always made. */
function due(session: Session): Artefacts {
  const { makes } = policyOf(session)
  const hasSound = session.kind === 'telephone' || session.kind === 'browser'
  return {
    recording: hasSound && makes.includes('recording') ? 'pending' : 'skipped',
    transcript: session.words.length > 0 ? 'done' : 'skipped',
    summary: makes.includes('summary') ? 'pending' : 'skipped',
    extraction: makes.includes('extraction') ? 'pending' : 'skipped',
    cost: 'pending',
  }
}

function endAttempt(session: Session, { at, attempt: number, outcome, end }: AttemptEnded): Session {
  const { past, sequence, cost, retries, state } = session
  const attempt = number === session.attempt.number ? session.attempt : freshAttempt(number)
  const { callId, answeredAt } = attempt
  const wasLive = answeredAt !== undefined
  const spent = cost - past.reduce((sum, one) => sum + one.cost, 0)
  const ended = { number, outcome, cause: end.cause, at, ...(callId !== undefined && { callId }), wasLive, cost: spent }
  return {
    ...session,
    attempt: state === 'wrapping' ? attempt : { ...attempt, endedAt: at },
    past: [...past, ended].slice(-limits.past),
    // A failed connect of a program is outside the count.
    retries: session.control?.settings.openedByProgram ? retries : retries + 1,
    sequence: wasLive ? sequence : sequence + 1,
    updatedAt: at,
  }
}

function report(attempt: Attempt, event: LegReported): Attempt {
  const { at, media, digits } = event
  const isReport = event.sequence >= 0
  // Totals are the same whenever they come: they must not make what they overtook look like something that came twice.
  const counts = media ? { ...event, sequence: -1 } : event
  return {
    ...taken(attempt, counts),
    ...(isReport && { heard: true }),
    ...(media && { media: count(attempt.media, media, at) }),
    ...(digits !== undefined && { dtmf: ((attempt.dtmf ?? '') + digits).slice(-limits.dtmf) }),
  }
}

/** The report counts, and may say the carrier's own id. */
function taken(attempt: Attempt, { sequence = -1, callId }: Pick<SessionMoved, 'sequence' | 'callId'>): Attempt {
  const reports = Math.max(attempt.reports ?? -1, sequence)
  return { ...attempt, ...(reports >= 0 && { reports }), ...(callId !== undefined && { callId }) }
}

function count(known: Media = silent, told: NonNullable<LegReported['media']>, at: number): Media {
  const { receivedPackets, sentPackets, received } = told
  return { ...known, receivedPackets, sentPackets, ...(received && firstReceived(known, at)) }
}

function firstReceived(
  { firstReceivedAt }: Pick<Media, 'firstReceivedAt'>,
  at: number,
): Pick<Media, 'firstReceivedAt'> {
  return { firstReceivedAt: firstReceivedAt ?? at }
}

/** What nobody could hear while no process carried the call is no silence: its clocks begin anew, and what was asked then. */
function takeOver({ state, attempt }: Session, { at, lease }: LeaseTaken): Attempt {
  if (state !== 'live') return { ...attempt, lease }
  const { askedOnline: _asked, partedAt: _parted, ...left } = attempt
  return { ...left, lease, leasedAt: at, quietFrom: Math.max(attempt.quietFrom ?? at, at) }
}

/** Whoever was heard was received, whatever the carrier counts. */
function speak({ kind, attempt }: Session, { at, who, quietFrom }: TurnTaken): Attempt {
  const quiet = Math.max(attempt.quietFrom ?? at, quietFrom)
  if (who === 'agent') return { ...attempt, quietFrom: quiet }
  const { askedOnline: _asked, partedAt: _parted, ...left } = attempt
  const media = attempt.media ?? silent
  return {
    ...left,
    quietFrom: quiet,
    ...(kind === 'telephone' && {
      media: { ...media, ...firstReceived(media, at) },
      userTurns: (attempt.userTurns ?? 0) + 1,
    }),
  }
}

/** Calls count them for each attempt. */
function counted({ kind, userTurns = 0 }: Session): Pick<Session, 'userTurns'> {
  return kind === 'telephone' ? {} : { userTurns: userTurns + 1 }
}

/** A turn of the agent in which nothing was said yet: the one it was to greet in. */
function ungreeted({ kind, words }: Session): Pick<Session, 'greetingTried'> {
  return kind === 'text' && words.length === 0 ? { greetingTried: true } : {}
}

/** After the end only what is shown changes (rule 2). */
function settle(session: Session, { at, artefact, state, cost = 0, late }: ArtefactSettled): Session {
  const artefacts = { ...session.artefacts, [artefact]: state }
  if (!late) return { ...session, artefacts, cost: session.cost + cost, updatedAt: at }
  return artefact === 'cost' ? { ...session, artefacts, cost: session.cost + cost } : { ...session, artefacts }
}

function place(session: Session, event: Extract<SessionEvent, { type: 'words.placed' }>): Session {
  const { conversationId, after, streamId } = event
  const isNew = session.words.at(-1)?.conversationId !== conversationId
  const words = isNew ? [...session.words, { conversationId, after }].slice(-limits.words) : session.words
  return { ...session, words, ...(streamId !== undefined && { streamId }) }
}

function pick<Name extends 'openings' | 'giveUpAt'>(event: SessionMoved, name: Name): Partial<Pick<Session, Name>> {
  const value = event[name]
  return value === undefined ? {} : ({ [name]: value } as Partial<Pick<Session, Name>>)
}
