import type { Id } from '../vocabulary/id.ts'
import type { SlotWanted } from './state.ts'

export type DispatcherCommand =
  | { readonly type: 'create' }
  /** Gives slots to as many as the limit leaves room for, in this order; who holds one already keeps it, and is not offered it again. */
  | { readonly type: 'take'; readonly wanted: readonly SlotWanted[]; readonly limit: number }
  | { readonly type: 'release'; readonly session: Id; readonly attempt: number }
  /** The deadline's: leases that have run out. */
  | { readonly type: 'lapse' }
