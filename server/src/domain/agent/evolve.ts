import type { AgentEvent } from './events.ts'
import type { Agent } from './state.ts'

/** The agent after an event. */
export function evolve(state: Agent | undefined, event: AgentEvent): Agent {
  if (event.type === 'agent.written')
    return {
      id: event.id,
      account: event.account,
      status: 'live',
      version: event.version,
      name: event.definition.name,
      ...(event.definition.unlisted && { unlisted: true as const }),
      announces: event.definition.announce !== null,
      createdAt: state?.createdAt ?? event.at,
      updatedAt: event.at,
      deletedAt: null,
    }
  if (!state) throw new Error('Something happened to an agent that had never been written.')
  switch (event.type) {
    case 'agent.deleted':
      return { ...state, status: 'deleted', updatedAt: event.at, deletedAt: event.at }
    case 'agent.restored':
      return { ...state, status: 'live', updatedAt: event.at, deletedAt: null }
    case 'agent.erased':
      return { ...state, status: 'erasing', updatedAt: event.at }
  }
}
