import type { Instant } from '../vocabulary/instant.ts'
import type { Advance, Batch, BatchRow } from './state.ts'

/**
 * `advance` is the chunk workers', `note_row` the sessions', `lapse` the deadline's. `fail`: no session can be made
 * at all. `lose_agent`: its agent was removed, so it cannot start any more.
 */
export type BatchCommand =
  | {
      readonly type: 'create'
      readonly agent: Batch['agent']
      readonly fileName: string
      readonly from: readonly string[]
      readonly retry: Batch['retry']
      readonly webhook: string | null
      readonly orders?: NonNullable<Batch['orders']>
      readonly campaign?: NonNullable<Batch['campaign']>
      readonly rows: number
      readonly valid: number
    }
  | { readonly type: 'add_rows'; readonly rows: readonly BatchRow[] }
  | ({ readonly type: 'advance' } & Advance)
  | { readonly type: 'fail'; readonly because: string }
  | { readonly type: 'schedule'; readonly dueAt: Instant; readonly keepsHours: boolean }
  | { readonly type: 'stop'; readonly hangUp: boolean }
  | { readonly type: 'lose_agent' }
  | {
      readonly type: 'note_row'
      readonly row: number
      readonly is: 'dialing' | 'ended'
      /** It ended, and was never dialled: whoever it was for may be called by another. */
      readonly passedOver?: true
    }
  | { readonly type: 'lapse' }
  | { readonly type: 'erase' }
