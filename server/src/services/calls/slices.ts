import { setImmediate as turn } from 'node:timers/promises'
import type { DomainEvent } from '#domain/noun.ts'
import type { Engine, Listing } from '#engine/api.ts'
import type { ListEntry } from '#engine/ports/storage.ts'

/** Most rows that are read before others have a turn. */
const rowsPerSlice = 500

/**
 * The rows of a list, slice by slice, for as long as they are taken; others have their turn in between, since stores may answer
 * without ever letting go. `first`: how many are wanted at least, where that is few.
 */
export async function* slicesOf<S, C, E extends DomainEvent>(
  engine: Pick<Engine, 'entries'>,
  listing: Omit<Listing<S, C, E>, 'test' | 'limit'>,
  first: number = rowsPerSlice,
): AsyncGenerator<readonly ListEntry[], undefined> {
  let limit = Math.min(first, rowsPerSlice)
  let { after } = listing
  for (;;) {
    const entries = await engine.entries({ ...listing, ...(after && { after }), limit })
    yield entries
    const last = entries.at(-1)
    if (last === undefined || entries.length < limit) return undefined
    after = { sort: last.sort, id: last.aggregate }
    if (limit === rowsPerSlice) await turn()
    limit = Math.min(2 * limit, rowsPerSlice)
  }
}
