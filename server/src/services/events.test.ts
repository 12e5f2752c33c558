import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { got, openHouse, received, type House } from '#conformance/house.ts'
import type { Followed } from '#engine/api.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
  await house.configure()
})
afterEach(() => house.close())

describe('the events of an account', () => {
  it('come in pages, in order, and are its own', async () => {
    const other = got(await house.services.accounts.create('test', { name: 'bob', clock: 'wall' }))
    await house.send(received())
    const all = await house.services.events.page(house.account, 0, 100)
    expect(all.items.map(({ event }) => event.type)).toEqual([
      'configuration.written', // the default one
      'configuration.written',
      'operation.completed',
      'conversation.created',
      'participant.added',
      'participant.added',
      'communication.created',
    ])
    const first = await house.services.events.page(house.account, 0, 4)
    const rest = await house.services.events.page(house.account, first.next, 4)
    expect([...first.items, ...rest.items]).toEqual(all.items)
    expect(await house.services.events.page(house.account, rest.next, 4)).toEqual({ items: [], next: rest.next })
    const others = (await house.services.events.page(other.account.id, 0, 100)).items
    expect(others.map(({ account, event }) => [account, event.type])).toEqual([
      [other.account.id, 'configuration.written'],
    ])
  })

  it('are followed live, with the state after each, and by nobody else', async () => {
    const [mine, others]: [Followed[], Followed[]] = [[], []]
    const heard = new Promise<void>((resolve) => {
      house.services.events.follow(house.account, house.services.events.lastSeq(), (events) => {
        mine.push(...events)
        if (mine.length === 4) resolve()
      })
    })
    house.services.events.follow('stranger', 0, (events) => void others.push(...events))
    await house.send(received())
    await house.system.runUntilIdle()
    await heard
    expect(mine.at(-1)).toMatchObject({ recorded: { account: house.account }, after: { status: 'active' } })
    expect(others).toEqual([])
  })

  it('are read one by one by their owner', async () => {
    const { items } = await house.services.events.page(house.account, 0, 1)
    expect((await house.services.events.get(house.account, items[0]!.id))?.recorded).toEqual(items[0])
    expect(await house.services.events.get('stranger', items[0]!.id)).toBeUndefined()
  })
})
