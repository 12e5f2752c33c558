import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** An account's money for calls, where billing is on; all in cents. One for each such account. */
export interface Wallet {
  readonly id: Id
  readonly account: string
  readonly balance: number
  /** What running calls may cost at the least, by `session.attempt`: one started minute of the route. */
  readonly holds: Readonly<Record<string, number>>
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

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

export type WalletCommand =
  | { readonly type: 'open'; readonly balance: number }
  | { readonly type: 'credit'; readonly cents: number; readonly because: string }
  /** Refused with `limit_reached` unless balance less holds covers it. Idempotent by key. */
  | { readonly type: 'hold'; readonly key: string; readonly cents: number }
  /** Idempotent by key: an unknown hold with cost 0 changes nothing. `charge` is a once key of the wallet. */
  | { readonly type: 'settle'; readonly key: string; readonly cents: number }
