import type { Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import { closed, decideChange } from './change.ts'
import type { ConversationCommand } from './commands.ts'
import { decideCreate } from './create.ts'
import { decideLapse } from './deadline.ts'
import { decideDelivery } from './delivery.ts'
import type { ConversationEvent } from './events.ts'
import { decideAdd, decideAddAddresses, decideRemove, decideReplace } from './participants.ts'
import { decideSay } from './say.ts'
import { checkSessions, decideAttachSession, decideDetachSession } from './sessions.ts'
import type { Conversation } from './state.ts'
import { checkStreams, decideAttach, decideEnd } from './streams.ts'

type Deciding = Decision<ConversationEvent> | Refused

/** All rules of a conversation: what each command leads to, or why it is refused. */
export function decide(
  conversation: Conversation | undefined,
  command: ConversationCommand,
  context: Context<ConversationEvent>,
): Deciding {
  if (conversation === undefined) return command.type === 'create' ? decideCreate(command, context) : unknown(command)
  if (conversation.status === 'erasing') return unknown(command)
  if (conversation.status === 'closed' && !isAllowedWhenClosed(command)) return closed()
  return decideExisting(conversation, command, context)
}

function decideExisting(
  conversation: Conversation,
  command: ConversationCommand,
  context: Context<ConversationEvent>,
): Deciding {
  const { now: at, by } = context
  switch (command.type) {
    case 'create':
      return refuse('in_use', 'This id names a conversation already; create another one.')
    case 'say':
      return decideSay(conversation, command, context)
    case 'report_delivery':
      return decideDelivery(command, context)
    case 'attach_stream':
      return decideAttach(conversation, command, context)
    case 'end_stream':
      return decideEnd(conversation, command, context)
    case 'attach_session':
      return decideAttachSession(conversation, command, context)
    case 'detach_session':
      return decideDetachSession(conversation, command, context)
    case 'change':
      return decideChange(conversation, command, context)
    case 'add_participant':
      return decideAdd(conversation, command, context)
    case 'replace_participant':
      return decideReplace(conversation, command, context)
    case 'add_addresses':
      return decideAddAddresses(conversation, command, context)
    case 'remove_participant':
      return decideRemove(conversation, command, context)
    case 'note_late':
      return { events: [{ type: 'late.refused', at, what: command.what, because: command.because }] }
    case 'lapse':
      return decideLapse(conversation, command, context)
    case 'erase':
      return (
        checkStreams(conversation) ??
        checkSessions(conversation) ?? { events: [{ type: 'conversation.erased', at, by }] }
      )
  }
}

/** D3; a change is looked at more closely, and the others write nothing but the record. */
function isAllowedWhenClosed({ type }: ConversationCommand): boolean {
  switch (type) {
    case 'report_delivery':
    case 'end_stream':
    case 'detach_session':
    case 'change':
    case 'note_late':
    case 'lapse':
    case 'erase':
    case 'create':
      return true
    case 'say':
    case 'attach_stream':
    case 'attach_session':
    case 'add_participant':
    case 'replace_participant':
    case 'add_addresses':
    case 'remove_participant':
      return false
  }
}

/** A stream or a session may end after its conversation was deleted: that is no fault of theirs. */
function unknown({ type }: ConversationCommand): Deciding {
  if (type === 'end_stream' || type === 'detach_session' || type === 'erase' || type === 'lapse') return { events: [] }
  return refuse('not_found', 'There is no such conversation.')
}
