import { openSqlite } from '#adapters/storage/sqlite/open.ts'
import type { HeadRow } from '#engine/ports/rows.ts'
import { StorageUnavailable } from '#engine/ports/storage.ts'
import { aggregate, someId, unit } from '../storage/given.ts'

/**
 * A process that commits as fast as it can and prints, for each batch that was acknowledged, the versions it has reached. Where
 * the store is not available it says so and tries again. Argument: the data folder.
 */
const ids = Array.from({ length: 8 }, (_, i) => someId(i + 1))
const storage = await openSqlite({ folder: process.argv[2] ?? '' })
const heads = await storage.load(ids.map((id) => ({ what: 'head', aggregate: id })))
const versions = heads.map((head) => (head as HeadRow | null)?.version ?? 0)

for (let round = 0; ; round++) {
  const chosen = ids.map((_, i) => i).filter((i) => (round + i) % 3 !== 0)
  const head = { stateJson: JSON.stringify('x'.repeat(2000)) }
  try {
    await storage.commit(chosen.map((i) => unit(aggregate(ids[i] ?? '', versions[i] ?? 0, { head }))))
    for (const i of chosen) versions[i] = (versions[i] ?? 0) + 1
    console.log(JSON.stringify(versions))
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error
    const read = await storage.load(ids.map((id) => ({ what: 'head', aggregate: id })))
    console.log(
      JSON.stringify({ unavailable: error.message, read: read.map((row) => (row as HeadRow).version), versions }),
    )
  }
}
