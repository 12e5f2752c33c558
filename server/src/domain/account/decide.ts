import type { Context, Decision } from '../noun.ts'
import { isRetention, noRetention } from '../retention/days.ts'
import type { Instant } from '../vocabulary/instant.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import { credentialClaim } from './claims.ts'
import type { AccountCommand } from './commands.ts'
import type { AccountEvent } from './events.ts'
import { keysOf, scopesIn } from './keys.ts'
import { isLiving, type Account, type Key } from './state.ts'

/** How many keys of an account may live at once. */
export const liveKeysAtMost = 50
/** How many scopes a key may have, of how many characters; and how many different ones all living keys. */
const scopesAtMost = 24
const scopeAtMost = 64
const knownScopesAtMost = 64

type Ctx = Context<AccountEvent>
type Decided = Decision<AccountEvent> | Refused
type CommandOf<Type extends AccountCommand['type']> = Extract<AccountCommand, { type: Type }>

/** Making a tenant, its keys and its limits. */
export function decide(state: Account | undefined, command: AccountCommand, context: Ctx): Decided {
  if (command.type === 'create') return create(state, command, context)
  if (!state) return refuse('not_found', 'There is no such account.')
  switch (command.type) {
    case 'create_key':
      return createKey(state, command, context)
    case 'revoke_key':
      return revokeKey(state, command.sid, context)
    case 'rotate_token':
      return decided({ type: 'account.token_rotated', at: context.now, sealedAuthToken: command.sealedAuthToken })
    case 'change':
      return change(state, command, context)
  }
}

function create(state: Account | undefined, command: CommandOf<'create'>, context: Ctx): Decided {
  if (state || takenByAnother(command.sid, context))
    return refuse('in_use', 'There is an account with this SID already: use another one.', { field: 'sid' })
  const account: Account = {
    id: context.self,
    name: command.name,
    clock: command.clock,
    sid: command.sid,
    sealedAuthToken: command.sealedAuthToken,
    keys: [],
    limits: command.limits,
    createdAt: context.now,
    updatedAt: context.now,
  }
  return decided({ type: 'account.created', at: context.now, account })
}

function createKey(state: Account, command: CommandOf<'create_key'>, context: Ctx): Decided {
  if (state.keys.some((key) => key.sid === command.sid) || takenByAnother(command.sid, context))
    return refuse('in_use', 'There is a key with this SID already: use another one.', { field: 'sid' })
  const { now: at } = context
  if (command.expiresAt !== undefined && command.expiresAt <= at)
    return refuse('invalid', 'The key would be worthless at once: let it expire later.', { field: 'expiresAt' })
  const { scopes = [] } = command
  if (scopes.length > scopesAtMost || scopes.some((scope) => scope.length > scopeAtMost))
    return refuse('invalid', `A key has at most ${scopesAtMost} scopes of ${scopeAtMost} characters.`, {
      field: 'scopes',
    })
  const message = `The keys of an account have at most ${knownScopesAtMost} different scopes: revoke some first.`
  if (scopes.length > 0 && scopesIn([...livingOf(state, at), { scopes }]).length > knownScopesAtMost)
    return refuse('limit_reached', message, { field: 'scopes' })
  if (livingOf(state, at).length >= liveKeysAtMost)
    return refuse('limit_reached', `An account has at most ${liveKeysAtMost} keys: revoke one first.`)
  const { type: _, ...given } = command
  const key = { ...given, createdAt: at, revokedAt: null }
  return decided({ type: 'account.key_created', at, key })
}

function livingOf(state: Account, at: Instant): readonly Key[] {
  return keysOf(state).filter((key) => isLiving(key, at))
}

function revokeKey(state: Account, sid: string, context: Ctx): Decided {
  const key = state.keys.find((one) => one.sid === sid)
  if (!key) return refuse('not_found', 'The account has no such key.')
  return key.revokedAt === null ? decided({ type: 'account.key_revoked', at: context.now, sid }) : { events: [] }
}

function change(state: Account, command: CommandOf<'change'>, context: Ctx): Decided {
  const name = command.name ?? state.name
  const limits = { ...state.limits, ...command.limits }
  const { retentionDays: days = null } = limits
  if (!isRetention(days)) return noRetention('limits.retentionDays')
  const retains = days !== (state.limits.retentionDays ?? null)
  const same =
    !retains &&
    name === state.name &&
    limits.requestsPerSecond === state.limits.requestsPerSecond &&
    limits.internalTargets === state.limits.internalTargets &&
    limits.slots === state.limits.slots &&
    limits.wantedSlots === state.limits.wantedSlots
  if (same) return { events: [] }
  const changed = { type: 'account.changed', at: context.now, id: state.id, name, limits } as const
  return decided({ ...changed, ...(retains && { retains }) })
}

function takenByAnother(sid: string, context: Ctx): boolean {
  const holder = context.taken(credentialClaim(sid))
  return holder !== undefined && holder !== context.self
}

function decided(event: AccountEvent): Decided {
  return { events: [event] }
}
