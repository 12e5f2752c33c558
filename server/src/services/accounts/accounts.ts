import { house, account as noun } from '#domain/account/account.ts'
import type { AccountCommand } from '#domain/account/commands.ts'
import { keysOf } from '#domain/account/keys.ts'
import type { Account, Key, Limits } from '#domain/account/state.ts'
import { isRetention, noRetention } from '#domain/retention/days.ts'
import { decodeId, type Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Outcome } from '#engine/api.ts'
import type { Accounts, NewAccount } from '../api.ts'
import { defaultConfiguration } from '../default-configuration.ts'
import type { Vault } from '../ports.ts'
import { read } from '../reading.ts'
import { Credentials } from './credentials.ts'
import { retain } from './retaining.ts'

export interface AccountsNeed {
  readonly engine: Engine
  readonly vault: Vault
  /** Real time: where a new test clock starts, and by which keys expire. */
  readonly now: () => Instant
  /** SHA-256 of the server's admin key, hex; absent: nobody is admin. */
  readonly adminKeyHash?: string
}

const defaultLimits: Limits = { requestsPerSecond: null, internalTargets: false, slots: null }
/** 128 bits of chance: as long as the vendor's own (T37). */
const secretBytes = 16
const pageSize = 50

/** Tenants and their credentials. Secrets leave only in the answer that makes them. */
export function createAccounts({ engine, vault, now, adminKeyHash }: AccountsNeed): Accounts {
  const credentials = new Credentials(engine, vault, now)

  async function run(by: string, id: Id, command: AccountCommand): Promise<Account | Refused> {
    const outcome = await engine.execute<Account>({ account: house, by }, (unit) => {
      const done = unit.run(noun, id, command)
      return isRefused(done) ? done : done.state
    })
    return noted(outcome)
  }

  function noted(outcome: Outcome<Account>): Account | Refused {
    if (outcome.refusal) return { refusal: outcome.refusal }
    if (outcome.replayed) throw new Error('A request without a key met a stored answer.')
    credentials.note(outcome.value)
    return outcome.value
  }

  async function change(id: Id, by: string, told: Parameters<Accounts['change']>[2]): Promise<Account | Refused> {
    const changed = await run(by, id, { type: 'change', ...told })
    // Where this does not succeed, the effect of the change does.
    if (!isRefused(changed) && told.limits?.retentionDays !== undefined) await retain(engine, id)
    return changed
  }

  return {
    authenticate: (user, password) => credentials.check(user, password),
    authenticateBearer: async (token) => {
      const dot = token.indexOf('.')
      return dot < 0 ? undefined : credentials.check(token.slice(0, dot), token.slice(dot + 1))
    },
    authenticateScoped: (sid, secret) => credentials.checkScoped(sid, secret),
    isAdmin: (token) => adminKeyHash !== undefined && vault.same(vault.hash(token), adminKeyHash),
    create: (by, draft) => createKeeping({ engine, vault, now, noted, change }, by, draft),
    list: async (after, limit = pageSize) => {
      const page = await engine.list({
        account: house,
        noun,
        list: 'all',
        equals: ['true'],
        limit,
        ...(after && { after }),
      })
      return { items: page.items.map(({ state }) => state), ...(page.next && { next: page.next }) }
    },
    get: (id) => find(engine, id),
    change,
    createKey: async (id, by, name, { scopes, expiresAt } = {}) => {
      const { secret, ...key } = newKey(vault)
      const limits = { ...(scopes && { scopes }), ...(expiresAt !== undefined && { expiresAt }) }
      const account = await run(by, id, { type: 'create_key', name, ...key, ...limits })
      return isRefused(account) ? account : { key: keyOf(account, key.sid), secret }
    },
    revokeKey: (id, by, sid) => run(by, id, { type: 'revoke_key', sid }),
    rotateToken: async (id, by) => {
      const authToken = vault.secret(secretBytes)
      const account = await run(by, id, { type: 'rotate_token', sealedAuthToken: vault.seal(authToken) })
      return isRefused(account) ? account : { authToken }
    },
    authToken: async (id) => {
      const account = await find(engine, id)
      return account && vault.open(account.sealedAuthToken)
    },
  }
}

interface Creating extends Pick<AccountsNeed, 'engine' | 'vault' | 'now'>, Pick<Accounts, 'change'> {
  noted(outcome: Outcome<Account>): Account | Refused
}

/** For how many days it keeps sessions is said when it has a clock to count them by. */
async function createKeeping(
  need: Creating,
  by: string,
  draft: Parameters<Accounts['create']>[1],
): Promise<NewAccount | Refused> {
  const { retentionDays = null, ...limits } = draft.limits ?? {}
  if (!isRetention(retentionDays)) return noRetention('limits.retentionDays')
  const made = await createAccount(need, by, { ...draft, limits })
  if (isRefused(made) || retentionDays === null) return made
  const account = await need.change(made.account.id, by, { limits: { retentionDays } })
  return isRefused(account) ? account : { ...made, account }
}

/** An account, its first key and its clock. */
async function createAccount(
  { engine, vault, now, noted }: Creating,
  by: string,
  draft: Omit<Parameters<Accounts['create']>[1], 'limits'> & { readonly limits: Partial<Limits> },
): Promise<NewAccount | Refused> {
  const authToken = vault.secret(secretBytes)
  const { secret, ...key } = newKey(vault)
  const sealedAuthToken = vault.seal(authToken)
  const limits = { ...defaultLimits, ...draft.limits }
  const outcome = await engine.execute<Account>({ account: house, by }, (unit) => {
    const id = unit.id()
    const { name, clock } = draft
    const created = unit.run(noun, id, { type: 'create', name, clock, sid: sidOf(id), sealedAuthToken, limits })
    const keyed = isRefused(created) ? created : unit.run(noun, id, { type: 'create_key', name: 'first', ...key })
    return isRefused(keyed) ? keyed : keyed.state
  })
  const account = noted(outcome)
  if (isRefused(account)) return account
  await engine.clocks.define(account.id, account.clock, now())
  // Where this does not succeed, the first session makes it.
  await engine.execute({ account: account.id, by }, (unit) => defaultConfiguration(unit))
  return { account, authToken, key: keyOf(account, key.sid), keySecret: secret, bearer: `${key.sid}.${secret}` }
}

function find(engine: Engine, id: Id): Promise<Account | undefined> {
  return read(engine, house, (unit) => unit.state(noun, id))
}

/** The account's SID is its id in another writing. */
function sidOf(id: Id): string {
  return `AC${decodeId(id).toHex()}`
}

function newKey(vault: Vault): { readonly sid: string; readonly hash: string; readonly secret: string } {
  const secret = vault.secret(secretBytes)
  return { sid: `SK${vault.secret(16)}`, hash: vault.hash(secret), secret }
}

function keyOf(account: Account, sid: string): Key {
  const key = keysOf(account).find((one) => one.sid === sid)
  if (!key) throw new Error('A key that was just made is not there.')
  return key
}
