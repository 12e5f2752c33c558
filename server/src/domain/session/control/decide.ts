import type { Context, Decision } from '../../noun.ts'
import type { Refused } from '../../vocabulary/refusal.ts'
import type { SessionEvent } from '../events.ts'
import type { Session } from '../state.ts'
import { checkAllowed } from './allowed.ts'
import { decideAnswer, decideAnswerDone, decideConnect, decideTransfer } from './calls.ts'
import type { ControlCommand } from './commands.ts'
import { decideLeave, decideMode } from './leaving.ts'
import { decideAttach, decideLoss } from './media.ts'
import { decideClaim, decideOffer } from './offers.ts'

/** What an agent's program may do with a call: refused unless the table of the agent's state allows it. */
export function decideControl(
  session: Session,
  command: ControlCommand,
  context: Context<SessionEvent>,
): Decision<SessionEvent> | Refused {
  switch (command.type) {
    case 'answer_done':
      return decideAnswerDone(session, command, context)
    case 'lose_media':
      return decideLoss(session, command, context)
    case 'offer':
    case 'claim':
    case 'answer':
    case 'connect':
    case 'transfer':
    case 'mode':
    case 'close':
    case 'disconnect':
    case 'attach_media':
      return checkAllowed(session, command.type) ?? decideAllowed(session, command, context)
  }
}

function decideAllowed(
  session: Session,
  command: Exclude<ControlCommand, { readonly type: 'answer_done' | 'lose_media' }>,
  context: Context<SessionEvent>,
): Decision<SessionEvent> | Refused {
  switch (command.type) {
    case 'offer':
      return decideOffer(session, command, context)
    case 'claim':
      return decideClaim(session, command, context)
    case 'answer':
      return decideAnswer(session, command, context)
    case 'connect':
      return decideConnect(session, command, context)
    case 'transfer':
      return decideTransfer(session, command, context)
    case 'mode':
      return decideMode(session, command, context)
    case 'close':
    case 'disconnect':
      return decideLeave(session, command, context)
    case 'attach_media':
      return decideAttach(session, command, context)
  }
}
