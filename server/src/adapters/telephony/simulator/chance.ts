/** Draws numbers in [0, 1). */
export type Chance = () => number

/** Draws that follow from a text alone, the same on every machine: FNV-1a 32 for the start, then a mixed Weyl sequence. */
export function chanceOf(text: string): Chance {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
}

/** Hexadecimal digits, drawn. */
export function hexOf(chance: Chance, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(chance() * 16).toString(16)).join('')
}
