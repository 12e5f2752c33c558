import { bare, type Noun } from '../noun.ts'
import type { Instant } from '../vocabulary/instant.ts'
import { claims } from './claims.ts'
import type { PersonCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { PersonEvent } from './events.ts'
import { isGood, type Person, type PersonToken } from './state.ts'

/** Worthless ones among them. */
export const tokensKept = 10

function evolve(state: Person | undefined, event: PersonEvent): Person {
  if (event.type === 'person.created') return event.person
  if (!state) throw new Error(`A person that had not been made met ${event.type}.`)
  return { ...state, ...changed(state, event), updatedAt: event.at }
}

function changed(
  { tokens, memberships }: Person,
  event: Exclude<PersonEvent, { type: 'person.created' }>,
): Partial<Person> {
  switch (event.type) {
    case 'person.token_created':
      return { tokens: bounded([...tokens, event.token], event.at) }
    case 'person.token_revoked':
      return { tokens: tokens.map((token) => (token.id === event.id ? { ...token, revokedAt: event.at } : token)) }
    case 'person.joined':
      return { memberships: [...without(memberships, event.membership.account), event.membership] }
    case 'person.left':
      return { memberships: without(memberships, event.account) }
    case 'person.removed':
      return { status: 'erasing' }
  }
}

function without(memberships: Person['memberships'], account: string): Person['memberships'] {
  return memberships.filter((one) => one.account !== account)
}

/** Forgets the oldest worthless tokens beyond the number kept: a head must not grow for ever. */
function bounded(tokens: readonly PersonToken[], at: Instant): readonly PersonToken[] {
  if (tokens.length <= tokensKept) return tokens
  const oldest = tokens.findIndex((token) => !isGood(token, at))
  return oldest < 0 ? tokens : tokens.toSpliced(oldest, 1)
}

/** The person noun. A removed person is erased at once. */
export const person: Noun<Person, PersonCommand, PersonEvent, 'person'> = {
  ...bare,
  name: 'person',
  shape: 1,
  decide,
  evolve,
  claims,
  facets: (state) => ({ live: state.status === 'live' ? true : undefined, createdAt: state.createdAt }),
  lists: { all: { equal: 'live', sort: 'createdAt' } },
  erasing: (state) => state.status === 'erasing',
}
