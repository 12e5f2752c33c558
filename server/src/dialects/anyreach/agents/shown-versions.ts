import type { PhoneNumber } from '#domain/number/state.ts'
import { documentOf, shownConfig, type AgentDocument } from './agent-config.ts'
import { showAgentId, showDraftId, showOwnVersionId, versionIdOf } from './agent-ids.ts'
import type { Api } from '../api.ts'
import { madeAt, stamp, stampOf, touchedAt } from '../time.ts'
import type { Version } from './versions.ts'

/** A version's configuration as it is kept. */
export function documentIn(version: Version): AgentDocument {
  return version.is === 'draft' ? (version.view.document as AgentDocument) : documentOf(version.definition)
}

/** A version as it is read. */
export function shownVersion(version: Version) {
  const config = shownConfig(documentIn(version))
  if (version.is === 'draft') {
    const { draft } = version.view
    return {
      id: showDraftId(draft.id),
      agent_id: showAgentId(draft.agentId),
      version: draft.number,
      status: draft.version === null ? 'draft' : 'published',
      config,
      created_at: stamp(madeAt(draft)),
      updated_at: stamp(touchedAt(draft)),
      published_at: draft.publishedAt === null ? null : stampOf(draft.publishedAt),
    }
  }
  const { pin, at } = version
  return {
    id: showOwnVersionId(pin.id, pin.version),
    agent_id: showAgentId(pin.id),
    version: pin.version,
    status: 'published',
    config,
    created_at: stampOf(at),
    updated_at: stampOf(at),
    published_at: stampOf(at),
  }
}

/** Who has a number's slots. */
export async function shownSlots({ context: { services } }: Api, number: PhoneNumber) {
  const { account, agentId, agentVersion, outbound } = number
  const nameOf = async (id: string, version: number): Promise<string | null> => {
    const definition = await services.agents.version(account, id, version)
    return definition ? versionIdOf({ id, version }, definition) : null
  }
  const answers = agentId === null ? undefined : await services.agents.get(account, agentId)
  return {
    phone_number: number.number,
    inbound_agent_version_id: answers ? await nameOf(answers.agent.id, agentVersion ?? answers.agent.version) : null,
    outbound_agent_version_id: outbound ? await nameOf(outbound.id, outbound.version) : null,
  }
}
