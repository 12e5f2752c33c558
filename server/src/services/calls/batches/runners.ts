import { batch as noun } from '#domain/batch/batch.ts'
import type { Advance, Batch, BatchChunk, BatchRow } from '#domain/batch/state.ts'
import type { SessionRequests } from '#domain/session/requests.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refusals, type Refused } from '#domain/vocabulary/refusal.ts'
import type { EffectAnswer, EffectRequest, EffectRunner, Engine, Unit } from '#engine/api.ts'
import { read } from '../../reading.ts'
import { liveAgent } from '../agents.ts'
import { rowsPerChunk, rowsPerUnit } from './limits.ts'
import { release } from './releasing.ts'
import { rowParts, seeRows } from './rows.ts'
import { stop } from './stopping.ts'
import { inUnits } from './units.ts'

/**
 * Makes the `prepared` session of one valid row, inside a program, or answers with the one that somebody faster has made. Undefined: the
 * row is none to call.
 */
export type MakeRow = (unit: Unit, row: BatchRow) => Id | Refused | undefined

export interface BatchRunnersNeed {
  readonly engine: Engine
  /** Looks up what all sessions of a batch are made from, or says why none can be made. */
  rowMaker(batch: Batch): Promise<MakeRow | Refused>
}

export type BatchEffect = 'batch.prepare' | 'batch.release' | 'batch.stop' | 'batch.row'

/**
 * Does a batch's work row by row, a chunk to an effect, some hundred rows to a unit. Whatever was done before a crash is met as
 * done: a row has one session (its `alone` key), and only what waits is released or stopped.
 */
export function batchRunners(need: BatchRunnersNeed): Readonly<Record<BatchEffect, EffectRunner>> {
  // The engine is asked for when an effect is run: it is made with its runners.
  return {
    'batch.prepare': { run: (effect) => prepare(need, effect) },
    'batch.release': { run: (effect) => release(need.engine, effect) },
    'batch.stop': { run: (effect) => stop(need.engine, effect) },
    'batch.row': { run: (effect) => noteRow(need.engine, effect) },
  }
}

/** The next chunk of rows. The batch may have been stopped meanwhile, which each unit looks at for itself. */
async function prepare({ engine, rowMaker }: BatchRunnersNeed, effect: EffectRequest): Promise<EffectAnswer> {
  const { account, aggregate: id } = effect
  const { from } = effect.payload as BatchChunk
  const batch = await read(engine, account, (unit) => unit.state(noun, id))
  if (!batch || !isWanted(batch)) return { settled: true }
  const make = await rowMaker(batch)
  if (isRefused(make)) return unmade(make)
  const rows: BatchRow[] = []
  for await (const part of rowParts(engine, batch, from)) if (rows.push(...part) >= rowsPerChunk) break
  const next = rows.at(-1)?.row
  if (next === undefined) return { settled: true, command: failing('its rows are gone') }
  const made = new Set<number>()
  await seeRows(engine, batch, ({ row }) => made.add(row), { from, upTo: next })
  const valid = rows.filter(({ to }) => to !== undefined)
  const left = valid.filter(({ row }) => !made.has(row))
  const missed = await inUnits(engine, effect, left, rowsPerUnit.make, (unit, some) =>
    makeRows(unit, batch, make, some),
  )
  if (isRefused(missed)) return unmade(missed)
  const done = next >= batch.rows
  return { settled: true, command: advancing({ work: 'prepare', next, count: valid.length, missed, done }) }
}

/** Answers with how many no session could be made of. */
function makeRows(unit: Unit, { id, agent }: Batch, make: MakeRow, rows: readonly BatchRow[]): number | Refused {
  const now = unit.state(noun, id)
  if (!now || !isWanted(now)) return 0
  const talker = liveAgent(unit, agent.id)
  if (isRefused(talker)) return talker
  let missed = 0
  for (const row of rows) {
    const one = make(unit, row)
    if (isRefused(one) && refusals[one.refusal.code].retryable) return one
    if (one === undefined || isRefused(one)) missed++
  }
  return missed
}

/** Sessions are made as long as the batch can start or has just started. */
function isWanted({ status }: Batch): boolean {
  return status === 'created' || status === 'scheduled' || status === 'queued'
}

function unmade({ refusal }: Refused): EffectAnswer {
  if (refusals[refusal.code].retryable) return { settled: false, error: refusal.message }
  return { settled: true, command: failing(refusal.message) }
}

/** A session tells its batch how its row stands. A batch that is gone wants to hear nothing. */
async function noteRow(engine: Engine, { account, kind, payload }: EffectRequest): Promise<EffectAnswer> {
  const { batch, ...note } = payload as SessionRequests['batch.row']
  const outcome = await engine.execute({ account, by: `effect:${kind}` }, (unit) => {
    const noted = unit.run(noun, batch, { type: 'note_row', ...note })
    return isRefused(noted) ? noted : true
  })
  if (outcome.refusal && refusals[outcome.refusal.code].retryable)
    return { settled: false, error: outcome.refusal.message }
  return { settled: true }
}

function failing(because: string): { readonly type: 'fail'; readonly because: string } {
  return { type: 'fail', because }
}

function advancing(advance: Advance): { readonly type: 'advance' } & Advance {
  return { type: 'advance', ...advance }
}
