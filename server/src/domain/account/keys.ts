import type { Account, Key, KeptKey } from './state.ts'

/** The keys of an account, with their scopes by their names. */
export function keysOf(account: Pick<Account, 'keys' | 'scopes'>): readonly Key[] {
  return account.keys.map((key) => wholeKey(account, key))
}

/** One of them. */
export function wholeKey({ scopes: names = [] }: Pick<Account, 'scopes'>, { scopes, ...key }: KeptKey): Key {
  return { ...key, ...(scopes && { scopes: scopes.map((place) => names[place] ?? '') }) }
}

/** The same as an account keeps them: each name once. */
export function kept(keys: readonly Key[]): Pick<Account, 'keys' | 'scopes'> {
  const scopes = scopesIn(keys)
  const places = new Map(scopes.map((name, place) => [name, place]))
  return {
    keys: keys.map(({ scopes: own, ...key }) => ({
      ...key,
      ...(own && { scopes: own.map((name) => places.get(name) ?? 0) }),
    })),
    ...(scopes.length > 0 && { scopes }),
  }
}

/** All that one of them has. */
export function scopesIn(keys: readonly Pick<Key, 'scopes'>[]): readonly string[] {
  return [...new Set(keys.flatMap(({ scopes = [] }) => scopes))]
}
