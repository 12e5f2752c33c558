import { describe, expect, it } from 'vitest'
import { silence } from '#adapters/delivery/recorded/recorded-sender.ts'
import { hook, stage, type Targets } from '#conformance/delivery/given.ts'
import { deliveryId, tokenOf } from './identity.ts'

const bob = 'https://hooks.example/bob'
const both: Targets = () => [
  { target: 'alice', url: hook },
  { target: 'bob', url: bob },
]

describe('replay', () => {
  it('sends one dead delivery again, with the same token and body and the whole schedule before it', async () => {
    let status = 404
    const { system, feed, delivery, told, rows, stop } = stage({ script: () => ({ status }) })
    await delivery.start()
    feed.append('a')
    await system.runUntilIdle()
    const id = deliveryId('a.1', 'alice')
    status = 500
    expect(await settle(system, delivery.replay('acme', { id }))).toEqual({ queued: 1 })
    await system.advance(900)
    expect(await rows()).toMatchObject([{ id, state: 'parked', tries: 1 }])
    status = 200
    await system.advance(1_000)
    expect(await rows()).toMatchObject([{ id, state: 'delivered', tries: 2 }])
    expect(told.map(({ token, number }) => [token, number])).toEqual(
      [1, 1, 2].map((number) => [tokenOf('a.1', 'alice'), number]),
    )
    await stop()
  })

  it('sends a delivered one again, in the words of the log', async () => {
    const { system, feed, delivery, told, rows, stop } = stage()
    await delivery.start()
    feed.append('a')
    await system.runUntilIdle()
    const id = deliveryId('a.1', 'alice')
    expect(await settle(system, delivery.replay('acme', { id }))).toEqual({ queued: 1 })
    await system.advance(1_000)
    expect(told).toHaveLength(2)
    expect(told[1]).toMatchObject({ event: 'a.1', token: told[0]?.token, number: 1 })
    expect(await rows()).toMatchObject([{ id, state: 'delivered', tries: 1 }])
    await stop()
  })

  it('refuses what is not there, and what nobody is to be told of any more', async () => {
    let targets = both
    const { system, feed, delivery, stop } = stage({ targets: (followed) => targets(followed) })
    await delivery.start()
    feed.append('a')
    await system.runUntilIdle()
    targets = () => []
    const id = deliveryId('a.1', 'alice')
    for (const [account, wanted] of [
      ['acme', 'nothing'],
      ['globex', id],
    ] as const)
      expect(await settle(system, delivery.replay(account, { id: wanted }))).toMatchObject({
        refusal: { code: 'not_found' },
      })
    expect(await settle(system, delivery.replay('acme', { id }))).toMatchObject({ refusal: { code: 'invalid' } })
    await stop()
  })

  it('sends all dead ones again, or those of one target, oldest first in each lane', async () => {
    let isUp = false
    const { system, feed, delivery, told, rows, stop } = stage({
      targets: both,
      script: () => ({ status: isUp ? 200 : 410 }),
    })
    await delivery.start()
    for (let i = 0; i < 600; i++) feed.append('a')
    await system.advance(1_000)
    expect(await rows({ state: 'dead' })).toHaveLength(1200)
    isUp = true
    told.length = 0
    expect(await settle(system, delivery.replay('acme', { state: 'dead', target: 'bob' }))).toEqual({ queued: 600 })
    await system.advance(5_000)
    expect(told.map(({ url, seq }) => [url, seq])).toEqual(Array.from({ length: 600 }, (_, i) => [bob, i + 1]))
    expect(await settle(system, delivery.replay('globex', { state: 'dead' }))).toEqual({ queued: 0 })
    expect(await settle(system, delivery.replay('acme', { state: 'dead' }))).toEqual({ queued: 600 })
    await system.advance(5_000)
    expect((await rows()).every(({ state }) => state === 'delivered')).toBe(true)
    await stop()
  })

  it('hurries what is parked, in memory or not', async () => {
    let isUp = false
    const { system, feed, delivery, told, stop } = stage({ script: () => ({ status: isUp ? 200 : 500 }) })
    await delivery.start()
    feed.append('a')
    await system.advance(60_000) // not in memory any more
    feed.append('b')
    await system.advance(2_000) // in memory
    isUp = true
    told.length = 0
    expect(await settle(system, delivery.replay('acme', { state: 'parked' }))).toEqual({ queued: 2 })
    await system.advance(500)
    expect(told.map(({ event }) => event).toSorted()).toEqual(['a.1', 'b.1'])
    await stop()
  })

  it('sends the events of a range again, to all or to one target, also those that nobody was told of', async () => {
    let targets: Targets = () => [{ target: 'alice', url: hook }]
    const { system, feed, delivery, told, rows, stop } = stage({
      targets: (followed) => targets(followed),
      limits: { replayEvents: 5 },
    })
    await delivery.start()
    for (const thing of ['a', 'b', 'a', 'a', 'b', 'a', 'b', 'a']) feed.append(thing)
    feed.append('x', { account: 'globex' })
    await system.runUntilIdle()
    targets = both
    told.length = 0
    const range = { fromSeq: 3, toSeq: 6 }
    expect(await settle(system, delivery.replay('acme', { ...range, target: 'bob' }))).toEqual({ queued: 4 })
    await system.advance(1_000)
    expect(told.map(({ url, event }) => `${url} ${event}`).toSorted()).toEqual(
      ['a.2', 'a.3', 'a.4', 'b.2'].map((event) => `${bob} ${event}`),
    )
    expect(told.filter(({ event }) => event.startsWith('a')).map(({ event }) => event)).toEqual(['a.2', 'a.3', 'a.4'])
    expect(await rows({ target: 'bob' })).toHaveLength(4)
    expect(await settle(system, delivery.replay('acme', range))).toEqual({ queued: 8 })
    expect(await settle(system, delivery.replay('globex', { fromSeq: 1, toSeq: 99, target: 'alice' }))).toEqual({
      queued: 1,
    })
    expect(await settle(system, delivery.replay('acme', { fromSeq: 1, toSeq: 99 }))).toMatchObject({
      refusal: { code: 'limit_reached' },
    })
    await stop()
  })

  it('does not send twice at once what is on its way', async () => {
    const { system, feed, delivery, sender, stop } = stage()
    sender.follow(silence(system))
    await delivery.start()
    feed.append('a')
    await system.advance(5_000)
    expect(await settle(system, delivery.replay('acme', { id: deliveryId('a.1', 'alice') }))).toEqual({ queued: 1 })
    await system.advance(5_000)
    expect(sender.requests).toHaveLength(1)
    await stop()
  })
})

