import type { Context, Decision } from '../noun.ts'
import { isRefused, refuse, type Refused } from '../vocabulary/refusal.ts'
import { decideSettle } from './artefacts.ts'
import type { SessionCommand } from './commands.ts'
import { decideControl, withControl } from './control/control.ts'
import { decideCreate } from './create.ts'
import { decideLapse } from './deadline.ts'
import type { SessionEvent } from './events.ts'
import { decideOffer } from './gate.ts'
import { decideMail } from './mail/decide.ts'
import { decideDialAnswered, decideReport } from './reports.ts'
import { isImported } from './standing.ts'
import type { Session } from './state.ts'
import { decideDropRetry, decideHangUp, decideLose, decideQueue, decideReject, decideStop } from './stopping.ts'
import {
  decideAdvice,
  decideUsage,
  decideAgentEnds,
  decideCallBack,
  decideLease,
  decideTool,
  decideTurn,
  decideTurnFailed,
  decideVoicemail,
  decideWords,
} from './talking.ts'

type Deciding = Decision<SessionEvent> | Refused

/** All rules of a session: what each command leads to, or why it is refused. */
export function decide(
  session: Session | undefined,
  command: SessionCommand,
  context: Context<SessionEvent>,
): Deciding {
  if (session === undefined) return command.type === 'create' ? decideCreate(command, context) : unknown()
  if (session.state === 'erasing') return command.type === 'erase' ? { events: [] } : unknown()
  const decided = decideExisting(session, command, context)
  return isRefused(decided) ? decided : { events: withControl(session, decided.events) }
}

function decideExisting(session: Session, command: SessionCommand, context: Context<SessionEvent>): Deciding {
  switch (command.type) {
    case 'create':
      return refuse('in_use', 'This id names a session already; create another one.')
    case 'queue':
      return decideQueue(session, command, context)
    case 'offer_slot':
      return decideOffer(session, command, context)
    case 'stop':
      return decideStop(session, command, context)
    case 'hang_up':
      return decideHangUp(session, command, context)
    case 'drop_retry':
      return decideDropRetry(session, context)
    case 'reject':
      return decideReject(session, command, context)
    case 'report':
      return decideReport(session, command, context)
    case 'dial_answered':
      return decideDialAnswered(session, command, context)
    case 'turn':
      return decideTurn(session, command, context)
    case 'note_tool':
      return decideTool(session, command, context)
    case 'note_usage':
      return decideUsage(session, command, context)
    case 'advise':
      return decideAdvice(session, command, context)
    case 'fail_turn':
      return decideTurnFailed(session, command, context)
    case 'voicemail_sign':
      return decideVoicemail(session, command, context)
    case 'agent_ends':
      return decideAgentEnds(session, command, context)
    case 'call_back':
      return decideCallBack(session, command, context)
    case 'settle':
      return decideSettle(session, command, context)
    case 'place_words':
      return decideWords(session, command, context)
    case 'take_lease':
      return decideLease(session, command, context)
    case 'lose':
      return decideLose(session, command, context)
    case 'lapse':
      return decideLapse(session, command, context)
    case 'erase':
      return decideErase(session, context)
    case 'answer':
    case 'answer_done':
    case 'attach_media':
    case 'claim':
    case 'close':
    case 'connect':
    case 'disconnect':
    case 'lose_media':
    case 'mode':
    case 'offer':
    case 'transfer':
      return decideControl(session, command, context)
    case 'compose_mail':
    case 'settle_mail':
    case 'take_mail':
    case 'leave_mail':
      return decideMail(session, command, context)
  }
}

/** Only what is over for good can be forgotten. */
function decideErase(session: Session, { now: at, by, id }: Context<SessionEvent>): Deciding {
  if (session.state !== 'ended') return refuse('wrong_state', 'End it first, and wait until it is settled.')
  // What took place elsewhere can be told anew: that does nothing in the world.
  const isKept = session.reference && !isImported(session)
  return { events: [{ type: 'session.erased', at, by, ...(isKept && { keeper: id() }) }] }
}

function unknown(): Refused {
  return refuse('not_found', 'There is no such session.')
}
