import type { Batch } from '#domain/batch/state.ts'
import type { Session, SessionState } from '#domain/session/state.ts'
import type { Engine } from '#engine/api.ts'
import type { BatchTally } from '../api.ts'
import { seeRows } from './rows.ts'

/** How many sessions of a batch are in each state, counted from the lists alone. */
export async function tallyOf(engine: Engine, batch: Batch): Promise<readonly BatchTally[]> {
  const counted = new Map<string, BatchTally>()
  await seeRows(engine, batch, ({ facets }) => {
    // The list says what the noun's facets say; their types do not survive it.
    const state = facets['state'] as SessionState
    const outcome = (facets['outcome'] ?? null) as Session['outcome']
    const wasLive = facets['wasLive'] === true
    const name = `${state} ${outcome} ${wasLive}`
    counted.set(name, { state, outcome, wasLive, count: (counted.get(name)?.count ?? 0) + 1 })
  })
  return [...counted.values()]
}
