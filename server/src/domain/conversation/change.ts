import type { Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { Change } from './commands.ts'
import type { ConversationEvent, Moved } from './events.ts'
import { checkMetadata, checkName, limits } from './limits.ts'
import { move } from './moves.ts'
import type { Conversation } from './state.ts'
import { usedUp } from './streams.ts'

type Deciders = Context<ConversationEvent>

/** A change by request (T36, D8, D20). A closed conversation takes new callbacks and a repeated close, and nothing else (D3). */
export function decideChange(
  conversation: Conversation,
  command: Change,
  context: Deciders,
): Decision<ConversationEvent> | Refused {
  const name = command.name === undefined ? conversation.name : command.name
  const metadata = mergeMetadata(command.metadata ?? conversation.metadata, command.mergeMetadata)
  const wrong = checkName(name, 'name') ?? checkMetadata(metadata) ?? checkCallbacks(command)
  if (wrong) return wrong
  const described = name !== conversation.name || !sameMap(metadata, conversation.metadata)
  const moves = command.status !== undefined && command.status !== conversation.status
  if (conversation.status === 'closed' && (described || moves)) return closed()

  const { now: at } = context
  const events: ConversationEvent[] = []
  if (described) events.push({ type: 'conversation.described', at, name, metadata })
  const { callbacks } = command
  if (callbacks !== undefined && !sameJson(callbacks, conversation.overrides.callbacks ?? null)) {
    events.push({ type: 'conversation.callbacks_changed', at, callbacks })
  }
  const moved = command.status === undefined ? undefined : moveTo(conversation, command.status, context)
  if (moved) events.push(moved)
  return { events }
}

/** T4, T9: what is said of everything that would change a closed conversation. */
export function closed(): Refused {
  return refuse('closed', 'This conversation is closed for good; start a new one.')
}

/** Manual moves leave clocks and due times as they are (D21). Undefined: it is there already, or can never be. */
function moveTo(
  conversation: Conversation,
  to: NonNullable<Change['status']>,
  { now: at, by }: Deciders,
): Moved | undefined {
  const { status } = conversation
  if (status === to || status === 'closed' || status === 'erasing') return undefined
  const cause = { at, mover: 'request', by, because: 'set by request' } as const
  switch (to) {
    case 'active':
      return status === 'inactive' ? move(status, to, { ...cause, firedInactive: usedUp(conversation, at) }) : undefined
    case 'inactive':
      return status === 'active' ? move(status, to, cause) : undefined
    case 'closed':
      return move(status, to, cause)
  }
}

function mergeMetadata(
  present: Readonly<Record<string, string>>,
  merge: Readonly<Record<string, string | null>> | undefined,
): Readonly<Record<string, string>> {
  if (merge === undefined) return present
  const merged = new Map(Object.entries(present))
  for (const [key, value] of Object.entries(merge)) {
    if (value === null) merged.delete(key)
    else merged.set(key, value)
  }
  return Object.fromEntries(merged)
}

function sameMap(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function checkCallbacks({ callbacks }: Change): Refused | undefined {
  if (callbacks === undefined || callbacks === null || callbacks.length <= limits.callbacks) return undefined
  return refuse('invalid', `Give at most ${limits.callbacks} callbacks.`, { field: 'callbacks' })
}
