import type { z } from 'zod'
import type { Batch, BatchRow } from '#domain/batch/state.ts'
import type { BatchTally, DryRun } from '#services/calls/api.ts'
import { batchWords, sessionWords, showId, showInstant } from '../vocabulary.ts'
import type * as wire from '../wire/batches.ts'
import { showRetry } from './agents.ts'
import { instantOrNull } from './sessions.ts'

type Wire<Schema extends z.ZodType> = z.output<Schema>

export function showBatch(batch: Batch): Wire<typeof wire.batch> {
  const { fileName, from, keepsHours, rows, valid, prepared, released, ended } = batch
  return {
    id: showId('batch', batch.id),
    status: batchWords[batch.status],
    agent: { id: showId('agent', batch.agent.id), version: batch.agent.version },
    fileName,
    from: [...from],
    retry: showRetry(batch.retry),
    keepsHours,
    rows,
    valid,
    prepared,
    released,
    ended,
    dueAt: instantOrNull(batch.dueAt),
    createdAt: showInstant(batch.createdAt),
    updatedAt: showInstant(batch.updatedAt),
  }
}

export function showTally(tally: readonly BatchTally[]): Wire<typeof wire.batchWhole>['sessions'] {
  return tally.map(({ state, outcome, wasLive, count }) => ({ state: sessionWords[state], outcome, wasLive, count }))
}

export function showRejected({ row, rejected, line }: BatchRow): Wire<typeof wire.rejected>['rejected'][number] {
  return { row, because: rejected ?? '', line: line ?? null }
}

export function showDryRun({ dial, wait, skip }: DryRun): Wire<typeof wire.dryRun> {
  return {
    dial,
    wait: wait.map(({ because, count, until }) => ({ because, count, until: instantOrNull(until) })),
    skip: skip.map(({ because, count }) => ({ because, count })),
  }
}
