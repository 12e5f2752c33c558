import type { Instant } from '../../vocabulary/instant.ts'
import type { SessionEvent, SessionMoved } from '../events.ts'
import type { Session } from '../state.ts'
import { endingControl } from './ending.ts'
import { evolveControl } from './evolve.ts'
import { agentTo } from './moves.ts'
import { changed, graceAnew } from './regions.ts'

/**
 * What was decided about a session, together with what follows for its regions: the agent has its call the moment the session
 * goes live, and before the session is over they are closed in their order. What is there already is not written twice.
 */
export function withControl(session: Session, events: readonly SessionEvent[]): readonly SessionEvent[] {
  const moved = events.findLast((event) => event.type === 'session.moved')
  if (session.control === undefined || moved === undefined) return events
  const place = events.indexOf(moved)
  const isOver = moved.to === 'wrapping' || moved.to === 'ended'
  const cut = isOver ? place : events.length
  const before = events.slice(0, cut)
  const state = before.reduce<Session>((known, event) => regionsAfter(known, event), session)
  return [...before, ...following(state, moved), ...events.slice(cut)]
}

function following(state: Session, { to, at }: SessionMoved): readonly SessionEvent[] {
  switch (to) {
    case 'live':
      return controlWhenLive(state, at)
    case 'wrapping':
    case 'ended':
      return endingControl(state, at)
    case 'scheduled':
    case 'queued':
    case 'deferred':
    case 'dialing':
    case 'ringing':
      return []
  }
}

function regionsAfter(session: Session, event: SessionEvent): Session {
  return event.type === 'control.changed' || event.type === 'control.failed' ? evolveControl(session, event) : session
}

/**
 * What becomes of the agent the moment its session goes live, whoever reports it: connected, if it was the answer that its
 * `connect` waited for (the callee's of a session it opened, else the caller's after the callee's), otherwise answered.
 */
export function controlWhenLive(session: Session, at: Instant): readonly SessionEvent[] {
  if (session.control?.agent !== 'pending') return []
  const { agent, waiting, second, settings } = session.control
  const anew = graceAnew(session.control, at)
  if (waiting?.name === 'connect' && (settings.openedByProgram || second?.state === 'answered')) {
    const regions = { ...agentTo(agent, 'connected'), mode: settings.modeAfterConnect, waiting: null }
    return [changed(session, at, 'connect', { ...regions, ...anew })]
  }
  const answered = waiting?.name === 'answer' ? { waiting: null } : {}
  return [changed(session, at, 'answer_done', { ...agentTo(agent, 'answered'), ...answered, ...anew })]
}
