import type { Context, Decision } from '../noun.ts'
import { dayMs, type Milliseconds } from '../vocabulary/instant.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { AgentCommand } from './commands.ts'
import type { AgentEvent } from './events.ts'
import type { Agent, AgentDefinition } from './state.ts'

/** How long a deleted agent can be restored. */
export const restorableMs: Milliseconds = 30 * dayMs

type Ctx = Context<AgentEvent>
type Decided = Decision<AgentEvent> | Refused

/** Making, rewriting, deleting and bringing back. A write always makes a version, also when it says what the one before it said. */
export function decide(state: Agent | undefined, command: AgentCommand, context: Ctx): Decided {
  if (command.type === 'create')
    return state
      ? refuse('in_use', 'There is an agent with this id already: use another id.')
      : written(undefined, command.definition, context)
  if (!state || state.status === 'erasing') return unknown()
  const { now: at, by } = context
  switch (command.type) {
    case 'write':
      return write(state, command, context)
    case 'delete':
      return state.status === 'deleted' ? unknown() : decided({ type: 'agent.deleted', at, by })
    case 'restore':
      return state.status === 'live' ? { events: [] } : decided({ type: 'agent.restored', at, by })
    case 'purge':
      return decided({ type: 'agent.erased', at, by, purged: true })
    case 'forget':
      return isOver(state, at) ? decided({ type: 'agent.erased', at, by }) : { events: [] }
  }
}

function write(state: Agent, command: Extract<AgentCommand, { type: 'write' }>, context: Ctx): Decided {
  if (state.status === 'deleted') return unknown()
  if (command.ifVersion !== undefined && command.ifVersion !== state.version)
    return refuse('stale_version', `The agent is at version ${state.version}: read it again and repeat the change.`)
  return written(state, command.definition, context)
}

function written(present: Agent | undefined, definition: AgentDefinition, context: Ctx): Decided {
  const { now: at, self: id, account, by } = context
  return decided({ type: 'agent.written', at, id, account, version: (present?.version ?? 0) + 1, definition, by })
}

function isOver({ status, deletedAt }: Agent, at: number): boolean {
  return status === 'deleted' && deletedAt !== null && at >= deletedAt + restorableMs
}

function unknown(): Refused {
  return refuse('not_found', 'There is no such agent.')
}

function decided(event: AgentEvent): Decided {
  return { events: [event] }
}
