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

/** What may still be spent, in cents: the balance less all holds. Below 0 where calls cost more than was held for them. */
export function free({ balance, holds }: Pick<Wallet, 'balance' | 'holds'>): number {
  return rounded(balance - heldIn(holds))
}

/** The sum of all holds, in cents. */
export function heldIn(holds: Wallet['holds']): number {
  return rounded(Object.values(holds).reduce((sum, cents) => sum + cents, 0))
}

/** To a thousandth of a cent: sums of fractions drift otherwise. */
export function rounded(cents: number): number {
  return Math.round(cents * 1_000) / 1_000
}
