import type { Context, Decision } from '../../noun.ts'
import { refuse, type Refused } from '../../vocabulary/refusal.ts'
import type { SessionEvent } from '../events.ts'
import type { Session } from '../state.ts'
import type { ControlCommand } from './commands.ts'
import { agentTo } from './moves.ts'
import { changed, controlOf, mediaGraceMs } from './regions.ts'

type Deciding = Decision<SessionEvent> | Refused
type Of<Type extends ControlCommand['type']> = Extract<ControlCommand, { readonly type: Type }>

/** The session is announced, or announced anew once nobody is at it; a new offer has a new id and starts the ring time anew. */
export function decideOffer(session: Session, { offerId }: Of<'offer'>, { now: at }: Context<SessionEvent>): Deciding {
  const control = controlOf(session)
  if (control.offer?.id === offerId) return { events: [] }
  if (!isOfferable(session, control.settings.openedByProgram)) {
    return refuse(
      'wrong_state',
      'A call that came in is offered while it rings, one that a program opened before it connects.',
    )
  }
  if (control.waiting) return refuse('in_use', 'A program has asked for something; offer it anew after that.')
  const { media } = control
  if (media.state === 'attached' || (media.state === 'lost' && at < media.at + mediaGraceMs)) {
    return refuse('in_use', 'A program is at this call; offer it anew 10 s after its media is lost.')
  }
  const offer = { id: offerId, at, ready: false }
  const agent = control.agent === 'none' ? agentTo(control.agent, 'pending') : {}
  const lost = media.state === 'lost' ? ({ media: { state: 'none' } } as const) : {}
  return { events: [changed(session, at, 'offer', { offer, ringHeldMs: null, ...agent, ...lost })] }
}

function isOfferable({ direction, state }: Session, openedByProgram: boolean): boolean {
  return openedByProgram ? state === 'scheduled' : direction === 'inbound' && state === 'ringing'
}

/** D7: the first program that claims it has it; the others are told so. */
export function decideClaim(session: Session, command: Of<'claim'>, { now: at }: Context<SessionEvent>): Deciding {
  const { offerId, program, ready } = command
  const { offer } = controlOf(session)
  if (offer?.id !== offerId) return refuse('closed', 'This offer is over; wait for the next one.')
  if (offer.claimedBy !== undefined && offer.claimedBy !== program) {
    return refuse('in_use', 'Another program has claimed this call.')
  }
  if (offer.claimedBy === program && (offer.ready || !ready)) return { events: [] }
  return { events: [changed(session, at, 'claim', { offer: { ...offer, claimedBy: program, ready } })] }
}
