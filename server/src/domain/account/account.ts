import { bare, type Effect, type Noun } from '../noun.ts'
import { claims } from './claims.ts'
import type { AccountCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { AccountEvent } from './events.ts'
import { evolve } from './evolve.ts'
import type { Account } from './state.ts'

/** The account that accounts belong to. */
export const house = 'house'

/** How long it keeps sessions is said in its own account, on its own clock: which is there once it has been made. */
function effects(event: AccountEvent): readonly Effect[] {
  const retains = event.type === 'account.changed' && event.retains
  return retains ? [{ kind: 'account.retain', mode: 'repeatable', key: 'retain', payload: {} }] : []
}

/** The account noun. An account is never removed. */
export const account: Noun<Account, AccountCommand, AccountEvent, 'account'> = {
  ...bare,
  name: 'account',
  shape: 1,
  decide,
  evolve,
  claims,
  facets: (state) => ({ listed: true, createdAt: state.createdAt }),
  lists: { all: { equal: 'listed', sort: 'createdAt' } },
  effects,
  erasing: () => false,
}
