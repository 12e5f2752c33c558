import type { Session } from '../state.ts'
import { refuse, type Refused } from '../../vocabulary/refusal.ts'
import type { ControlCommand } from './commands.ts'
import { controlOf, isOver } from './regions.ts'
import type { AgentRegion } from './state.ts'

/** What is asked for. What the world reports (an answer's result, a lost socket) is never refused: too late, it changes nothing. */
export type Asked = Exclude<ControlCommand['type'], 'answer_done' | 'lose_media'>

/** `arriving`: a call that came to the program. `declining`: where its connector allows it, or the program opened the session. */
export type Where = 'always' | 'live' | 'arriving' | 'declining'

/** What may be asked for in each state of the agent (TF3, TF5, TF7, TF8); offers, claims and media beside the law's methods. */
export const allowed: Readonly<Record<AgentRegion, Readonly<Partial<Record<Asked, Where>>>>> = {
  none: { offer: 'always', transfer: 'live' },
  pending: {
    offer: 'always',
    claim: 'always',
    attach_media: 'always',
    answer: 'arriving',
    connect: 'always',
    close: 'declining',
    disconnect: 'declining',
  },
  answered: {
    attach_media: 'always',
    connect: 'always',
    transfer: 'always',
    close: 'always',
    disconnect: 'always',
  },
  connected: { attach_media: 'always', mode: 'always', close: 'always', disconnect: 'always' },
  disconnected: {},
  left: {},
}

/** Why this cannot be asked for now; undefined: it can. */
export function checkAllowed(session: Session, asked: Asked): Refused | undefined {
  const { agent } = controlOf(session)
  if (isOver(session) || agent === 'disconnected') {
    return refuse('closed', 'The call is over; nothing can be asked of it any more.')
  }
  if (agent === 'left')
    return refuse('closed', 'The agent has left this call; those who are still in it talk on alone.')
  if (session.kind !== 'telephone') return refuse('wrong_state', 'Only telephone calls can be steered or handed over.')
  if (holds(session, allowed[agent][asked])) return undefined
  return refuse('wrong_state', `The call cannot ${named[asked]} while the agent is ${agent}; ${instead(session)}`)
}

function holds(session: Session, where: Where | undefined): boolean {
  const { settings } = controlOf(session)
  switch (where) {
    case undefined:
      return false
    case 'always':
      return true
    case 'live':
      return session.state === 'live'
    case 'arriving':
      return !settings.openedByProgram
    case 'declining':
      return settings.declinesPending || settings.openedByProgram
  }
}

const named: Readonly<Record<Asked, string>> = {
  offer: 'be offered',
  claim: 'be claimed',
  answer: 'be answered',
  connect: 'be connected',
  transfer: 'be transferred',
  mode: 'change its mode',
  close: 'be closed',
  disconnect: 'be disconnected',
  attach_media: 'take media',
}

function instead(session: Session): string {
  const can = (Object.keys(named) as Asked[]).filter((asked) =>
    holds(session, allowed[controlOf(session).agent][asked]),
  )
  return can.length === 0 ? 'wait until it can.' : `it can ${can.map((asked) => named[asked]).join(', ')}.`
}
