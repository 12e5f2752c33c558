import { batch as noun } from '#domain/batch/batch.ts'
import type { BatchCommand } from '#domain/batch/commands.ts'
import type { BatchChunk, BatchStatus } from '#domain/batch/state.ts'
import type { SessionCommand } from '#domain/session/commands.ts'
import { session } from '#domain/session/session.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { EffectAnswer, EffectRequest, Engine, Unit } from '#engine/api.ts'
import { read } from '../../reading.ts'
import { rowsPerChunk, rowsPerUnit } from './limits.ts'
import { seeRows } from './rows.ts'
import { inUnits } from './units.ts'

/** Lets the next prepared sessions of a batch into the queue, in the order of their rows. */
export async function release(engine: Engine, effect: EffectRequest): Promise<EffectAnswer> {
  const { account, aggregate: id } = effect
  const { from } = effect.payload as BatchChunk
  const batch = await read(engine, account, (unit) => unit.state(noun, id))
  if (!batch || !hasStarted(batch.status)) return { settled: true }
  const next = from + rowsPerChunk
  const prepared: Id[] = []
  await seeRows(engine, batch, (seen) => seen.facets['state'] === 'prepared' && prepared.push(seen.id), {
    from,
    upTo: next,
  })
  const count = await inUnits(engine, effect, prepared, rowsPerUnit.release, (unit, ids) => queue(unit, id, ids))
  if (isRefused(count)) return { settled: false, error: count.refusal.message }
  const done = next >= batch.rows
  const command: BatchCommand = { type: 'advance', work: 'release', next, count, missed: 0, done }
  return { settled: true, command }
}

function queue(unit: Unit, batch: Id, ids: readonly Id[]): number {
  const present = unit.state(noun, batch)
  if (present === undefined || !hasStarted(present.status)) return 0
  const command: SessionCommand = {
    type: 'queue',
    because: 'its batch starts',
    ...(!present.keepsHours && { ignoresHours: true }),
  }
  const prepared = ids.filter((id) => unit.state(session, id)?.state === 'prepared')
  for (const id of prepared) unit.run(session, id, command)
  return prepared.length
}

function hasStarted(status: BatchStatus): boolean {
  return status === 'queued' || status === 'running'
}
