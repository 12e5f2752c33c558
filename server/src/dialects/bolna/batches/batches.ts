import type { Batch } from '#domain/batch/state.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { BatchTally } from '#services/calls/api.ts'
import { hexOf } from '../ids.ts'
import { limits } from '../limits.ts'
import { stamp, stampOrNull } from '../time.ts'
import { batchStatuses, endingStatus, statusOf, type ExecutionStatus } from '../vocabulary.ts'

/** A batch as it is read (3.11). `now` is the account's clock. */
export function shownBatch(batch: Batch, tally: readonly BatchTally[], now: Instant) {
  return {
    batch_id: hexOf(batch.id),
    humanized_created_at: ago(now - batch.createdAt),
    created_at: stamp(batch.createdAt),
    updated_at: stamp(batch.updatedAt),
    status: batch.status === 'erasing' ? 'stopped' : batchStatuses[batch.status],
    scheduled_at: stampOrNull(batch.dueAt),
    from_phone_number: null,
    from_phone_numbers: batch.from,
    file_name: batch.fileName,
    valid_contacts: batch.valid,
    total_contacts: batch.rows,
    execution_status: executionStatus(tally),
  }
}

/** How many executions show each status. */
export function executionStatus(tally: readonly BatchTally[]): Readonly<Record<string, number>> {
  const counts: Partial<Record<ExecutionStatus, number>> = {}
  for (const { state, outcome, wasLive, count } of tally) {
    const status =
      state === 'ended' ? endingStatus(outcome ?? 'stopped', wasLive) : statusOf({ state, outcome, attempt: notLive })
    counts[status] = (counts[status] ?? 0) + count
  }
  return counts
}

const notLive = { number: 0, heard: false, reports: 0 }

/** `5 minutes ago`, in the largest whole unit. */
export function ago(length: number): string {
  for (const [unit, unitMs] of units) {
    const count = Math.floor(length / unitMs)
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`
  }
  return 'just now'
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** 5.10: rounded up to the next 10-minute mark. */
export function roundedStart(at: Instant): Instant {
  return Math.ceil(at / limits.batchStepMs) * limits.batchStepMs
}
