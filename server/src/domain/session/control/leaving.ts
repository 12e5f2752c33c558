import type { Context, Decision } from '../../noun.ts'
import { endAttempt, endLive } from '../ending.ts'
import type { SessionEvent } from '../events.ts'
import type { Session } from '../state.ts'
import type { ControlCommand } from './commands.ts'
import { leavingAgent } from './ending.ts'
import { changed, controlOf, isJoined } from './regions.ts'

type Leave = Extract<ControlCommand, { readonly type: 'close' | 'disconnect' }>

/** TF15, TF16, TF18, TF19, TF27: only `close` of a bridged call leaves the others in it; before the answer both decline it (D1). */
export function decideLeave(session: Session, { type }: Leave, context: Context<SessionEvent>): Decision<SessionEvent> {
  if (type === 'close' && isJoined(session)) return { events: leavingAgent(session, context.now, type) }
  switch (session.state) {
    case 'live':
      return { events: endLive(session, { cause: 'agent_hangup' }, context) }
    case 'dialing':
    case 'ringing':
      return { events: endAttempt(session, { cause: 'canceled_by_request', by: 'agent' }, context) }
    case 'prepared':
    case 'scheduled':
    case 'queued':
    case 'deferred':
    case 'joining':
      return { events: endAttempt(session, { cause: 'stopped_by_request', by: 'agent' }, context) }
    case 'wrapping':
    case 'ended':
    case 'erasing':
      return { events: [] }
  }
}

/** TF17, TF25: who hears the agent. */
export function decideMode(
  session: Session,
  { mode }: Extract<ControlCommand, { readonly type: 'mode' }>,
  { now: at }: Context<SessionEvent>,
): Decision<SessionEvent> {
  return { events: controlOf(session).mode === mode ? [] : [changed(session, at, 'mode', { mode })] }
}
