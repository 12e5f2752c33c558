import { batch as noun } from '#domain/batch/batch.ts'
import type { Batch } from '#domain/batch/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refusals, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine } from '#engine/api.ts'
import type { Position } from '../api.ts'

const perPage = 100

/** The batches of a campaign that calls may still be made for. */
export async function* openBatches(engine: Engine, account: string, campaign: Id): AsyncGenerator<Batch, undefined> {
  let after: Position | undefined
  do {
    const page = await engine.list({
      account,
      noun,
      list: 'open_by_campaign',
      equals: [campaign],
      limit: perPage,
      ...(after && { after }),
    })
    for (const { state } of page.items) yield state
    after = page.next
  } while (after)
  return undefined
}

/** Stops the open batches of the runs up to `round`, each of which stops what waits of it. Refused: not all of them yet. */
export async function stopRuns(
  engine: Engine,
  account: string,
  campaign: Id,
  round: number,
): Promise<Refused | undefined> {
  for await (const batch of openBatches(engine, account, campaign)) {
    if ((batch.campaign?.round ?? Infinity) > round) continue
    const outcome = await engine.execute<true>({ account, by: 'campaign' }, (unit) => {
      const done = unit.run(noun, batch.id, { type: 'stop', hangUp: false })
      return isRefused(done) ? done : true
    })
    const { refusal } = outcome
    // What it refuses otherwise has ended by itself meanwhile.
    if (refusal && refusals[refusal.code].retryable) return { refusal }
  }
  return undefined
}
