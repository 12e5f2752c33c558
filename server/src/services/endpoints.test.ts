import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { got, openHouse, type House } from '#conformance/house.ts'
import type { Endpoint } from '#domain/endpoint/state.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

const url = 'https://alice.example/hook'
async function make(events: readonly string[] = []): Promise<{ endpoint: Endpoint; secret: string }> {
  return got(await house.services.endpoints.create(house.ask, { url, events }))
}

describe('webhook endpoints', () => {
  it("have a secret that a receiver's library takes, shown once and kept sealed", async () => {
    const { endpoint, secret } = await make()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/)
    expect(() => new Webhook(secret)).not.toThrow()
    expect(house.services.endpoints.secrets(endpoint)).toEqual([secret])
    expect(JSON.stringify(await house.storage.log(0, 1_000))).not.toContain(secret.slice(6))
  })

  it('go on being signed for with the old secret for 24 hours after a rotation', async () => {
    const { endpoint, secret } = await make()
    const rotated = got(await house.services.endpoints.rotate(house.ask, endpoint.id))
    expect(house.services.endpoints.secrets(rotated.endpoint)).toEqual([rotated.secret, secret])
    await house.pass(24 * 60)
    expect(house.services.endpoints.secrets(rotated.endpoint)).toEqual([rotated.secret])
  })

  it('of one dialect are not there for another', async () => {
    const { endpoints } = house.services
    const { endpoint: native } = await make()
    const theirs = endpoints.of('other')
    const { endpoint } = got(await theirs.create(house.ask, { url, sensitive: true }))
    expect(endpoint).toMatchObject({ dialect: 'other', sensitive: true })
    expect((await endpoints.list(house.account)).map(({ id }) => id)).toEqual([native.id])
    expect((await theirs.list(house.account)).map(({ id }) => id)).toEqual([endpoint.id])
    expect((await endpoints.wanting(house.account, 'message')).map(({ id }) => id)).toEqual([native.id])
    expect((await theirs.wanting(house.account, 'message')).map(({ id }) => id)).toEqual([endpoint.id])
    expect(await endpoints.get(house.account, endpoint.id)).toBeUndefined()
    for (const refused of [
      await endpoints.change(house.ask, endpoint.id, { url: 'https://bob.example' }),
      await endpoints.rotate(house.ask, endpoint.id),
      await endpoints.remove(house.ask, endpoint.id),
      await theirs.remove(house.ask, native.id),
    ])
      expect(refused).toMatchObject({ refusal: { code: 'not_found' } })
  })

  it('are told what they want, as it stands right after each change', async () => {
    const { endpoints } = house.services
    const wanting = async (type: string): Promise<readonly string[]> =>
      (await endpoints.wanting(house.account, type)).map(({ id }) => id)
    expect(await wanting('conversation.moved')).toEqual([])
    const { endpoint: all } = await make()
    const { endpoint: some } = await make(['stream.*'])
    expect(await wanting('conversation.moved')).toEqual([all.id])
    expect(new Set(await wanting('stream.started'))).toEqual(new Set([all.id, some.id]))
    await endpoints.change(house.ask, all.id, { status: 'disabled' })
    expect(await wanting('stream.started')).toEqual([some.id])
    await endpoints.remove(house.ask, some.id)
    expect(await wanting('stream.started')).toEqual([])
  })

  it('are listed oldest first, and unknown to others and after their removal', async () => {
    const { endpoints } = house.services
    const { endpoint: first } = await make()
    await house.pass(1)
    const { endpoint: second } = await make()
    expect((await endpoints.list(house.account)).map(({ id }) => id)).toEqual([first.id, second.id])
    expect(await endpoints.list('stranger')).toEqual([])
    expect(await endpoints.get('stranger', first.id)).toBeUndefined()
    expect(await endpoints.change({ account: 'stranger', by: 'test' }, first.id, { url })).toMatchObject({
      refusal: { code: 'not_found' },
    })
    await endpoints.remove(house.ask, first.id)
    expect(await endpoints.get(house.account, first.id)).toBeUndefined()
    expect((await endpoints.list(house.account)).map(({ id }) => id)).toEqual([second.id])
  })
})
