import type { Deadline } from '../noun.ts'
import { dayMs } from '../vocabulary/instant.ts'
import type { BatchCommand } from './commands.ts'
import type { Batch } from './state.ts'

/** How long a batch waits to be scheduled, counted from its last change. */
const unscheduledMs = 30 * dayMs

/** A scheduled batch starts when it is due; one that nobody schedules expires. Rows have deadlines of their own. */
export function deadline({ status, dueAt, updatedAt }: Batch): Deadline<BatchCommand> | undefined {
  switch (status) {
    case 'created':
    case 'processed':
      return { at: updatedAt + unscheduledMs, command: { type: 'lapse' }, because: 'batch_expired' }
    case 'scheduled':
      return dueAt === null ? undefined : { at: dueAt, command: { type: 'lapse' }, because: 'its time has come' }
    case 'queued':
    case 'running':
    case 'completed':
    case 'stopped':
    case 'failed':
    case 'erasing':
      return undefined
  }
}
