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
  const newest = newestOf(said, told)
  return newest.length === said.length ? { said } : { said: newest, turn: `${said.length}` }
}

/** As much of the newest as there is room for; never nothing of something. */
export function newestOf<Turn extends SaidTurn>(said: readonly Turn[], bounds: Bounds): readonly Turn[] {
  let from = said.length
  for (let left = bounds.characters; from > 0; from--) {
    left -= said[from - 1]?.text.length ?? 0
    if (said.length - from === bounds.words || (left < 0 && from < said.length)) break
  }
  return from === 0 ? said : said.slice(from)
}
