import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** Each but `opened` creates a part: `entry` where the balance moves, `hold` where money is set aside. */
export type WalletEvent =
  | {
      readonly type: 'wallet.opened'
      readonly at: Instant
      readonly id: Id
      readonly account: string
      readonly balance: number
    }
  | { readonly type: 'wallet.credited'; readonly at: Instant; readonly cents: number; readonly because: string }
  | { readonly type: 'wallet.held'; readonly at: Instant; readonly key: string; readonly cents: number }
  /** The hold is given back, and what the call did cost is taken. */
  | { readonly type: 'wallet.settled'; readonly at: Instant; readonly key: string; readonly cents: number }
