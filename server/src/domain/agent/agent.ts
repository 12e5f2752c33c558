import { bare, type Deadline, type Effect, type Key, type Noun } from '../noun.ts'
import type { AgentCommand } from './commands.ts'
import { decide, restorableMs } from './decide.ts'
import type { AgentEvent } from './events.ts'
import { evolve } from './evolve.ts'
import type { Agent } from './state.ts'

/** The once key under which a version's part is found. */
export function versionKey(version: number): Key {
  return { use: 'once', kind: 'version', key: String(version) }
}

function deadline(state: Agent): Deadline<AgentCommand> | undefined {
  if (state.status !== 'deleted' || state.deletedAt === null) return undefined
  return {
    at: state.deletedAt + restorableMs,
    command: { type: 'forget' },
    because: 'a deleted agent can be restored for 30 days',
  }
}

/** Whatever removes it stops what waits for it; a purge takes its sessions too. */
function effects(event: AgentEvent): readonly Effect[] {
  if (event.type !== 'agent.deleted' && event.type !== 'agent.erased') return []
  const stop: Effect = { kind: 'agent.stop_waiting', mode: 'repeatable', key: 'stop_waiting', payload: {} }
  if (event.type === 'agent.deleted' || !event.purged) return [stop]
  return [stop, { kind: 'agent.purge', mode: 'repeatable', key: 'purge', payload: {} }]
}

/** The agent noun. */
export const agent: Noun<Agent, AgentCommand, AgentEvent, 'agent'> = {
  ...bare,
  name: 'agent',
  shape: 1,
  decide,
  evolve,
  deadline,
  keys: (event) => (event.type === 'agent.written' ? [versionKey(event.version)] : []),
  part: (event) => (event.type === 'agent.written' ? { creates: 'version' } : undefined),
  facets: (state) => ({
    live: state.status === 'live' && !state.unlisted ? true : undefined,
    createdAt: state.createdAt,
    name: state.name,
  }),
  lists: { all: { equal: 'live', sort: 'createdAt' } },
  effects,
  erasing: (state) => state.status === 'erasing',
}
