import type { AccountEvent } from './events.ts'
import { kept, keysOf } from './keys.ts'
import type { Instant } from '../vocabulary/instant.ts'
import { isLiving, type Account, type Key } from './state.ts'

const keysKept = 100

/** The account after an event. */
export function evolve(state: Account | undefined, event: AccountEvent): Account {
  if (event.type === 'account.created') return event.account
  if (!state) throw new Error(`An account that had not been created met ${event.type}.`)
  switch (event.type) {
    case 'account.key_created':
      return withKeys(state, bounded([...keysOf(state), event.key], event.at), event.at)
    case 'account.key_revoked':
      return {
        ...state,
        keys: state.keys.map((key) => (key.sid === event.sid ? { ...key, revokedAt: event.at } : key)),
        updatedAt: event.at,
      }
    case 'account.token_rotated':
      return { ...state, sealedAuthToken: event.sealedAuthToken, updatedAt: event.at }
    case 'account.changed':
      return { ...state, name: event.name, limits: event.limits, updatedAt: event.at }
  }
}

function withKeys(state: Account, keys: readonly Key[], at: Instant): Account {
  const { scopes: _scopes, ...rest } = state
  return { ...rest, ...kept(keys), updatedAt: at }
}

/** Forgets the oldest worthless keys beyond the number kept: a head must not grow for ever. */
function bounded(keys: readonly Key[], at: Instant): readonly Key[] {
  if (keys.length <= keysKept) return keys
  const oldest = keys.findIndex((key) => !isLiving(key, at))
  return oldest < 0 ? keys : keys.toSpliced(oldest, 1)
}
