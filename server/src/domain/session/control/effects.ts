import type { Effect } from '../../noun.ts'
import { carrierMarginMs, policyOf } from '../limits.ts'
import { referenceOf, type SessionRequests } from '../requests.ts'
import type { Session } from '../state.ts'
import type { ControlChanged, ControlEvent } from './events.ts'
import type { SecondLeg } from './state.ts'

/** What the world must do because of an event of the control region; `session` is the state right after it. */
export function controlEffects(event: ControlEvent, session: Session): readonly Effect[] {
  switch (event.type) {
    case 'control.changed':
      return [...ofSecond(event, session), ...ofAgent(event, session)]
    case 'control.failed':
      return []
    case 'control.leg_refused': {
      // It was given up, and yet it is up: the carrier had not heard of it when we hung up, or answered at the same moment.
      const { attempt, leg, what, sequence } = event
      if (what !== 'placed' && what !== 'ringing' && what !== 'answered') return []
      return [hangUp(session, referenceOf(session.id, attempt, leg), attempt, `${leg} ${sequence}`)]
    }
  }
}

function ofSecond({ on, regions: { second } }: ControlChanged, session: Session): readonly Effect[] {
  if (!second) return []
  const reference = referenceOf(session.id, session.attempt.number, second.leg)
  switch (second.state) {
    case 'dialing':
      return on === second.purpose ? [dial(session, second, reference)] : []
    case 'ringing':
      return []
    case 'answered':
      if (on !== 'answered') return []
      return session.state === 'ringing' ? pickUp(session) : [bridge(session, second, reference)]
    case 'ended':
      return [
        ...(on === 'ended' ? [] : [hangUp(session, reference, session.attempt.number, second.leg)]),
        ...(on === 'over' ? [] : tell(session, second)),
      ]
  }
}

/** The house's own agent has the caller back, and is told why; a program hears of it as of any command. */
function tell({ state, attempt: { number }, control }: Session, { purpose, leg, cause }: SecondLeg): readonly Effect[] {
  if (state !== 'live' || control?.agent !== 'none' || purpose !== 'transfer') return []
  const payload: SessionRequests['agent.tell'] = {
    attempt: number,
    on: 'transfer_failed',
    leg,
    reason: cause ?? 'carrier_error',
  }
  return [{ kind: 'agent.tell', mode: 'repeatable', key: `agent.tell ${number} ${leg}`, payload }]
}

function ofAgent({ on, regions: { agent, waiting, second } }: ControlChanged, session: Session): readonly Effect[] {
  if (on === 'answer' && waiting) return pickUp(session)
  const bridged = session.control?.second
  if (agent !== 'connected' || second || bridged?.state !== 'answered') return []
  return [bridge(session, bridged, referenceOf(session.id, session.attempt.number, bridged.leg))]
}

function dial(session: Session, { leg, from, to, ringUntil, dialedAt }: SecondLeg, reference: string): Effect {
  const payload: SessionRequests['telephony.dial'] = {
    attempt: session.attempt.number,
    leg,
    reference,
    from,
    to,
    route: session.route,
    ringMs: ringUntil - dialedAt + carrierMarginMs,
    limitMs: policyOf(session).capMs + carrierMarginMs,
  }
  return { kind: 'telephony.dial', mode: 'once', key: `dial ${reference}`, payload }
}

/** The caller, who has been hearing it ring, is answered for the waiting command. */
function pickUp(session: Session): readonly Effect[] {
  const { waiting } = session.control ?? {}
  if (!waiting) return []
  const { attempt, route } = session
  const reference = referenceOf(session.id, attempt.number)
  const payload: SessionRequests['telephony.answer'] = {
    attempt: attempt.number,
    reference,
    route,
    command: waiting.id,
  }
  return [{ kind: 'telephony.answer', mode: 'once', key: `answer ${reference} ${waiting.id}`, payload }]
}

function bridge(session: Session, { leg }: SecondLeg, reference: string): Effect {
  const { attempt, route } = session
  const payload: SessionRequests['telephony.bridge'] = {
    attempt: attempt.number,
    references: [referenceOf(session.id, attempt.number), reference],
    route,
  }
  return { kind: 'telephony.bridge', mode: 'repeatable', key: `bridge ${attempt.number} ${leg}`, payload }
}

function hangUp({ route }: Session, reference: string, attempt: number, what: string): Effect {
  const payload: SessionRequests['telephony.hang_up'] = { attempt, reference, route, reject: false }
  return { kind: 'telephony.hang_up', mode: 'repeatable', key: `hang_up ${attempt} ${what}`, payload }
}
