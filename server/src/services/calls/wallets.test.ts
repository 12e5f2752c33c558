import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import type { WalletCommand } from '#domain/wallet/commands.ts'
import { walletClaim } from '#domain/wallet/decide.ts'
import { wallet } from '#domain/wallet/wallet.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Engine } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import type { Wallets } from './api.ts'
import { createWallets } from './wallets.ts'

const ask = { account: 'alice', by: 'test' }
let engine: Engine
let wallets: Wallets

beforeEach(async () => {
  engine = await createEngine({ storage: openMemory(), system: simulatedSystem(1), nouns: [wallet] })
  await engine.start()
  wallets = createWallets({ engine })
})
afterEach(() => engine.stop())

/** What a call does to the wallet; answers with the refusal, if any. */
async function run(command: WalletCommand): Promise<string | undefined> {
  const outcome = await engine.execute<true>(ask, (unit) => {
    const done = unit.run(wallet, unit.holder(walletClaim) ?? '', command)
    return isRefused(done) ? done : true
  })
  return outcome.refusal?.code
}

describe('wallets', () => {
  it('are opened by the first credit, once', async () => {
    expect(await wallets.get('alice')).toBeUndefined()
    await Promise.all([wallets.credit(ask, 100, 'paid'), wallets.credit(ask, 50, 'paid')])
    expect(await wallets.get('alice')).toEqual({ balance: 150, held: 0 })
    expect(await wallets.get('stranger')).toBeUndefined()
    expect((await wallets.credit(ask, 1.5, 'paid')).value).toEqual({ balance: 151.5 })
    expect((await wallets.credit(ask, -1, 'taken')).refusal?.code).toBe('invalid')
  })

  it('hold and charge once for each attempt, however often they are asked to', async () => {
    await wallets.credit(ask, 10, 'paid')
    const hold: WalletCommand = { type: 'hold', key: 's.1', cents: 6 }
    expect(await Promise.all([run(hold), run(hold)])).toEqual([undefined, undefined])
    expect(await wallets.get('alice')).toEqual({ balance: 10, held: 6 })
    expect(await run({ type: 'hold', key: 't.1', cents: 6 })).toBe('limit_reached')
    const settle: WalletCommand = { type: 'settle', key: 's.1', cents: 4 }
    await Promise.all([run(settle), run(settle)])
    expect(await wallets.get('alice')).toEqual({ balance: 6, held: 0 })
    await run(settle)
    await run(hold)
    expect(await wallets.get('alice')).toEqual({ balance: 6, held: 0 })
  })
})
