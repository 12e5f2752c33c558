import { releaseOf } from '#domain/agent/release.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { AgentPin } from '#domain/session/state.ts'
import { isId, type Id } from '#domain/vocabulary/id.ts'
import { readPrefixed } from '../ids.ts'

/** What an agent is called here; null: it was made for one conversation alone (D29). */
export function agentIdOf(
  { id }: Pick<AgentPin, 'id'>,
  { unlisted }: Pick<AgentDefinition, 'unlisted'>,
): string | null {
  return unlisted ? null : showAgentId(id)
}

export function showAgentId(id: Id): string {
  return `agent_${id}`
}

/** Undefined: no agent is called that. */
export function readAgentId(text: string): Id | undefined {
  return readPrefixed('agent_', text)
}

/** What an agent's version is called; null: it was made for one conversation alone, or was never published. */
export function versionIdOf(
  { id, version }: AgentPin,
  definition: Pick<AgentDefinition, 'unlisted' | 'release'>,
): string | null {
  const { number, draft } = releaseOf(version, definition)
  if (definition.unlisted || number === null) return null
  return draft === undefined ? showOwnVersionId(id, number) : showDraftId(draft)
}

/** A version that was written as a draft. */
export function showDraftId(draft: Id): string {
  return `agv_${draft}`
}

/** A version that another dialect wrote. */
export function showOwnVersionId(agent: Id, number: number): string {
  return `agv_${agent}_${number}`
}

/** The draft, or the agent and the number, that a version's id names; undefined: none. */
export function readVersionId(text: string): { readonly draft: Id } | AgentPin | undefined {
  const draft = readPrefixed('agv_', text)
  if (draft !== undefined) return { draft }
  const [, id, version] = /^agv_([0-9a-z]{26})_([1-9]\d{0,8})$/.exec(text) ?? []
  return id !== undefined && isId(id) ? { id, version: Number(version) } : undefined
}
