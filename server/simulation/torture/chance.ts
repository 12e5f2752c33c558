/** Choices that a seed repeats (xorshift32; quality does not matter here). */
export class Chance {
  readonly #seed: number
  #state: number
  #given = 0

  constructor(seed: number) {
    this.#seed = seed
    this.#state = seed >>> 0 || 1
  }

  /** 32 hex digits that no other seed and no other call gives: two runs of choices may overlap, names must not. */
  unique(): string {
    return this.#seed.toString(16).padStart(16, '0') + (++this.#given).toString(16).padStart(16, '0')
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % limit
  }

  of<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(Math.max(1, items.length))]
  }
}
