import type { Claim } from '../noun.ts'
import type { Person } from './state.ts'

/** Held by the person that a token belongs to. */
export function tokenClaim(id: string): Claim {
  return { kind: 'person_token', route: id, key: id }
}

/** All tokens of the person that have not been revoked. */
export function claims({ status, tokens }: Person): readonly Claim[] {
  if (status === 'erasing') return []
  return tokens.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => tokenClaim(id))
}
