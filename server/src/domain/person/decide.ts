import type { Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import { tokenClaim } from './claims.ts'
import type { PersonCommand } from './commands.ts'
import type { PersonEvent } from './events.ts'
import { isGood, type Person } from './state.ts'

/** How many tokens of a person may live at once, and of how many accounts one may be a member. */
export const liveTokensAtMost = 10
export const membershipsAtMost = 20

type Ctx = Context<PersonEvent>
type Decided = Decision<PersonEvent> | Refused
type CommandOf<Type extends PersonCommand['type']> = Extract<PersonCommand, { type: Type }>

/** Making a person, their tokens and memberships. */
export function decide(state: Person | undefined, command: PersonCommand, context: Ctx): Decided {
  if (command.type === 'create') return create(state, command, context)
  if (!state || state.status === 'erasing') return refuse('not_found', 'There is no such person.')
  switch (command.type) {
    case 'create_token':
      return createToken(state, command, context)
    case 'revoke_token':
      return revokeToken(state, command.id, context)
    case 'join':
      return join(state, command, context)
    case 'leave':
      return leave(state, command, context)
    case 'remove':
      return decided({ type: 'person.removed', at: context.now })
  }
}

function create(state: Person | undefined, { name }: CommandOf<'create'>, { self: id, now: at }: Ctx): Decided {
  if (state) return refuse('in_use', 'There is a person with this id already: use another id.')
  const person: Person = { id, name, status: 'live', tokens: [], memberships: [], createdAt: at, updatedAt: at }
  return decided({ type: 'person.created', at, person })
}

function createToken(state: Person, command: CommandOf<'create_token'>, context: Ctx): Decided {
  const { type: _, ...token } = command
  const { now: at } = context
  const holder = context.taken(tokenClaim(token.id))
  if (state.tokens.some(({ id }) => id === token.id) || (holder !== undefined && holder !== context.self))
    return refuse('in_use', 'There is a token with this id already: use another one.')
  if (token.expiresAt !== undefined && token.expiresAt <= at)
    return refuse('invalid', 'The token would be worthless at once: let it expire later.', { field: 'expiresAt' })
  if (state.tokens.filter((one) => isGood(one, at)).length >= liveTokensAtMost)
    return refuse('limit_reached', `A person has at most ${liveTokensAtMost} tokens: revoke one first.`)
  return decided({ type: 'person.token_created', at, token: { ...token, createdAt: at, revokedAt: null } })
}

function revokeToken({ tokens }: Person, id: string, { now: at }: Ctx): Decided {
  const token = tokens.find((one) => one.id === id)
  if (!token) return refuse('not_found', 'The person has no such token.')
  return token.revokedAt === null ? decided({ type: 'person.token_revoked', at, id }) : { events: [] }
}

function join({ memberships }: Person, { account, role }: CommandOf<'join'>, { now: at }: Ctx): Decided {
  const present = memberships.find((one) => one.account === account)
  if (present?.role === role) return { events: [] }
  if (!present && memberships.length >= membershipsAtMost)
    return refuse('limit_reached', `A person is a member of at most ${membershipsAtMost} accounts: end one first.`)
  return decided({ type: 'person.joined', at, membership: { account, role, since: present?.since ?? at } })
}

function leave({ memberships }: Person, { account }: CommandOf<'leave'>, { now: at }: Ctx): Decided {
  if (!memberships.some((one) => one.account === account))
    return refuse('not_found', 'The person is no member of this account.')
  return decided({ type: 'person.left', at, account })
}

function decided(event: PersonEvent): Decided {
  return { events: [event] }
}
