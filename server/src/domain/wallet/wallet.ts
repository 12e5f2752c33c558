import { bare, type Key, type Noun, type PartRole } from '../noun.ts'
import type { WalletCommand } from './commands.ts'
import { decide, onceKey, walletClaim } from './decide.ts'
import type { WalletEvent } from './events.ts'
import { rounded, type Wallet } from './state.ts'

function evolve(state: Wallet | undefined, event: WalletEvent): Wallet {
  if (event.type === 'wallet.opened') {
    const { id, account, balance, at } = event
    return { id, account, balance, holds: {}, createdAt: at, updatedAt: at }
  }
  if (!state) throw new Error('Money moved in a wallet that had never been opened.')
  const updatedAt = event.at
  switch (event.type) {
    case 'wallet.credited':
      return { ...state, balance: rounded(state.balance + event.cents), updatedAt }
    case 'wallet.held':
      return { ...state, holds: { ...state.holds, [event.key]: event.cents }, updatedAt }
    case 'wallet.settled': {
      const { [event.key]: _, ...holds } = state.holds
      return { ...state, balance: rounded(state.balance - event.cents), holds, updatedAt }
    }
  }
}

function keys(event: WalletEvent): readonly Key[] {
  switch (event.type) {
    case 'wallet.opened':
    case 'wallet.credited':
      return []
    case 'wallet.held':
      return [onceKey('hold', event.key)]
    case 'wallet.settled':
      return [onceKey('charge', event.key)]
  }
}

function part(event: WalletEvent): PartRole | undefined {
  switch (event.type) {
    case 'wallet.opened':
      return undefined
    case 'wallet.held':
      return { creates: 'hold' }
    case 'wallet.credited':
    case 'wallet.settled':
      return { creates: 'entry' }
  }
}

/** The wallet noun. An account has at most one, and it is never removed. */
export const wallet: Noun<Wallet, WalletCommand, WalletEvent, 'wallet'> = {
  ...bare,
  name: 'wallet',
  shape: 1,
  decide,
  evolve,
  claims: () => [walletClaim],
  keys,
  part,
  facets: () => ({}),
  lists: {},
  erasing: () => false,
}
