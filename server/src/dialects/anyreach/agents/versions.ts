import { releaseOf } from '#domain/agent/release.ts'
import type { AgentPin } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Ask, Outcome } from '#engine/api.ts'
import type { AgentView, DraftView, WrittenVersion } from '#services/calls/api.ts'
import { documentOf } from './agent-config.ts'
import { readVersionId } from './agent-ids.ts'
import type { Api } from '../api.ts'

/** One version of an agent: a draft, published or not; or what another dialect wrote, which counts as published. */
export type Version =
  | { readonly is: 'draft'; readonly view: DraftView }
  | ({ readonly is: 'written'; readonly pin: AgentPin } & WrittenVersion)

/** By number; undefined: the agent has no such version. */
export async function versionOf(
  { context: { services } }: Api,
  account: string,
  agent: Id,
  number: number,
): Promise<Version | undefined> {
  const view = await services.drafts.find(account, agent, number)
  return view ? { is: 'draft', view } : writtenVersion(services, account, { id: agent, version: number })
}

/** By its id. */
export async function versionNamed(
  { context: { services } }: Api,
  account: string,
  text: string,
): Promise<Version | undefined> {
  const named = readVersionId(text)
  if (!named) return undefined
  if (!('draft' in named)) return writtenVersion(services, account, named)
  const view = await services.drafts.get(account, named.draft)
  return view && { is: 'draft', view }
}

/** A version of another dialect's: one that is known by its own number. */
async function writtenVersion(
  { agents }: Api['context']['services'],
  account: string,
  pin: AgentPin,
): Promise<Version | undefined> {
  const written = await agents.written(account, pin.id, pin.version)
  return written && isOwn(pin, written) ? { is: 'written', pin, ...written } : undefined
}

function isOwn({ version }: AgentPin, { definition }: WrittenVersion): boolean {
  const { number, draft } = releaseOf(version, definition)
  return !definition.unlisted && number === version && draft === undefined
}

/** Where it is published; undefined: it is not. */
export function pinOf(version: Version): AgentPin | undefined {
  if (version.is === 'written') return version.pin
  const { agentId, version: published } = version.view.draft
  return published === null ? undefined : { id: agentId, version: published }
}

/** The agent's present version; undefined: nothing of it has been published. */
export function presentPin({ agent: { id, version }, definition }: AgentView): AgentPin | undefined {
  return releaseOf(version, definition).number === null ? undefined : { id, version }
}

/** An agent's versions, highest number first; `below` is exclusive. */
export async function versionsOf(
  api: Api,
  { agent }: AgentView,
  { below, limit }: { readonly below?: number | undefined; readonly limit: number },
): Promise<readonly Version[]> {
  const { services } = api.context
  const { account, id } = agent
  const drafts = await services.drafts.list(account, id, { limit, ...(below !== undefined && { below }) })
  const taken = new Set(drafts.map(({ draft }) => draft.number))
  // A full page of drafts has room only for what is above its last.
  const above = drafts.length < limit ? 0 : (drafts.at(-1)?.draft.number ?? 0)
  const written: Version[] = []
  let version = Math.min(agent.version, (below ?? Infinity) - 1)
  while (version > above && written.length < limit) {
    const pin = { id, version }
    const found = await services.agents.written(account, id, version)
    const next = found && (await before(services, account, pin, found))
    if (found && !taken.has(version) && isOwn(pin, found)) written.push({ is: 'written', pin, ...found })
    version = next ?? 0
  }
  const all = [...drafts.map((view): Version => ({ is: 'draft', view })), ...written]
  return all.toSorted((one, other) => numberOf(other) - numberOf(one)).slice(0, limit)
}

/** The next lower version that may have a number of its own: those between only say more of the agent. */
async function before(
  { drafts }: Api['context']['services'],
  account: string,
  { version }: AgentPin,
  { definition }: WrittenVersion,
): Promise<number> {
  const { number, draft } = releaseOf(version, definition)
  // Nothing had been published yet.
  if (number === null) return 0
  if (draft === undefined) return number === version ? version - 1 : Math.min(number, version - 1)
  const published = (await drafts.get(account, draft))?.draft.version ?? version
  return Math.min(published, version) - 1
}

/** The one of the highest number, which `latest` names. */
export async function newestOf(api: Api, view: AgentView): Promise<Version | undefined> {
  const [newest] = await versionsOf(api, view, { limit: 1 })
  return newest
}

/** The newest draft, made from what the agent is now where there is none. */
export function ensured({ context: { services } }: Api, ask: Ask, { agent }: AgentView): Promise<Outcome<DraftView>> {
  return services.drafts.ensure(ask, agent.id, documentOf)
}

export function numberOf(version: Version): number {
  return version.is === 'draft' ? version.view.draft.number : version.pin.version
}
