import type { Claim, Context, Decision, Key } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { WalletCommand } from './commands.ts'
import type { WalletEvent } from './events.ts'
import { free, type Wallet } from './state.ts'

type Ctx = Context<WalletEvent>
type Decided = Decision<WalletEvent> | Refused

/** Held by the account's one wallet. */
export const walletClaim: Claim = { kind: 'wallet', route: '', key: 'wallet' }

/** The once keys of an attempt: it is held for once, and charged for once. */
export function onceKey(kind: 'hold' | 'charge', key: string): Key {
  return { use: 'once', kind, key }
}

/** Opening, crediting, and for each attempt of a session one hold and one charge. */
export function decide(state: Wallet | undefined, command: WalletCommand, context: Ctx): Decided {
  if (command.type === 'open') return open(state, command.balance, context)
  if (!state) return refuse('not_found', 'The account has no wallet: billing is off.')
  const { now: at } = context
  switch (command.type) {
    case 'credit':
      return isAmount(command.cents) && command.cents > 0
        ? decided({ type: 'wallet.credited', at, cents: command.cents, because: command.because })
        : notAnAmount()
    case 'hold':
      return hold(state, command, context)
    case 'settle': {
      const { key, cents } = command
      if (!isAmount(cents)) return notAnAmount()
      if (context.found(onceKey('charge', key)) || (cents === 0 && state.holds[key] === undefined))
        return { events: [] }
      return decided({ type: 'wallet.settled', at, key, cents })
    }
  }
}

function open(state: Wallet | undefined, balance: number, context: Ctx): Decided {
  const holder = context.taken(walletClaim)
  if (state || (holder !== undefined && holder !== context.self))
    return refuse('in_use', 'The account has a wallet already: credit that one.', {
      ...(holder !== undefined && { conflicting: { noun: 'wallet', id: holder } }),
    })
  if (!isAmount(balance)) return notAnAmount()
  const { now: at, self: id, account } = context
  return decided({ type: 'wallet.opened', at, id, account, balance })
}

function hold(state: Wallet, { key, cents }: Extract<WalletCommand, { type: 'hold' }>, context: Ctx): Decided {
  if (!isAmount(cents)) return notAnAmount()
  if (state.holds[key] !== undefined || context.found(onceKey('hold', key))) return { events: [] }
  if (free(state) < cents)
    return refuse('limit_reached', 'The balance does not cover the first minute of the call: credit the wallet.')
  return decided({ type: 'wallet.held', at: context.now, key, cents })
}

function isAmount(cents: number): boolean {
  return Number.isFinite(cents) && cents >= 0
}

function notAnAmount(): Refused {
  return refuse('invalid', 'Give an amount of cents that is above 0.', { field: 'cents' })
}

function decided(event: WalletEvent): Decided {
  return { events: [event] }
}
