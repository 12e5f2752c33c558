import type { AgentDefinition, Release } from './state.ts'

/** Which published version an agent's version is. One that nobody wrote as a draft counts as published under its own number. */
export function releaseOf(version: number, { release }: Pick<AgentDefinition, 'release'>): Release {
  return release?.at === version ? release : { at: version, number: version }
}
