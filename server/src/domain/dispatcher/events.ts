import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Held } from './state.ts'

export type DispatcherEvent =
  | { readonly type: 'dispatcher.created'; readonly at: Instant; readonly id: Id; readonly account: string }
  /** Makes an effect `slot.offer` for each. */
  | { readonly type: 'slots.taken'; readonly at: Instant; readonly taken: readonly Held[] }
  /** Makes one effect `slot.freed`; where leases ran out, `slot.lapsed` for each route instead. */
  | {
      readonly type: 'slots.released'
      readonly at: Instant
      readonly released: readonly Pick<Held, 'slot' | 'session' | 'attempt' | 'route'>[]
      readonly because: 'released' | 'lapsed'
    }
