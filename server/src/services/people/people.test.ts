import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { got, openHouse, type House } from '#conformance/house.ts'
import { createPeople } from './people.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

const make = async (expiresAt?: number) => {
  const { people } = house.services
  const { id } = got(await people.create('test', 'alice'))
  return got(await people.createToken(id, 'test', 'laptop', expiresAt))
}

describe('people', () => {
  it('are known by their tokens, also after a restart', async () => {
    const { engine, vault, services } = house
    const { person, token, secret } = await make()
    expect(await services.people.authenticate(token.id, secret)).toMatchObject({ id: person.id, name: 'alice' })
    const fresh = createPeople({ engine, vault, accounts: services.accounts, now: () => 0 })
    expect(await fresh.authenticate(token.id, secret)).toMatchObject({ id: person.id })
    for (const [id, wrong] of [
      [token.id, `${secret}x`],
      [token.id, ''],
      ['', secret],
      [secret, token.id],
    ] as const)
      expect(await services.people.authenticate(id, wrong)).toBeUndefined()
  })

  it('are unknown once their token is revoked or expired, or they are removed', async () => {
    const { people } = house.services
    const [revoked, removed] = [await make(), await make()]
    const expired = await make(house.system.now() + 60_000)
    got(await people.revokeToken(revoked.person.id, 'test', revoked.token.id))
    got(await people.remove(removed.person.id, 'test'))
    await house.system.advance(60_000)
    for (const { token, secret } of [revoked, removed, expired])
      expect(await people.authenticate(token.id, secret)).toBeUndefined()
  })

  it('are members of accounts that are there', async () => {
    const { people } = house.services
    const { id } = got(await people.create('test', 'bob'))
    const nowhere = await people.join(id, 'test', '01ka7n36096q14dr9gpqy77zxy', 'admin')
    expect(nowhere).toMatchObject({ refusal: { code: 'not_found' } })
    const { memberships } = got(await people.join(id, 'test', house.account, 'viewer'))
    expect(memberships).toMatchObject([{ account: house.account, role: 'viewer' }])
  })

  it('have secrets that lie in the store only hashed, and are listed oldest first', async () => {
    const { secret } = await make()
    await house.services.people.create('test', 'bob')
    expect(JSON.stringify(await house.storage.log(0, 1_000))).not.toContain(secret)
    const first = await house.services.people.list(undefined, 1)
    expect(first.items.map(({ name }) => name)).toEqual(['alice'])
    expect((await house.services.people.list(first.next, 1)).items.map(({ name }) => name)).toEqual(['bob'])
  })
})
