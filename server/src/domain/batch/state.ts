import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { RetryPolicy } from '../session/state.ts'

/** Many sessions from one list, with one schedule (Bolna 5.10). */
export interface Batch {
  readonly id: Id
  readonly account: string
  readonly status: BatchStatus
  readonly agent: { readonly id: Id; readonly version: number }
  readonly fileName: string
  /** Our numbers, used in rotation; empty: the account's default. */
  readonly from: readonly string[]
  readonly retry: RetryPolicy | null
  readonly webhook: string | null
  readonly keepsHours: boolean
  /** Rows of the list; of which valid, so a session each; of which made so far; of which released to the queue; of which final. */
  readonly rows: number
  readonly valid: number
  readonly prepared: number
  readonly released: number
  readonly ended: number
  readonly dueAt: Instant | null
  /** Whether a request stopped it, and whether live calls are hung up too. */
  readonly stopping: { readonly hangUp: boolean } | null
  readonly sequence: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** `erasing`: deleted; its sessions stay. */
export type BatchStatus =
  | 'created'
  | 'processed'
  | 'scheduled'
  | 'queued'
  | 'running'
  | 'completed'
  | 'stopped'
  | 'failed'
  | 'erasing'

/** One row of the list: either a number to call with its data, or why it is no good. */
export interface BatchRow {
  readonly row: number
  readonly to?: string
  readonly data?: Readonly<Record<string, string>>
  readonly rejected?: string
  /** Of a rejected row: the line as it came, at most 500 characters. */
  readonly line?: string
}

export type BatchEvent =
  | { readonly type: 'batch.created'; readonly at: Instant; readonly batch: Batch; readonly by: string }
  /** Creates a part `rows`: up to 500 rows. */
  | { readonly type: 'batch.rows'; readonly at: Instant; readonly rows: readonly BatchRow[] }
  /** A chunk of sessions has been made, released to the queue, or stopped (`next`: the row to go on with; makes the next effect `batch.prepare|release|stop`). */
  | {
      readonly type: 'batch.advanced'
      readonly at: Instant
      readonly work: 'prepare' | 'release' | 'stop'
      readonly next: number
      readonly done: boolean
    }
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
  /** `once` key: the row. */
  | { readonly type: 'batch.row_ended'; readonly at: Instant; readonly row: number }
  | { readonly type: 'batch.erased'; readonly at: Instant; readonly by: string }

export type BatchCommand =
  | {
      readonly type: 'create'
      readonly agent: Batch['agent']
      readonly fileName: string
      readonly from: readonly string[]
      readonly retry: RetryPolicy | null
      readonly webhook: string | null
      readonly rows: number
      readonly valid: number
    }
  | { readonly type: 'add_rows'; readonly rows: readonly BatchRow[] }
  | {
      readonly type: 'advance'
      readonly work: 'prepare' | 'release' | 'stop'
      readonly next: number
      readonly done: boolean
    }
  | { readonly type: 'schedule'; readonly dueAt: Instant; readonly keepsHours: boolean }
  | { readonly type: 'stop'; readonly hangUp: boolean }
  | { readonly type: 'note_row'; readonly row: number; readonly is: 'dialing' | 'ended' }
  | { readonly type: 'lapse' }
  | { readonly type: 'erase' }
