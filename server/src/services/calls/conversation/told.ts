import type { SaidTurn } from '../ports.ts'

/** How much of what was said is looked at, the newest. */
export interface Bounds {
  readonly words: number
  readonly characters: number
}

/** As much as an agent is told. */
export const told: Bounds = { words: 2_000, characters: 200_000 }

/** What of it an agent is told, and the name of its turn where that is not all: what it is told then no longer tells turns apart. */
export function newestTold(said: readonly SaidTurn[]): { readonly said: readonly SaidTurn[]; readonly turn?: string } {
  let from = said.length
  for (let left = told.characters; from > 0; from--) {
    left -= said[from - 1]?.text.length ?? 0
    const isFull = said.length - from === told.words || (left < 0 && from < said.length)
    if (isFull) return { said: said.slice(from), turn: `${said.length}` }
  }
  return { said }
}
