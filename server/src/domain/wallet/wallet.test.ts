import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { onceKey } from './decide.ts'
import type { WalletEvent } from './events.ts'
import { free } from './state.ts'
import { wallet } from './wallet.ts'

const opened: WalletEvent = { type: 'wallet.opened', at: 1, id: 'w', account: 'alice', balance: 10 }
const held: WalletEvent = { type: 'wallet.held', at: 2, key: 's.1', cents: 6 }

describe('a wallet', () => {
  it('is one for each account', () => {
    const { state } = given(wallet).when({ type: 'open', balance: 10 })
    expect(state).toMatchObject({ balance: 10, holds: {} })
    expect(wallet.claims(state)).toEqual([{ kind: 'wallet', route: '', key: 'wallet' }])
    expect(given(wallet).when({ type: 'open', balance: 0 }, { taken: { wallet: 'other' } }).refusal?.code).toBe(
      'in_use',
    )
    expect(given(wallet).when({ type: 'credit', cents: 1, because: '' }).refusal?.code).toBe('not_found')
  })

  it('holds what the balance covers beside the other holds, and refuses more', () => {
    const present = given(wallet, opened)
    const { events, state } = present.when({ type: 'hold', key: 's.1', cents: 6 })
    expect([state.balance, free(state)]).toEqual([10, 4])
    const next = given(wallet, opened, ...events)
    expect(next.when({ type: 'hold', key: 't.1', cents: 4.001 }).refusal?.code).toBe('limit_reached')
    expect(free(next.when({ type: 'hold', key: 't.1', cents: 4 }).state)).toBe(0)
    expect(next.when({ type: 'hold', key: 's.1', cents: 6 }).events).toEqual([])
  })

  it('gives the hold back and takes what the call did cost, also more than was held', () => {
    const present = given(wallet, opened, held)
    expect(present.when({ type: 'settle', key: 's.1', cents: 0 }).state).toMatchObject({ balance: 10, holds: {} })
    expect(present.when({ type: 'settle', key: 's.1', cents: 12.5 }).state).toMatchObject({ balance: -2.5, holds: {} })
    expect(given(wallet, opened).when({ type: 'settle', key: 's.1', cents: 0 }).events).toEqual([])
    expect(given(wallet, opened).when({ type: 'settle', key: 's.1', cents: 2 }).state.balance).toBe(8)
  })

  it('holds and charges once for each attempt', () => {
    expect(wallet.keys(held)).toEqual([onceKey('hold', 's.1')])
    const settled = given(wallet, opened, held).when({ type: 'settle', key: 's.1', cents: 1 }).events[0]!
    expect(wallet.keys(settled)).toEqual([onceKey('charge', 's.1')])
    expect(wallet.part(settled)).toEqual({ creates: 'entry' })
  })

  it('adds up without drifting', () => {
    const credits = Array.from({ length: 10 }, (): WalletEvent => ({
      type: 'wallet.credited',
      at: 2,
      cents: 0.1,
      because: '',
    }))
    expect(given(wallet, opened, ...credits).state.balance).toBe(11)
  })

  it.each([-1, 0, Number.NaN, Infinity])('refuses a credit of %d', (cents) => {
    expect(given(wallet, opened).when({ type: 'credit', cents, because: '' }).refusal?.code).toBe('invalid')
  })
})
