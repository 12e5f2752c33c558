import type { Instant } from '../../vocabulary/instant.ts'
import type { SessionEvent } from '../events.ts'
import type { Cause, Session } from '../state.ts'
import { agentTo } from './moves.ts'
import { changed, controlOf, failed } from './regions.ts'
import type { Control, SecondLeg } from './state.ts'

/**
 * The regions at the session's end, in the order in which a program hears of it: a waiting command is answered first, then the
 * termination is told, then the media closes, then the offer. `none` stays: no program ever saw the call.
 */
export function endingControl(session: Session, at: Instant): readonly SessionEvent[] {
  if (session.control === undefined) return []
  const agent = afterEnd(session.control)
  return [
    ...answerWaiting(session.control, at),
    ...(agent ? [changed(session, at, 'over', { ...agent, mode: null })] : []),
    ...dropSecond(session, at),
    ...closeDoor(session, at, 'over'),
  ]
}

/** The agent leaves the two others alone: only its own regions close. */
export function leavingAgent(session: Session, at: Instant, on: string): readonly SessionEvent[] {
  const control = controlOf(session)
  const agent = afterLeaving(control)
  if (!agent) return []
  return [
    ...answerWaiting(control, at),
    changed(session, at, on, { ...agent, mode: null }),
    { type: 'outcome.fixed', at, outcome: 'transferred' },
    ...closeDoor(session, at, on),
  ]
}

/** The second leg is over, and why. */
export function endedLeg(second: SecondLeg, at: Instant, cause: Cause): SecondLeg {
  return { ...second, state: 'ended', endedAt: at, cause }
}

function afterEnd({ agent }: Control): Pick<Control, 'agent'> | undefined {
  switch (agent) {
    case 'pending':
    case 'answered':
    case 'connected':
      return agentTo(agent, 'disconnected')
    case 'none':
    case 'disconnected':
    case 'left':
      return undefined
  }
}

function afterLeaving({ agent }: Control): Pick<Control, 'agent'> | undefined {
  switch (agent) {
    case 'none':
    case 'answered':
    case 'connected':
      return agentTo(agent, 'left')
    case 'pending':
    case 'disconnected':
    case 'left':
      return undefined
  }
}

function answerWaiting({ waiting }: Control, at: Instant): readonly SessionEvent[] {
  return waiting ? [failed(waiting, at, 'the call is over')] : []
}

/** Dropped with the other leg, or no longer rung. */
function dropSecond(session: Session, at: Instant): readonly SessionEvent[] {
  const second = session.control?.second
  if (second === undefined || second.state === 'ended') return []
  const cause = second.state === 'answered' ? 'bridge_ended' : 'canceled_by_request'
  return [changed(session, at, 'over', { second: endedLeg(second, at, cause) })]
}

function closeDoor(session: Session, at: Instant, on: string): readonly SessionEvent[] {
  const { media, offer } = controlOf(session)
  return [
    ...(media.state === 'none' ? [] : [changed(session, at, on, { media: { state: 'none' } })]),
    ...(offer ? [changed(session, at, on, { offer: null })] : []),
  ]
}
