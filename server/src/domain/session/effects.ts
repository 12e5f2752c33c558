import type { Effect } from '../noun.ts'
import { enderOf } from './causes.ts'
import { controlEffects } from './control/control.ts'
import type { ReportRefused, SessionEvent, SessionMoved } from './events.ts'
import { carrierMarginMs, policyOf } from './limits.ts'
import { greetByMail, mailEffects } from './mail/effects.ts'
import { endsOf, referenceOf, type SessionRequests } from './requests.ts'
import { hasLeft, isInFlight, isWritten, needsSlot, wasPassedOver } from './standing.ts'
import type { Artefact, Cause, Ender, Session } from './state.ts'

/** What must be done in the world because of an event; `session` is the state right after it. */
export function effects(event: SessionEvent, session: Session): readonly Effect[] {
  const { number } = session.attempt
  switch (event.type) {
    case 'session.created':
      return entering(session)
    case 'session.moved':
      return [...leaving(event, session), ...entering(session, event)]
    case 'slot.asked':
      return [wantSlot(session)]
    case 'slot.returned':
      return [releaseSlot(session, event.attempt)]
    case 'report.refused':
      return lateLeg(event, session)
    case 'online.asked':
      return [ask(`${talkOf(session)}.ask_online`, { attempt: number })]
    case 'parting.asked':
      return [ask(`${talkOf(session)}.say_last`, { attempt: number })]
    case 'media.no_audio': {
      const payload = { attempt: number, reference: referenceOf(session.id, number), route: session.route }
      return [ask('telephony.reinvite', payload)]
    }
    case 'lease.taken':
      return session.state === 'live' && !hasLeft(session) && !isWritten(session) ? talk(session, true) : []
    case 'attempt.ended':
    case 'leg.reported':
    case 'turn.taken':
    case 'tool.called':
    case 'agent.advised':
    case 'model.used':
    case 'words.imported':
    case 'turn.failed':
    case 'voicemail.judged':
    case 'artefact.settled':
    case 'words.placed':
    case 'outcome.fixed':
    case 'retry.dropped':
    case 'callback.agreed':
    case 'session.erased':
      return []
    case 'control.changed':
    case 'control.failed':
    case 'control.leg_refused':
      return controlEffects(event, session)
    case 'mail.composed':
    case 'mail.due':
    case 'mail.settled':
    case 'mail.received':
    case 'mail.turn_due':
      return mailEffects(event, session)
  }
}

/** One of a kind for each attempt: the event makes it unique. */
function ask<Kind extends keyof SessionRequests>(
  kind: Kind,
  payload: SessionRequests[Kind] & { readonly attempt?: number },
  mode: Effect['mode'] = 'repeatable',
): Effect {
  return { kind, mode, key: `${kind} ${payload.attempt ?? 0}`, payload }
}

function entering(session: Session, moved?: SessionMoved): Effect[] {
  const { state, attempt } = session
  switch (state) {
    case 'queued':
      // Hours first, then a slot: a call out of hours is told at once, and takes no slot from another (B9).
      return [session.wantsSlot ? wantSlot(session) : ask('hours.look', { attempt: attempt.number + 1 })]
    case 'dialing':
      return session.kind === 'email' ? [...greetByMail(session)] : [dial(session), ...rowDials(session)]
    case 'live':
      return isWritten(session) ? greet(session) : talk(session, false)
    case 'wrapping':
      return [...callBack(session), ...makings(session)]
    case 'ended':
      return session.batch && moved ? [row(session, 'ended')] : []
    case 'prepared':
    case 'scheduled':
    case 'deferred':
    case 'joining':
    case 'ringing':
    case 'erasing':
      return []
  }
}

/** Rule 7: the slot is given back in the very transaction in which the line is given up, and the leg is hung up. */
function leaving({ from, to, end }: SessionMoved, session: Session): Effect[] {
  if (!isInFlight({ state: from }) || isInFlight({ state: to }) || session.kind !== 'telephone') return []
  const released = needsSlot(session) ? [releaseSlot(session, session.attempt.number)] : charge(session)
  const ending = end ?? retriedEnd(session)
  // The first leg is over already where its user or the carrier ended it.
  const isOver = (ending.by === 'user' || ending.by === 'carrier') && ending.cause !== 'bridge_ended'
  const reject = session.direction === 'inbound' && from === 'ringing'
  return isOver ? released : [...released, hangUp(session, session.attempt.number, reject)]
}

