import { conversation as noun } from '#domain/conversation/conversation.ts'
import type { ConversationCommand } from '#domain/conversation/commands.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Conversation } from '#domain/conversation/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Done, Engine, Unit } from '#engine/api.ts'
import type { Viewed } from '../api.ts'
import type { Snapshots } from '../snapshots.ts'

/** What all parts of this service work with. */
export interface ConversationsNeed {
  readonly engine: Engine
  readonly snapshots: Snapshots
}

/** The conversation with what its configuration said when it was made, inside a program. */
export function view(unit: Unit, snapshots: Snapshots, conversation: Conversation): Viewed {
  return { conversation, document: snapshots.pinned(unit, conversation) }
}

/** The same outside a program. */
export async function viewLater(snapshots: Snapshots, conversation: Conversation): Promise<Viewed> {
  const { id, version } = conversation.configuration
  const document = await snapshots.version(conversation.account, id, version)
  if (!document) throw new Error(`Version ${version} of configuration ${id} is not in the store.`)
  return { conversation, document }
}

/** Runs a command on a conversation that must be there. */
export function run(unit: Unit, id: Id, command: ConversationCommand): Done<Conversation, ConversationEvent> | Refused {
  // Some commands are harmless where nothing is, and would be answered as if something were.
  return unit.state(noun, id) ? unit.run(noun, id, command) : unknownConversation()
}

function unknownConversation(): Refused {
  return refuse('not_found', 'There is no such conversation.')
}
