import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import { chanceOf } from './chance.ts'
import type { Deed, Script } from './script.ts'

/** A step whose time is fixed. */
export type PlannedStep = Deed & { readonly after: Milliseconds }

/** The longest that phones wait for an agent that says nothing. */
export const patienceMs: Milliseconds = 8_000

/** The script with the pauses that the seed chooses: the same seed makes the same plan. */
export function planOf(script: Script, seed: string): readonly PlannedStep[] {
  const chance = chanceOf(seed)
  return script.map((step) => {
    // Drawn for each step, so that a time that is given moves no other.
    const pause = 500 + Math.floor(chance() * 601)
    return { ...step, after: step.after ?? (isTalk(step) ? pause : 0) }
  })
}

/** What a person takes a breath for. */
function isTalk({ do: deed }: Deed): boolean {
  return deed === 'say' || deed === 'dtmf'
}
