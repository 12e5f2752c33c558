import { walletClaim } from '#domain/wallet/decide.ts'
import { heldIn } from '#domain/wallet/state.ts'
import { wallet as noun } from '#domain/wallet/wallet.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Unit } from '#engine/api.ts'
import type { Wallets } from './api.ts'
import { read } from '../reading.ts'

/** Accounts' money for calls. An account without a wallet is not billed. */
export function createWallets({ engine }: { readonly engine: Engine }): Wallets {
  return {
    get: (account) =>
      read(engine, account, (unit) => {
        const id = unit.holder(walletClaim)
        const state = id === undefined ? undefined : unit.state(noun, id)
        return state && { balance: state.balance, held: heldIn(state.holds) }
      }),
    credit: (ask, cents, because) =>
      engine.execute(ask, (unit) => {
        const id = opened(unit)
        if (isRefused(id)) return id
        const done = unit.run(noun, id, { type: 'credit', cents, because })
        return isRefused(done) ? done : { balance: done.state.balance }
      }),
  }
}

/** The account's wallet; the first credit opens it. */
function opened(unit: Unit): Id | Refused {
  const known = unit.holder(walletClaim)
  if (known !== undefined) return known
  const id = unit.id()
  const done = unit.run(noun, id, { type: 'open', balance: 0 })
  return isRefused(done) ? done : id
}
