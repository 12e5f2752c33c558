import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Sessions } from '#services/calls/api.ts'
import { microsOf, type Microseconds } from '../time.ts'

/** So many milliseconds are looked through for a free moment: 10,000 conversations of one moment find theirs. */
const lookedThrough = 10

/**
 * Moments in which no other conversation of the organization was created (4.2): the one that is given, or the next microsecond that is
 * free. What is taken here is free to nobody who asks the same object again.
 */
export class FreeMoments {
  readonly #lists: Pick<Sessions, 'madeAt'>
  readonly #account: string
  readonly #taken = new Map<Instant, Promise<Set<number>>>()

  constructor(lists: Pick<Sessions, 'madeAt'>, account: string) {
    this.#lists = lists
    this.#account = account
  }

  /** Undefined: very many were created in and right after this moment. */
  async take(at: Microseconds): Promise<Microseconds | undefined> {
    let instant: Instant = Math.floor(at / 1_000)
    let first = at - instant * 1_000
    for (let looked = 0; looked < lookedThrough; looked++, instant++, first = 0) {
      const taken = await this.#takenIn(instant)
      for (let micros = first; micros < 1_000; micros++) {
        if (taken.has(micros)) continue
        taken.add(micros)
        return instant * 1_000 + micros
      }
    }
    return undefined
  }

  #takenIn(instant: Instant): Promise<Set<number>> {
    return this.#taken.getOrInsertComputed(instant, async () => {
      const ids = await this.#lists.madeAt(this.#account, instant)
      return new Set(ids.map(microsOf))
    })
  }
}
