import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alice, capturing, idOf, line, openHouse, received, type House } from '#conformance/house.ts'
import type { Configuration, ConfigurationDocument } from '#domain/configuration/state.ts'
import { defaultConfiguration } from './default-configuration.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

const participants = [alice, line].map((address) => ({ addresses: [{ channel: 'SMS' as const, address }] }))

describe('configurations', () => {
  it('D24: are written together with a completed operation', async () => {
    const { configurations, operations } = house.services
    const id = await house.configure()
    const written = await configurations.write(house.ask, id, ({ document }) => ({ ...document, description: 'new' }))
    expect(written.value).toMatchObject({ about: { noun: 'configuration', id }, operation: { status: 'completed' } })
    expect(await operations.get(house.account, written.value!.operation.id)).toEqual(written.value!.operation)
    expect(await configurations.get(house.account, id)).toMatchObject({ version: 2, document: { description: 'new' } })
  })

  it('keep every version, also after their deletion', async () => {
    const { configurations } = house.services
    const id = await house.configure({ description: 'one' })
    for (const description of ['two', 'three'])
      await configurations.write(house.ask, id, ({ document }) => ({ ...document, description }))
    await configurations.remove(house.ask, id)
    expect(await configurations.get(house.account, id)).toBeUndefined()
    const versions = await Promise.all(
      [0, 1, 2, 3, 4].map((version) => configurations.version(house.account, id, version)),
    )
    expect(versions.map((document) => document?.description)).toEqual([undefined, 'one', 'two', 'three', undefined])
  })

  it('D58: leave open conversations what they said when those were made', async () => {
    const { configurations, conversations } = house.services
    const configurationId = await house.configure({ description: 'one' })
    const made = await conversations.create(house.ask, { configurationId, participants })
    await configurations.write(house.ask, configurationId, ({ document }) => ({ ...document, description: 'two' }))
    expect(made.value).toMatchObject({ created: { document: { description: 'one' } } })
    const [conversation] = await house.conversations()
    expect((await conversations.get(house.account, conversation!.id))?.document.description).toBe('one')
    expect((await conversations.list(house.account, { statuses: [], limit: 10 })).items[0]?.document.description).toBe(
      'one',
    )
  })

  it('D34: are not deleted while an open conversation uses them', async () => {
    const { configurations, conversations } = house.services
    const configurationId = await house.configure()
    const [result] = await house.send(received())
    const id = idOf(result)
    const refused = await configurations.remove(house.ask, configurationId)
    expect(refused.refusal).toMatchObject({ code: 'in_use', conflicting: { noun: 'conversation', id } })
    await house.pass(30)
    expect((await configurations.remove(house.ask, configurationId)).value).toBeDefined()
    expect((await conversations.get(house.account, id))?.document.displayName).toBe('Care line')
  })

  it('D34: are not deleted under a conversation that is being made', async () => {
    const { configurations, conversations } = house.services
    for (const isFirst of [true, false]) {
      const id = await house.configure({ channels: { SMS: capturing(null) } })
      const make = () => conversations.create(house.ask, { configurationId: id, participants })
      const capture = () => house.send(received())
      const remove = () => configurations.remove(house.ask, id)
      for (const making of [make, capture]) {
        const [one, two] = await Promise.all(isFirst ? [making(), remove()] : [remove(), making()])
        const removed = (isFirst ? two : one) as Awaited<ReturnType<typeof remove>>
        const open = (await house.conversations()).filter(({ status }) => status !== 'closed')
        expect([removed.value !== undefined, open.length]).toEqual(removed.value ? [true, 0] : [false, 1])
        if (removed.value) break
      }
      for (const open of await house.conversations())
        await conversations.change(house.ask, open.id, { status: 'closed' })
      await remove()
    }
  })

  it('D34: are deleted, sooner or later, when many of their conversations have just run out', async () => {
    const { configurations } = house.services
    const id = await house.configure()
    await house.send(...Array.from({ length: 45 }, (_, i) => received({ from: `+1415555${1000 + i}` })))
    expect((await configurations.remove(house.ask, id)).refusal?.code).toBe('in_use')
    await house.pass(30)
    expect((await configurations.remove(house.ask, id)).value).toBeDefined()
  })

  it('refuse another version, another account and what was deleted', async () => {
    const { configurations } = house.services
    const id = await house.configure()
    const same = ({ document }: Configuration): ConfigurationDocument => document
    expect((await configurations.write(house.ask, id, same, 2)).refusal?.code).toBe('stale_version')
    expect((await configurations.remove(house.ask, id, 2)).refusal?.code).toBe('stale_version')
    const stranger = { account: 'stranger', by: 'test' }
    expect((await configurations.write(stranger, id, same)).refusal?.code).toBe('not_found')
    expect((await configurations.remove(stranger, id)).refusal?.code).toBe('not_found')
    expect(await configurations.get('stranger', id)).toBeUndefined()
    expect(await configurations.version('stranger', id, 1)).toBeUndefined()
    await configurations.remove(house.ask, id)
    expect((await configurations.remove(house.ask, id)).refusal?.code).toBe('not_found')
  })

  it('give a stranger no version that an owner has just read', async () => {
    const id = await house.configure()
    expect(await house.services.configurations.version(house.account, id, 1)).toBeDefined()
    expect(await house.services.configurations.version('stranger', id, 1)).toBeUndefined()
  })

  it('are listed newest first, page by page, and by memory store', async () => {
    const { configurations } = house.services
    for (let i = 0; i < 5; i++) {
      await house.configure({ displayName: `${i}`, memoryStoreId: i % 2 ? 'odd' : 'even' })
      await house.pass(1)
    }
    const first = await configurations.list(house.account, { limit: 3 })
    expect(first.items.map(({ document }) => document.displayName)).toEqual(['4', '3', '2'])
    const rest = await configurations.list(house.account, { limit: 3, after: first.next! })
    expect(rest.items.map(({ document }) => document.displayName)).toEqual(['1', '0', 'Default'])
    expect(rest.next).toBeUndefined()
    const odd = await configurations.list(house.account, { limit: 3, memoryStoreId: 'odd' })
    expect(odd.items.map(({ document }) => document.displayName)).toEqual(['3', '1'])
  })

  it('D35: refuse a chat service that another one is bridged to', async () => {
    const id = await house.configure({ bridgeService: 'IS1' })
    const { document } = (await house.services.configurations.get(house.account, id))!
    const refused = await house.services.configurations.create(house.ask, document)
    expect(refused.refusal).toMatchObject({ code: 'in_use', conflicting: { noun: 'configuration', id } })
    await house.services.configurations.remove(house.ask, id)
    expect((await house.services.configurations.create(house.ask, document)).value).toBeDefined()
  })

  it('include the default one from the start, which is made anew when it is deleted and needed', async () => {
    const list = async (): Promise<readonly Configuration[]> =>
      (await house.services.configurations.list(house.account, { limit: 10 })).items
    const [made] = await list()
    expect(made).toMatchObject({
      isDefault: true,
      document: { grouping: 'addresses', channels: { VOICE: { capture: [] } } },
    })
    const need = async (): Promise<string | undefined> =>
      (await house.engine.execute<Configuration>(house.ask, defaultConfiguration)).value?.id
    expect(await need()).toBe(made!.id)
    await house.services.configurations.remove(house.ask, made!.id)
    const [one, two] = await Promise.all([need(), need()])
    const [anew] = await list()
    expect([one, two]).toEqual([anew!.id, anew!.id])
    expect(anew!.id).not.toBe(made!.id)
    expect(await list()).toHaveLength(1)
  })

  it('are written once under one idempotency key', async () => {
    const { document } = (await house.services.configurations.get(house.account, await house.configure()))!
    const once = { scope: 's', key: 'k', fingerprint: 'f', render: () => ({ status: 202, headers: {}, body: 'first' }) }
    const [one, two] = await Promise.all(
      [1, 2].map(() => house.services.configurations.create({ ...house.ask, once }, document)),
    )
    expect([one?.value?.about.noun, two?.replayed?.body]).toEqual(['configuration', 'first'])
    expect((await house.services.configurations.list(house.account, { limit: 10 })).items).toHaveLength(3)
  })
})
