import type { Id } from '#domain/vocabulary/id.ts'

/**
 * Keys of events that are on their way to the store, or were until a moment ago: lookups see them before the store does.
 * Bounded: the oldest leave first, long after their commit.
 */
export class Recent {
  readonly #once = new Map<string, number>()
  readonly #find = new Map<string, Id>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  useOnce(key: string, n: number): void {
    this.#once.set(key, n)
    trim(this.#once, this.#max)
  }

  once(key: string): number | undefined {
    return this.#once.get(key)
  }

  forgetOnce(key: string): void {
    this.#once.delete(key)
  }

  /** One id for a key is enough: it is asked for beside what the store has. */
  addFind(key: string, id: Id): void {
    this.#find.set(key, id)
    trim(this.#find, this.#max)
  }

  find(key: string): Id | undefined {
    return this.#find.get(key)
  }

  forgetFind(key: string, id: Id): void {
    if (this.#find.get(key) === id) this.#find.delete(key)
  }
}

function trim(map: Map<string, unknown>, max: number): void {
  if (map.size <= max) return
  for (const key of map.keys()) {
    map.delete(key)
    return
  }
}
