import { batch as noun } from '#domain/batch/batch.ts'
import type { BatchCommand } from '#domain/batch/commands.ts'
import type { Batch } from '#domain/batch/state.ts'
import type { SessionCommand } from '#domain/session/commands.ts'
import { session } from '#domain/session/session.ts'
import type { SessionState } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { EffectAnswer, EffectRequest, Engine, Unit } from '#engine/api.ts'
import { read } from '../../reading.ts'
import { rowsPerUnit } from './limits.ts'
import { seeRows } from './rows.ts'
import { inUnits } from './units.ts'

type Stopping = NonNullable<Batch['stopping']>

/**
 * Stops what waits of a batch; what is on the line is hung up where that was asked for, and is not retried otherwise. Each is dealt
 * with as it is in its unit, so that once over all is enough. A deleted batch is gone, but its sessions are still found by it.
 */
export async function stop(engine: Engine, effect: EffectRequest): Promise<EffectAnswer> {
  const { account, aggregate: id } = effect
  const batch = await read(engine, account, (unit) => unit.state(noun, id))
  const how: Stopping = batch?.stopping ?? { hangUp: false, cause: 'batch_stopped' }
  const ids: Id[] = []
  await seeRows(engine, { account, id }, (seen) => {
    if (commandFor(seen.facets['state'] as SessionState, how)) ids.push(seen.id)
  })
  const perUnit = how.hangUp ? rowsPerUnit.hangUp : rowsPerUnit.stop
  const count = await inUnits(engine, effect, ids, perUnit, (unit, some) => stopAll(unit, some, how))
  if (isRefused(count)) return { settled: false, error: count.refusal.message }
  const next = batch?.rows ?? 0
  const command: BatchCommand = { type: 'advance', work: 'stop', next, count, missed: 0, done: true }
  return { settled: true, command }
}

/** Answers with how many took it. Each is looked at as it is now. */
function stopAll(unit: Unit, ids: readonly Id[], how: Stopping): number {
  let count = 0
  for (const id of ids) {
    const state = unit.state(session, id)?.state
    const command = state && commandFor(state, how)
    const done = command && unit.run(session, id, command)
    if (done && !isRefused(done)) count++
  }
  return count
}

/** Undefined: it is over. What has dropped off the line may still come to a retry, which a stop drops. */
function commandFor(state: SessionState, { hangUp, cause }: Stopping): SessionCommand | undefined {
  switch (state) {
    case 'prepared':
    case 'scheduled':
    case 'queued':
    case 'deferred':
    case 'wrapping':
      return { type: 'stop', cause }
    case 'joining':
    case 'dialing':
    case 'ringing':
    case 'live':
      return hangUp ? { type: 'hang_up', note: 'its batch was stopped' } : { type: 'drop_retry' }
    case 'ended':
    case 'erasing':
      return undefined
  }
}
