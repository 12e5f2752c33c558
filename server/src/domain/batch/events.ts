import type { Instant } from '../vocabulary/instant.ts'
import type { Advance, Batch, BatchRow, BatchStatus } from './state.ts'

export type BatchEvent =
  | { readonly type: 'batch.created'; readonly at: Instant; readonly batch: Batch; readonly by: string }
  /** Creates a part `rows`: `rowsPerPart` rows, the last of a batch perhaps fewer. */
  | { readonly type: 'batch.rows'; readonly at: Instant; readonly rows: readonly BatchRow[] }
  /** A chunk has been worked off; unless it was the last one, it makes the next effect `batch.prepare|release|stop`. */
  | ({ readonly type: 'batch.advanced'; readonly at: Instant } & Advance)
  | {
      readonly type: 'batch.moved'
      readonly at: Instant
      readonly from: BatchStatus
      readonly to: BatchStatus
      readonly by: string
      readonly because: string
      readonly dueAt?: Instant | null
      readonly keepsHours?: boolean
      readonly stopping?: Batch['stopping']
    }
  /** `once` keys: the row, and once more where it was passed over. */
  | {
      readonly type: 'batch.row_ended'
      readonly at: Instant
      readonly row: number
      readonly passedOver?: true
    }
  | { readonly type: 'batch.erased'; readonly at: Instant; readonly by: string }
