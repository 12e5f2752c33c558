import type { AgentDefinition, Announcing } from '#domain/agent/state.ts'
import type { Session } from '#domain/session/state.ts'
import type { Services } from '#services/api.ts'
import { targetOf } from './webhooks.ts'

/** What an agent says now of whom to tell, and the version that says it. */
export interface Present {
  readonly definition: AgentDefinition
  readonly version: number
}

type Sources = Pick<Services, 'agents'>
type Pinned = Pick<Session, 'agent' | 'account'>

/**
 * Webhooks go where the agent wants them now (5.2), also those of calls ordered before; one that is deleted keeps its last word.
 * Undefined: it is erased.
 */
export async function presentOf({ agents }: Sources, { account, agent }: Pinned): Promise<Present | undefined> {
  const view = await agents.get(account, agent.id)
  if (view) return { definition: view.definition, version: view.agent.version }
  let last: Present | undefined
  for (let version = agent.version; ; version++) {
    const definition = await agents.version(account, agent.id, version)
    if (!definition) return last
    last = { definition, version }
  }
}

/** Versions between a call's own and the present one that are looked at for where it was told. */
const lookedBack = 50

/** Whom a call may have been told to, by target: where its agent's webhooks go now, and where they went since it was ordered. */
export async function receiversOf(
  sources: Sources,
  session: Pinned,
  pinned: AgentDefinition,
): Promise<{ readonly present: Announcing | undefined; readonly urls: ReadonlyMap<string, string> }> {
  const { account, agent } = session
  const now = await presentOf(sources, session)
  const present = bolnaOf(now?.definition ?? pinned)
  const definitions: (AgentDefinition | undefined)[] = [now?.definition, pinned]
  const newest = now?.version ?? agent.version
  for (let version = newest - 1; version > Math.max(agent.version, newest - lookedBack); version--)
    definitions.push(await sources.agents.version(account, agent.id, version))
  const urls = definitions.flatMap((definition) => (definition && bolnaOf(definition)?.url) ?? [])
  return { present, urls: new Map(urls.map((url) => [targetOf(url), url])) }
}

function bolnaOf({ announce }: AgentDefinition): Announcing | undefined {
  return announce?.dialect === 'bolna' ? announce : undefined
}
