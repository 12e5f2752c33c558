import { batch as noun } from '#domain/batch/batch.ts'
import type { BatchCommand } from '#domain/batch/commands.ts'
import type { BatchChunk, BatchStatus } from '#domain/batch/state.ts'
import type { SessionCommand } from '#domain/session/commands.ts'
import { session } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { EffectAnswer, EffectRequest, Engine, Unit } from '#engine/api.ts'
import { read } from '../../reading.ts'
import { missedMs, rowsPerChunk, rowsPerUnit } from './limits.ts'
import { seeRows } from './rows.ts'
import { inUnits } from './units.ts'

/**
 * Lets the next prepared sessions of a batch into the queue, in the order of their rows. What was let in before a crash is counted
 * again with them, since that count was lost.
 */
export async function release(engine: Engine, effect: EffectRequest): Promise<EffectAnswer> {
  const { account, aggregate: id } = effect
  const { from } = effect.payload as BatchChunk
  const batch = await read(engine, account, (unit) => unit.state(noun, id))
  if (!batch || !hasStarted(batch.status)) return { settled: true }
  const next = from + rowsPerChunk
  const rows: Id[] = []
  await seeRows(engine, batch, (seen) => rows.push(seen.id), { from, upTo: next })
  const count = await inUnits(engine, effect, rows, rowsPerUnit.release, (unit, ids) => queue(unit, id, ids))
  if (isRefused(count)) return { settled: false, error: count.refusal.message }
  const done = next >= batch.rows
  const command: BatchCommand = { type: 'advance', work: 'release', next, count, missed: 0, done }
  return { settled: true, command }
}

/** Answers with how many have been let into the queue, now or before. */
function queue(unit: Unit, batch: Id, ids: readonly Id[]): number {
  const present = unit.state(noun, batch)
  if (present === undefined || !hasStarted(present.status)) return 0
  const { keepsHours, dueAt } = present
  const missed = dueAt !== null && unit.now - dueAt > missedMs
  const command: SessionCommand = {
    type: 'queue',
    because: missed ? 'its batch missed its time' : 'its batch starts',
    ...(!keepsHours && { ignoresHours: true }),
    ...(missed && { missed }),
  }
  let count = 0
  for (const id of ids) {
    const state = unit.state(session, id)
    if (state === undefined || wasStopped(state)) continue
    if (state.state === 'prepared') unit.run(session, id, command)
    count++
  }
  return count
}

/** It ended without having come into the queue: two states in all. */
function wasStopped({ state, sequence }: Session): boolean {
  return state === 'ended' && sequence === 2
}

function hasStarted(status: BatchStatus): boolean {
  return status === 'queued' || status === 'running'
}
