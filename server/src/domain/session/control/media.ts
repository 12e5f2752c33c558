import type { Context, Decision } from '../../noun.ts'
import { refuse, type Refused } from '../../vocabulary/refusal.ts'
import { endLive } from '../ending.ts'
import type { SessionEvent } from '../events.ts'
import type { Session } from '../state.ts'
import type { ControlCommand } from './commands.ts'
import { leavingAgent } from './ending.ts'
import { changed, controlOf, isJoined, isOver } from './regions.ts'

type Of<Type extends ControlCommand['type']> = Extract<ControlCommand, { readonly type: Type }>

/** D13, D14: one voice for a call; after it is lost another may take over. */
export function decideAttach(
  session: Session,
  { lease }: Of<'attach_media'>,
  { now: at }: Context<SessionEvent>,
): Decision<SessionEvent> | Refused {
  const { media } = controlOf(session)
  if (media.state !== 'attached') {
    return { events: [changed(session, at, 'attach_media', { media: { state: 'attached', lease } })] }
  }
  if (media.lease === lease) return { events: [] }
  return refuse('in_use', 'Another connection carries the media of this call; close that one first.')
}

/** Too late, or about a connection that was replaced, it is nothing. */
export function decideLoss(
  session: Session,
  { lease }: Of<'lose_media'>,
  { now: at }: Context<SessionEvent>,
): Decision<SessionEvent> {
  const { media } = controlOf(session)
  if (isOver(session) || media.state !== 'attached' || media.lease !== lease) return { events: [] }
  return { events: [changed(session, at, 'lose_media', { media: { state: 'lost', at } })] }
}

/** D12: nobody took over within the grace. The two parties of a bridge stay; a caller who was alone with the agent does not. */
export function giveUpMedia(session: Session, context: Context<SessionEvent>): readonly SessionEvent[] {
  if (isJoined(session)) return leavingAgent(session, context.now, 'media_lost')
  return endLive(session, { cause: 'media_lost' }, context)
}
