import type { Noun, PartRole } from '../noun.ts'
import type { ConversationCommand } from './commands.ts'
import { deadline } from './deadline.ts'
import { decide } from './decide.ts'
import type { ConversationEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { claims, facets, handles, keys, lists } from './finding.ts'
import { effects, reactions } from './sessions.ts'
import type { Conversation } from './state.ts'

/** Everything said between the same parties until it is over, over any channel (T1–T33). */
export const conversation: Noun<Conversation, ConversationCommand, ConversationEvent, 'conversation'> = {
  name: 'conversation',
  shape: 1,
  decide,
  evolve,
  deadline,
  claims,
  handles,
  keys,
  part,
  facets,
  lists,
  reactions,
  effects,
  erasing: ({ status }) => status === 'erasing',
}

/** What is said are parts of kind `communication`; all else that happens makes its `timeline`. */
function part(event: ConversationEvent): PartRole {
  if (event.type === 'communication.created') return { creates: 'communication' }
  if (event.type === 'communication.updated') return { overlays: event.n }
  return { creates: 'timeline' }
}
