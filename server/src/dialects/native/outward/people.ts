import type { Person, PersonToken } from '#domain/person/state.ts'
import type { z } from 'zod'
import { showId, showInstant } from '../vocabulary.ts'
import type * as wire from '../wire/people.ts'

export function showPerson({
  id,
  name,
  tokens,
  memberships,
  createdAt,
  updatedAt,
}: Person): z.output<typeof wire.person> {
  return {
    id: showId('person', id),
    name,
    tokens: tokens.map(showToken),
    memberships: memberships.map(({ account, role, since }) => {
      return { account: showId('account', account), role, since: showInstant(since) }
    }),
    createdAt: showInstant(createdAt),
    updatedAt: showInstant(updatedAt),
  }
}

/** A token as it is shown once. */
export function showNewToken(token: PersonToken, secret: string): z.output<typeof wire.newToken> {
  return { token: showToken(token), secret, bearer: `pat_${token.id}.${secret}` }
}

/** Never its hash. */
function showToken({ id, name, expiresAt, createdAt, revokedAt }: PersonToken) {
  return {
    id,
    name,
    expiresAt: expiresAt === undefined ? null : showInstant(expiresAt),
    createdAt: showInstant(createdAt),
    revokedAt: revokedAt === null ? null : showInstant(revokedAt),
  }
}
