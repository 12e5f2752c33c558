import { house, account as noun } from '#domain/account/account.ts'
import { credentialClaim } from '#domain/account/claims.ts'
import { wholeKey } from '#domain/account/keys.ts'
import { isLiving, type Account, type Key } from '#domain/account/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Engine } from '#engine/api.ts'
import type { Principal, ScopedPrincipal } from '../api.ts'
import { BoundedMap } from '../bounded-map.ts'
import type { Vault } from '../ports.ts'
import { read } from '../reading.ts'

const accountsKept = 10_000

interface Known {
  readonly account: Account
  /** The SHA-256 of its auth token, made when it is first asked for. */
  tokenHash: string | undefined
}

/** Who is who: accounts in memory, by user name. Whoever changes an account notes it here, so that a revocation holds at once. */
export class Credentials {
  readonly #engine: Engine
  readonly #vault: Vault
  readonly #accounts = new BoundedMap<Id, Known>(accountsKept)
  readonly #sids = new BoundedMap<string, Id>(4 * accountsKept)

  readonly #now: () => Instant

  /** `now`: real time, by which keys expire. */
  constructor(engine: Engine, vault: Vault, now: () => Instant) {
    this.#engine = engine
    this.#vault = vault
    this.#now = now
  }

  /** The account's own SID with its auth token, or the SID of a key that may do everything with its secret (T37). Undefined: wrong. */
  async check(user: string, password: string): Promise<Principal | undefined> {
    const known = await this.#find(user)
    const own = known && user === known.account.sid ? this.#tokenHash(known) : undefined
    const key = known && this.#key(known, user)
    return this.#judged(known, own ?? (key?.scopes ? undefined : key?.hash), user, password)
  }

  /** A key's SID with its secret, also of a key limited by scopes. Undefined: wrong. */
  async checkScoped(sid: string, secret: string): Promise<ScopedPrincipal | undefined> {
    const known = await this.#find(sid)
    const key = known && this.#key(known, sid)
    const principal = this.#judged(known, key?.hash, sid, secret)
    return principal && { ...principal, ...(key?.scopes && { scopes: key.scopes }) }
  }

  #judged(
    known: Known | undefined,
    expected: string | undefined,
    user: string,
    password: string,
  ): Principal | undefined {
    // Somebody unknown costs the same comparison as a wrong password.
    const right = this.#vault.same(this.#vault.hash(password), expected ?? nobody)
    if (!known || expected === undefined || !right) return undefined
    const { account } = known
    return { account: account.id, sid: account.sid, by: user, limits: account.limits }
  }

  /** A state that has committed. */
  note(account: Account): void {
    const present = this.#accounts.get(account.id)
    const tokenHash = present?.account.sealedAuthToken === account.sealedAuthToken ? present.tokenHash : undefined
    this.#accounts.set(account.id, { account, tokenHash })
  }

  async #find(user: string): Promise<Known | undefined> {
    const id = this.#sids.get(user)
    const known = id === undefined ? undefined : this.#accounts.get(id)
    if (known) return known
    const account = await this.#load(user)
    if (!account) return undefined
    await this.#setClock(account)
    // Somebody may have noted a newer state meanwhile.
    if (!this.#accounts.get(account.id)) this.note(account)
    this.#sids.set(user, account.id)
    return this.#accounts.get(account.id)
  }

  async #load(user: string): Promise<Account | undefined> {
    return read(this.#engine, house, (unit) => {
      const id = unit.holder(credentialClaim(user))
      return id === undefined ? undefined : unit.state(noun, id)
    })
  }

  /** Makes up for a crash between the making of an account and that of its clock. */
  async #setClock({ id, clock, createdAt }: Account): Promise<void> {
    if (this.#engine.clocks.kind(id) !== clock) await this.#engine.clocks.define(id, clock, createdAt)
  }

  #tokenHash(known: Known): string {
    return (known.tokenHash ??= this.#vault.hash(this.#vault.open(known.account.sealedAuthToken)))
  }

  #key({ account }: Known, sid: string): Key | undefined {
    const key = account.keys.find((one) => one.sid === sid && isLiving(one, this.#now()))
    return key && wholeKey(account, key)
  }
}

const nobody = '0'.repeat(64)
