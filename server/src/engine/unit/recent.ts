import type { Id } from '#domain/vocabulary/id.ts'
import { Generations } from './generations.ts'

/**
 * Keys of events that are on their way to the store, or were until a moment ago: lookups see them before the store does.
 * Bounded; the oldest are forgotten long after their commit.
 */
export class Recent {
  readonly #once: Generations<number>
  readonly #find: Generations<Id>

  constructor(keys: number) {
    this.#once = new Generations(keys)
    this.#find = new Generations(keys)
  }

  useOnce(key: string, n: number): void {
    this.#once.set(key, n)
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
  }

  find(key: string): Id | undefined {
    return this.#find.get(key)
  }

  forgetFind(key: string, id: Id): void {
    if (this.#find.get(key) === id) this.#find.delete(key)
  }
}
