import { setImmediate as turn } from 'node:timers/promises'
import type { BatchEvent } from '#domain/batch/events.ts'
import { rowsPerPart, type Batch, type BatchRow } from '#domain/batch/state.ts'
import { session } from '#domain/session/session.ts'
import type { Facets } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine } from '#engine/api.ts'
import { slicesOf } from '../slices.ts'

/** Comes after every id: a list that begins after a row and it begins with the next row. */
const afterAnyId: Id = 'z'

/** A batch's rows after row `from`, as they lie in their parts, one part at a time, with others in between; a part's first rows may be left out. */
export async function* rowParts(
  engine: Engine,
  { account, id }: Pick<Batch, 'account' | 'id'>,
  from = 0,
): AsyncGenerator<readonly BatchRow[], undefined> {
  // The first event makes the batch, the next ones its parts.
  let after = 1 + Math.floor(from / rowsPerPart)
  for (;;) {
    const [part] = await engine.parts<BatchEvent>(account, id, { kind: 'rows', after, limit: 1 })
    if (part?.created.type !== 'batch.rows') return undefined
    yield part.created.rows.filter(({ row }) => row > from)
    after = part.n
    if (part.created.rows.length === rowsPerPart) await turn()
  }
}

/** What the lists know of a row's session, without its head being read. */
export interface Seen {
  readonly id: Id
  readonly row: number
  readonly facets: Facets
}

/** Shows the sessions of a batch by row, after row `from`, up to and including row `upTo`. */
export async function seeRows(
  engine: Engine,
  { account, id }: Pick<Batch, 'account' | 'id'>,
  see: (seen: Seen) => void,
  { from = 0, upTo = Infinity }: { readonly from?: number; readonly upTo?: number } = {},
): Promise<void> {
  const after = from > 0 && { after: { sort: from, id: afterAnyId } }
  for await (const entries of slicesOf(engine, { account, noun: session, list: 'by_batch', equals: [id], ...after })) {
    for (const { aggregate, sort, facets } of entries) {
      const row = Number(sort)
      if (row > upTo) return
      see({ id: aggregate, row, facets })
    }
  }
}
