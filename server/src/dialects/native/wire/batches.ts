import { z } from 'zod'
import { rowsAtMost } from '#services/calls/batches/limits.ts'
import { cursor, id, instant, instantIn, limit, many, next } from '../wire.ts'
import { outcome, retry, sessionState, telephone } from './sessions.ts'

/** The shapes of batches. */

const row = z.strictObject({
  to: z.string().max(500).meta({ description: 'E.164; a row whose number is none is rejected, the others go on' }),
  data: z.record(z.string().max(128), z.string().max(10_000)).optional(),
})
const batchDraft = z
  .strictObject({
    agentId: id,
    fileName: z.string().min(1).max(255).default('rows.json'),
    from: z
      .array(telephone)
      .max(100)
      .default([])
      .meta({ description: 'Own numbers, used in turn; empty: the default' }),
    retry: retry.nullable().optional().meta({ description: 'Absent: as its agent says. Null: no retry' }),
    rows: z.array(row).min(1).max(rowsAtMost),
  })
  .meta({ id: 'BatchDraft' })
export const batchBody = z.union([
  batchDraft,
  z.instanceof(Uint8Array).meta({ override: { type: 'string', description: 'text/csv' } }),
])
/** Beside a text/csv body. */
export const batchQuery = z.strictObject({
  agentId: id.optional().meta({ description: 'With a CSV body: who calls' }),
  fileName: z.string().min(1).max(255).optional(),
  from: many(telephone, 100).meta({ description: 'With a CSV body: own numbers, used in turn' }),
  column: z.string().min(1).max(128).optional().meta({ description: 'With a CSV body: the column of numbers (`to`)' }),
})
const batchStatus = z
  .enum(['created', 'processed', 'scheduled', 'queued', 'running', 'completed', 'stopped', 'failed'])
  .meta({ id: 'BatchStatus' })
export const batch = z
  .object({
    id,
    status: batchStatus,
    agent: z.object({ id, version: z.int() }),
    fileName: z.string(),
    from: z.array(z.string()),
    retry: retry.nullable(),
    keepsHours: z.boolean(),
    rows: z.int(),
    valid: z.int(),
    prepared: z.int().meta({ description: 'Rows whose session is made' }),
    released: z.int().meta({ description: 'Rows let into the queue' }),
    ended: z.int(),
    dueAt: instant.nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Batch' })
export const batchWhole = batch
  .extend({
    sessions: z
      .array(z.object({ state: sessionState, outcome: outcome.nullable(), wasLive: z.boolean(), count: z.int() }))
      .meta({ description: 'How many are in each state' }),
  })
  .meta({ id: 'BatchWhole' })
export const batches = z.object({ batches: z.array(batch), next })
export const batchesQuery = z.strictObject({ agentId: id.optional(), cursor: cursor.optional(), limit })
export const rejected = z.object({
  rejected: z.array(z.object({ row: z.int(), because: z.string(), line: z.string().nullable() })),
})
export const schedule = z
  .strictObject({
    dueAt: instantIn.optional().meta({ description: 'Absent: now' }),
    keepsHours: z.boolean().default(true).meta({ description: "Whether rows wait for their agent's calling hours" }),
  })
  .nullish()
export const stopBatch = z
  .strictObject({ hangUp: z.boolean().default(false).meta({ description: 'Whether live calls are ended too' }) })
  .nullish()
const group = z.object({ because: z.string(), count: z.int() })
export const dryRun = z
  .object({ dial: z.int(), wait: z.array(group.extend({ until: instant.nullable() })), skip: z.array(group) })
  .meta({ id: 'DryRun', description: 'What would happen if it started now; nothing does' })