describe('the list of deliveries', () => {
  it('gives pages, newest first, with a position only where there is more', async () => {
    const { system, feed, delivery, stop } = stage({ targets: both })
    await delivery.start()
    for (let i = 0; i < 5; i++) feed.append('a')
    await system.runUntilIdle()
    const seen: string[] = []
    for (let before; ;) {
      const page = await delivery.list('acme', { limit: 3, ...(before && { before }) })
      seen.push(...page.items.map(({ event, target }) => `${event} ${target}`))
      if (!page.next) break
      before = page.next
    }
    expect(seen).toHaveLength(10)
    expect(new Set(seen).size).toBe(10)
    expect(seen[0]).toMatch(/^a\.5 /)
    const ofBob = await delivery.list('acme', { limit: 5, target: 'bob', state: 'delivered' })
    expect(ofBob.items.map(({ event }) => event)).toEqual(['a.5', 'a.4', 'a.3', 'a.2', 'a.1'])
    expect(ofBob.next).toBeUndefined()
    expect(await delivery.list('globex', { limit: 5 })).toEqual({ items: [] })
    expect(await delivery.get('acme', deliveryId('a.1', 'bob'))).toMatchObject({ event: 'a.1', target: 'bob' })
    expect(await delivery.get('globex', deliveryId('a.1', 'bob'))).toBeUndefined()
    await stop()
  })
})

/** Waits for an answer that needs callbacks of the system to run. */
async function settle<Answer>(system: ReturnType<typeof stage>['system'], answer: Promise<Answer>): Promise<Answer> {
  let isDone = false
  const done = answer.finally(() => (isDone = true))
  while (!isDone) await system.runUntilIdle()
  return done
}
