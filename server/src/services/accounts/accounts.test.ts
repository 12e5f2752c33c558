import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { got, openHouse, type House } from '#conformance/house.ts'
import { createAccounts } from './accounts.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

describe('credentials', () => {
  it('T37: are the account SID with its auth token, or a key with its secret', async () => {
    const { accounts } = house.services
    const { account, authToken, key, keySecret, bearer } = house.made
    expect(account.sid).toMatch(/^AC[0-9a-f]{32}$/)
    expect(key.sid).toMatch(/^SK[0-9a-f]{32}$/)
    const principal = { account: account.id, sid: account.sid, limits: account.limits }
    expect(await accounts.authenticate(account.sid, authToken)).toEqual({ ...principal, by: account.sid })
    expect(await accounts.authenticate(key.sid, keySecret)).toEqual({ ...principal, by: key.sid })
    expect(await accounts.authenticateBearer(bearer)).toEqual({ ...principal, by: key.sid })
  })

  it('are good after a restart, from the store', async () => {
    const { engine, vault, made } = house
    const fresh = createAccounts({ engine, vault, now: () => 0 })
    expect(await fresh.authenticate(made.key.sid, made.keySecret)).toMatchObject({ account: made.account.id })
    expect(await fresh.authenticate(made.account.sid, made.authToken)).toMatchObject({ account: made.account.id })
  })

  it('are refused when anything of them is wrong', async () => {
    const { accounts } = house.services
    const { account, authToken, key, keySecret } = house.made
    for (const [user, password] of [
      [account.sid, keySecret],
      [key.sid, authToken],
      [account.sid, ''],
      ['', ''],
      ['SK1', keySecret],
      [key.sid.toUpperCase(), keySecret],
    ] as const)
      expect(await accounts.authenticate(user, password)).toBeUndefined()
    for (const token of ['', key.sid, `${key.sid}.`, `.${keySecret}`, `${key.sid}.${keySecret}x`])
      expect(await accounts.authenticateBearer(token)).toBeUndefined()
  })

  it('fail at once when a key is revoked, and others go on', async () => {
    const { accounts } = house.services
    const { account, key, keySecret } = house.made
    const second = got(await accounts.createKey(account.id, 'test', 'second'))
    expect(await accounts.authenticate(key.sid, keySecret)).toBeDefined()
    got(await accounts.revokeKey(account.id, 'test', key.sid))
    expect(await accounts.authenticate(key.sid, keySecret)).toBeUndefined()
    expect(await accounts.authenticate(second.key.sid, second.secret)).toBeDefined()
  })

  it('limited by scopes are known where scopes are kept, and nowhere else', async () => {
    const { accounts } = house.services
    const { account } = house.made
    const { key, secret } = got(await accounts.createKey(account.id, 'test', 'reader', { scopes: ['things:read'] }))
    expect(await accounts.authenticateScoped(key.sid, secret)).toMatchObject({ by: key.sid, scopes: ['things:read'] })
    expect(await accounts.authenticate(key.sid, secret)).toBeUndefined()
    expect(await accounts.authenticateBearer(`${key.sid}.${secret}`)).toBeUndefined()
    expect(await accounts.authenticateScoped(key.sid, `${secret}x`)).toBeUndefined()
    const whole = await accounts.authenticateScoped(house.made.key.sid, house.made.keySecret)
    expect(whole).toEqual({ account: account.id, sid: account.sid, by: house.made.key.sid, limits: account.limits })
    expect(await accounts.authenticateScoped(account.sid, house.made.authToken)).toBeUndefined()
    got(await accounts.revokeKey(account.id, 'test', key.sid))
    expect(await accounts.authenticateScoped(key.sid, secret)).toBeUndefined()
  })

  it('expire by real time, whatever the clock of the account says', async () => {
    const { services, system, made } = house
    const expiresAt = system.now() + 60_000
    const { key, secret } = got(await services.accounts.createKey(made.account.id, 'test', 'short', { expiresAt }))
    await house.pass(60)
    expect(await services.accounts.authenticate(key.sid, secret)).toBeDefined()
    await system.advance(60_000)
    expect(await services.accounts.authenticate(key.sid, secret)).toBeUndefined()
    expect(await services.accounts.authenticateScoped(key.sid, secret)).toBeUndefined()
  })

  it('change with the auth token', async () => {
    const { accounts } = house.services
    const { account, authToken } = house.made
    expect(await accounts.authenticate(account.sid, authToken)).toBeDefined()
    const rotated = got(await accounts.rotateToken(account.id, 'test'))
    expect(await accounts.authenticate(account.sid, authToken)).toBeUndefined()
    expect(await accounts.authenticate(account.sid, rotated.authToken)).toBeDefined()
    expect(await accounts.authToken(account.id)).toBe(rotated.authToken)
  })

  it('lie in the log and the store only hashed or sealed', async () => {
    const { authToken, keySecret } = house.made
    const log = JSON.stringify(await house.storage.log(0, 1_000))
    expect(log).toContain(house.made.key.sid)
    expect(log).not.toContain(authToken)
    expect(log).not.toContain(keySecret)
  })

  it('of the operator are compared to the hash given', () => {
    const { accounts } = house.services
    expect(accounts.isAdmin('admin')).toBe(true)
    expect(accounts.isAdmin('Admin')).toBe(false)
    expect(createAccounts({ engine: house.engine, vault: house.vault, now: () => 0 }).isAdmin('')).toBe(false)
  })
})

describe('accounts', () => {
  it('are listed oldest first, with their limits as last changed', async () => {
    const { accounts } = house.services
    await accounts.create('test', { name: 'bob', clock: 'wall', limits: { internalTargets: true } })
    await accounts.change(house.account, 'test', { limits: { requestsPerSecond: 5 } })
    const { items } = await accounts.list()
    expect(items.map(({ name, limits }) => ({ name, ...limits }))).toEqual([
      { name: 'alice', requestsPerSecond: 5, internalTargets: false, slots: null },
      { name: 'bob', requestsPerSecond: null, internalTargets: true, slots: null },
    ])
    const first = await accounts.list(undefined, 1)
    expect((await accounts.list(first.next, 1)).items.map(({ name }) => name)).toEqual(['bob'])
  })

  it('show changed limits to the very next request', async () => {
    const { accounts } = house.services
    const { key, keySecret } = house.made
    expect((await accounts.authenticate(key.sid, keySecret))?.limits.requestsPerSecond).toBeNull()
    await accounts.change(house.account, 'test', { limits: { requestsPerSecond: 5 } })
    expect((await accounts.authenticate(key.sid, keySecret))?.limits.requestsPerSecond).toBe(5)
  })

  it('run on the clock they were made with, also where a crash came before the clock was', async () => {
    expect(house.services.clock.get(house.account)).toEqual({ kind: 'test', now: house.system.now() })
    const { engine, vault, made } = house
    await engine.clocks.define(made.account.id, 'wall', 0)
    await createAccounts({ engine, vault, now: () => 0 }).authenticate(made.key.sid, made.keySecret)
    expect(engine.clocks.kind(made.account.id)).toBe('test')
  })

  it('nobody has, are unknown', async () => {
    const { accounts } = house.services
    expect(await accounts.get('01ka7n36096q14dr9gpqy77zxy')).toBeUndefined()
    expect(await accounts.createKey('01ka7n36096q14dr9gpqy77zxy', 'test', 'x')).toMatchObject({
      refusal: { code: 'not_found' },
    })
  })
})
