import { house } from '#domain/account/account.ts'
import { tokenClaim } from '#domain/person/claims.ts'
import type { PersonCommand } from '#domain/person/commands.ts'
import { person as noun } from '#domain/person/person.ts'
import { isGood, type Person } from '#domain/person/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine } from '#engine/api.ts'
import type { Accounts, People } from '../api.ts'
import type { Vault } from '../ports.ts'
import { read } from '../reading.ts'

export interface PeopleNeed {
  readonly engine: Engine
  readonly vault: Vault
  readonly accounts: Pick<Accounts, 'get'>
  /** Real time, by which tokens expire. */
  readonly now: () => Instant
}

const secretBytes = 16
const pageSize = 50
const nobody = '0'.repeat(64)

/** People and their tokens. Secrets leave only in the answer that makes them. */
export function createPeople({ engine, vault, accounts, now }: PeopleNeed): People {
  async function run(by: string, id: Id | undefined, command: PersonCommand): Promise<Person | Refused> {
    const outcome = await engine.execute<Person>({ account: house, by }, (unit) => {
      const done = unit.run(noun, id ?? unit.id(), command)
      return isRefused(done) ? done : done.state
    })
    if (outcome.refusal) return { refusal: outcome.refusal }
    if (outcome.replayed) throw new Error('A request without a key met a stored answer.')
    return outcome.value
  }

  return {
    authenticate: async (id, secret) => {
      const person = await read(engine, house, (unit) => {
        const holder = unit.holder(tokenClaim(id))
        return holder === undefined ? undefined : unit.state(noun, holder)
      })
      const token = person?.tokens.find((one) => one.id === id && isGood(one, now()))
      // A token that is unknown costs the same comparison as a wrong secret.
      const isRight = vault.same(vault.hash(secret), token?.hash ?? nobody)
      return token && isRight ? person : undefined
    },
    create: (by, name) => run(by, undefined, { type: 'create', name }),
    get: (id) => read(engine, house, (unit) => unit.state(noun, id)),
    list: async (after, limit = pageSize) => {
      const question = { account: house, noun, list: 'all', equals: ['true'], limit }
      const page = await engine.list({ ...question, ...(after && { after }) })
      return { items: page.items.map(({ state }) => state), ...(page.next && { next: page.next }) }
    },
    remove: (id, by) => run(by, id, { type: 'remove' }),
    createToken: async (id, by, name, expiresAt) => {
      const secret = vault.secret(secretBytes)
      const token = {
        id: vault.secret(16),
        name,
        hash: vault.hash(secret),
        ...(expiresAt !== undefined && { expiresAt }),
      }
      const person = await run(by, id, { type: 'create_token', ...token })
      if (isRefused(person)) return person
      const made = person.tokens.find((one) => one.id === token.id)
      if (!made) throw new Error('A token that was just made is not there.')
      return { person, token: made, secret }
    },
    revokeToken: (id, by, token) => run(by, id, { type: 'revoke_token', id: token }),
    join: async (id, by, account, role) =>
      (await accounts.get(account))
        ? run(by, id, { type: 'join', account, role })
        : refuse('not_found', 'There is no such account.', { field: 'account' }),
    leave: (id, by, account) => run(by, id, { type: 'leave', account }),
  }
}
