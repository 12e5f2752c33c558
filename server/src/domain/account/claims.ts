import type { Claim } from '../noun.ts'
import type { Account } from './state.ts'

/** Held by the account that a user name, its own SID or that of a living key, belongs to. */
export function credentialClaim(sid: string): Claim {
  return { kind: 'credential', route: sid, key: sid }
}

/** All user names of the account that are good now. */
export function claims(state: Account): readonly Claim[] {
  const living = state.keys.filter((key) => key.revokedAt === null)
  return [credentialClaim(state.sid), ...living.map((key) => credentialClaim(key.sid))]
}
