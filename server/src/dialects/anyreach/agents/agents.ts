import { releaseOf } from '#domain/agent/release.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { AgentView } from '#services/calls/api.ts'
import { aboutAgent, withAbout, type AboutAgent } from './about-agent.ts'
import { showAgentId, versionIdOf } from './agent-ids.ts'
import type { AgentChange } from '../wire/agents.ts'
import type { Api } from '../api.ts'
import { organizationId } from '../credentials/keys.ts'
import { madeAt, stamp, touchedAt } from '../time.ts'

/** An agent as it is read; one made in another dialect is shown with what it has. */
export function shownAgent({ agent, definition }: AgentView) {
  const { description, active, is_demo, metadata } = aboutAgent(definition)
  const pin = { id: agent.id, version: agent.version }
  return {
    id: showAgentId(agent.id),
    organization_id: organizationId(agent.account),
    name: definition.name,
    description,
    active,
    is_demo,
    metadata,
    published_version: releaseOf(agent.version, definition).number,
    published_version_id: versionIdOf(pin, definition),
    created_at: stamp(madeAt(agent)),
    updated_at: stamp(touchedAt(agent)),
  }
}

/** A live agent that lists show; undefined: there is none. */
export async function foundAgent(
  { context: { services } }: Api,
  account: string,
  id: Id | undefined,
): Promise<AgentView | undefined> {
  const view = id === undefined ? undefined : await services.agents.get(account, id)
  return view?.definition.unlisted ? undefined : view
}

/** What is said of an agent beside its configuration, which stays as it is, under its number. */
export function changed(present: AgentDefinition, version: number, { name, ...said }: AgentChange): AgentDefinition {
  const about = Object.fromEntries(
    Object.entries(said).filter(([, value]) => value !== undefined),
  ) as Partial<AboutAgent>
  return {
    ...present,
    name: name ?? present.name,
    release: { ...releaseOf(version, present), at: version + 1 },
    vendor: withAbout(present, { ...aboutAgent(present), ...about }),
  }
}