/** The move to the next attempt says no end: it is the last one's of the past. */
function retriedEnd({ past }: Session): { readonly cause?: Cause; readonly by?: Ender } {
  const cause = past.at(-1)?.cause
  return cause === undefined ? {} : { cause, by: enderOf(cause) }
}

/** Rule 1: a leg that comes alive after its end is hung up at once. */
function lateLeg({ what, attempt = 0 }: ReportRefused, session: Session): Effect[] {
  const isAlive = what === 'placed' || what === 'progress' || what === 'ringing' || what === 'answered'
  const { number } = session.attempt
  const isOver = attempt < number || (attempt === number && !isInFlight(session))
  if (!isAlive || !isOver || attempt < 1 || session.kind !== 'telephone') return []
  return [hangUp(session, attempt, false)]
}

function dial({ id, attempt: { number }, route, ...session }: Session): Effect {
  const policy = policyOf(session)
  return ask(
    'telephony.dial',
    {
      attempt: number,
      leg: null,
      reference: referenceOf(id, number),
      ...endsOf(session),
      route,
      ringMs: policy.ringMs + carrierMarginMs,
      limitMs: policy.capMs + carrierMarginMs,
    },
    'once',
  )
}

/** What is mailed was greeted with before it was live. */
function greet({ kind, attempt }: Session): Effect[] {
  return kind === 'text' ? [ask('agent.greet', { attempt: attempt.number })] : []
}

/** Where a program steers the call, it is the one that talks. */
function talk({ attempt, control, kind }: Session, resumed: boolean): Effect[] {
  if (control !== undefined && control.agent !== 'none') return []
  return [ask(`${talkOf({ kind })}.begin`, { attempt: attempt.number, lease: attempt.lease ?? '', resumed })]
}

/** Who talks in a browser session does so in its room. */
function talkOf({ kind }: Pick<Session, 'kind'>): 'agent' | 'room' {
  return kind === 'browser' ? 'room' : 'agent'
}

function hangUp({ id, route }: Session, attempt: number, reject: boolean): Effect {
  return ask('telephony.hang_up', { attempt, reference: referenceOf(id, attempt), route, reject })
}

function wantSlot({ attempt, route }: Session): Effect {
  return ask('slot.want', { attempt: attempt.number + 1, route })
}

function releaseSlot({ route }: Session, attempt: number): Effect {
  return ask('slot.release', { attempt, route })
}

/** What was live without a slot has cost something as well; who has a slot is charged when it is given back. */
function charge({ attempt: { number, answeredAt } }: Session): Effect[] {
  return answeredAt === undefined ? [] : [ask('wallet.charge', { attempt: number })]
}

/** Only when the line is free again. */
function callBack({ attempt, callBackAt }: Session): Effect[] {
  return callBackAt === undefined ? [] : [ask('call.back', { attempt: attempt.number, dueAt: callBackAt })]
}

function makings(session: Session): Effect[] {
  return (Object.keys(session.artefacts) as Artefact[])
    .filter((artefact) => artefact !== 'transcript')
    .filter((artefact) => session.artefacts[artefact] === 'pending')
    .map((artefact) => make(session, artefact))
}

function make({ attempt }: Session, artefact: Exclude<Artefact, 'transcript'>): Effect {
  const made = ask('artefact.make', { attempt: attempt.number, artefact })
  return { ...made, key: `${made.key} ${artefact}` }
}

/** A batch runs from its first dial on; a row tells its own only once. */
function rowDials(session: Session): Effect[] {
  return session.batch && session.past.every(({ callId }) => callId === undefined) ? [row(session, 'dialing')] : []
}

function row(session: Session, is: 'dialing' | 'ended'): Effect {
  const { id, row: number } = session.batch ?? { id: '', row: 0 }
  const payload: SessionRequests['batch.row'] = {
    batch: id,
    row: number,
    is,
    ...(wasPassedOver(session) && { passedOver: true }),
  }
  return { kind: 'batch.row', mode: 'repeatable', key: `batch.row ${is}`, payload }
}
