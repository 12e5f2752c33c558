import { describe, expect, it } from 'vitest'
import { answerAfter, silence } from '#adapters/delivery/recorded/recorded-sender.ts'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { hook, stage, type Told } from '#conformance/delivery/given.ts'
import { deliveryId, tokenOf } from './identity.ts'

const down = { error: 'The receiver refused the connection.', refused: false } as const
const seconds = (told: readonly Told[]) => told.map(({ at }) => at / 1000)

describe('delivery', () => {
  it('tells every event once and writes one row for each, with the cursor', async () => {
    const { system, feed, delivery, told, rows, store, stop } = stage()
    await delivery.start()
    for (const thing of ['a', 'b', 'a']) feed.append(thing)
    await system.runUntilIdle()
    expect(told.map(({ event }) => event).toSorted()).toEqual(['a.1', 'a.2', 'b.1'])
    expect(told[0]?.token).toBe(tokenOf('a.1', 'alice'))
    expect(await rows()).toMatchObject([
      {
        event: 'a.2',
        seq: 3,
        state: 'delivered',
        tries: 1,
        lastStatus: 200,
        lastError: null,
        nextAt: null,
        frozenJson: null,
      },
      { event: 'b.1', seq: 2, state: 'delivered' },
      {
        event: 'a.1',
        seq: 1,
        state: 'delivered',
        id: deliveryId('a.1', 'alice'),
        target: 'alice',
        url: hook,
        eventType: 'thing.happened',
      },
    ])
    expect(await store.cursor()).toBe(3)
    expect(delivery.stats()).toEqual({
      delivered: 3,
      failed: 0,
      dead: 0,
      inFlight: 0,
      slow: 0,
      inMemory: 0,
      bytes: 0,
      lag: 0,
    })
    await stop()
  })

  it('moves the cursor past events that concern nobody, and writes it now and then only', async () => {
    let writes = 0
    const first = stage()
    const counting = {
      ...methods(first.store),
      record: (...args: Parameters<typeof first.store.record>) => (writes++, first.store.record(...args)),
    }
    const { system, feed, delivery, store, stop } = stage({ targets: () => [], store: counting })
    await delivery.start()
    for (let i = 0; i < 500; i++) {
      feed.append('a')
      await system.runUntilIdle()
    }
    expect(writes).toBe(0)
    await system.advance(1000)
    expect([writes, await store.cursor()]).toEqual([1, 500])
    await stop()
  })

  it('D46: tries again after 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, then hourly to 24 h, with the same token and body', async () => {
    const { system, feed, delivery, told, rows, logged, sender, stop } = stage({ script: () => ({ status: 503 }) })
    await delivery.start()
    feed.append('a')
    await system.advance(26 * 3_600_000)
    const first = [0, 1, 6, 36, 156, 756, 2556]
    const expected = [...first, ...Array.from({ length: 23 }, (_, hour) => 2556 + (hour + 1) * 3600)]
    const actual = seconds(told)
    expect(actual).toHaveLength(expected.length)
    // What has left memory is looked for about once a second.
    for (const [i, at] of actual.entries()) expect(Math.abs(at - (expected[i] ?? 0))).toBeLessThan(i < 4 ? 0.001 : 30)
    expect(new Set(told.map(({ token }) => token))).toEqual(new Set([tokenOf('a.1', 'alice')]))
    expect(new Set(sender.requests.map(({ body }) => body)).size).toBe(1)
    expect(told.map(({ number }) => number)).toEqual(expected.map((_, i) => i + 1))
    expect(await rows()).toMatchObject([{ state: 'dead', tries: 30, lastStatus: 503, nextAt: null }])
    expect(logged).toMatchObject([{ level: 'warn', facts: { event: 'a.1', tries: 30, status: 503 } }])
    await stop()
  })

  it.each([400, 401, 404, 410, 422, 301, 302, 307, 308])('D46: gives up at once on status %i', async (status) => {
    const { system, feed, delivery, told, rows, stop } = stage({ script: () => ({ status }) })
    await delivery.start()
    feed.append('a')
    feed.append('a')
    await system.advance(60_000)
    expect(told.map(({ event }) => event)).toEqual(['a.1', 'a.2'])
    const row = { state: 'dead', tries: 1, lastStatus: status, frozenJson: expect.stringContaining('a.1') }
    expect((await rows())[1]).toMatchObject(row)
    await stop()
  })

  it.each([408, 429, 500, 502, 503, 504])('D46: tries again on status %i', async (status) => {
    const { system, feed, delivery, told, rows, stop } = stage({
      script: ({ number }) => ({ status: number < 3 ? status : 204 }),
    })
    await delivery.start()
    feed.append('a')
    await system.advance(6_000)
    expect(seconds(told)).toEqual([0, 1, 6])
    expect(await rows()).toMatchObject([{ state: 'delivered', tries: 3, lastStatus: 204, frozenJson: null }])
    await stop()
  })

  it('gives up at once on a target that is refused, and says why', async () => {
    const refused = { error: 'The target is not a public address.', refused: true }
    const { system, feed, delivery, rows, stop } = stage({ script: () => refused })
    await delivery.start()
    feed.append('a')
    await system.runUntilIdle()
    expect(await rows()).toMatchObject([{ state: 'dead', lastStatus: null, lastError: refused.error }])
    await stop()
  })

  it('parks with the frozen body and the time of the next try when an attempt fails', async () => {
    const { system, feed, delivery, rows, store, stop } = stage({ script: () => down })
    await delivery.start()
    feed.append('a')
    await system.runUntilIdle()
    expect(await rows()).toMatchObject([
      { state: 'parked', tries: 1, nextAt: system.now() + 1000, lastError: down.error },
    ])
    expect(JSON.parse((await rows())[0]?.frozenJson ?? '')).toMatchObject({
      url: hook,
      body: '{"event":"a.1","seq":1}',
    })
    expect(await store.cursor()).toBe(1)
    await stop()
  })

  it('D46: keeps the order of a lane while its receiver is down for less than 30 s, whatever the schedule says', async () => {
    for (const downFor of [500, 2_000, 7_000, 20_000, 28_500]) {
      const { system, feed, delivery, toldTo, told, stop } = stage({
        script: ({ at }) => (at < downFor ? down : { status: 200 }),
      })
      await delivery.start()
      for (let i = 0; i < 5; i++) {
        feed.append('a')
        await system.advance(100)
      }
      await system.advance(60_000)
      const arrived = told.filter(({ at }) => at >= downFor).map(({ event }) => event)
      expect(arrived).toEqual(['a.1', 'a.2', 'a.3', 'a.4', 'a.5'])
      expect(toldTo(hook).filter((event) => event === 'a.2')).toHaveLength(1)
      await stop()
    }
  })

  it('D46: holds later ones back for at most 30 s from the first failure, all of them together', async () => {
    const { system, feed, delivery, told, stop } = stage({
      script: ({ event }) => (event === 'a.1' ? { status: 500 } : { status: 200 }),
    })
    await delivery.start()
    for (let i = 0; i < 4; i++) feed.append('a')
    await system.advance(29_999)
    // The last try before the others go ahead comes a second early, in place of the one after 30 s.
    expect(told.map(({ event, at }) => [event, at])).toEqual([0, 1000, 6000, 29_000].map((at) => ['a.1', at]))
    await system.advance(1)
    expect(told.slice(4).map(({ event, at }) => [event, at])).toEqual(
      ['a.2', 'a.3', 'a.4'].map((event) => [event, 30_000]),
    )
    feed.append('a')
    await system.advance(1)
    expect(told.at(-1)).toMatchObject({ event: 'a.5', at: 30_000 })
    await stop()
  })

  it('delays a lane by 30 s when its receiver is down, not by 30 s for each event', async () => {
    const { system, feed, delivery, told, stop } = stage({ script: () => down })
    await delivery.start()
    for (let i = 0; i < 10; i++) feed.append('a')
    await system.advance(30_000)
    expect(new Set(told.map(({ event }) => event)).size).toBe(10)
    await stop()
  })

  it('holds back only what is in the same lane', async () => {
    const bob = 'https://hooks.example/bob'
    const targets = () => [
      { target: 'alice', url: hook },
      { target: 'bob', url: bob },
    ]
    const { system, feed, delivery, told, stop } = stage({
      targets,
      script: ({ event, url }) => (event === 'a.1' && url === hook ? { status: 500 } : { status: 200 }),
    })
    await delivery.start()
    for (const thing of ['a', 'a', 'b']) feed.append(thing)
    await system.runUntilIdle()
    const at = (url: string) => told.filter((one) => one.url === url).map(({ event }) => event)
    expect(at(hook)).toEqual(['a.1', 'b.1'])
    expect(at(bob).toSorted()).toEqual(['a.1', 'a.2', 'b.1'])
    await stop()
  })

  it('a hung receiver delays nobody else, and not the cursor', async () => {
    const hung = 'https://hung.example/'
    const { system, feed, delivery, store, sender, toldTo, rows, stop } = stage({
      targets: ({ recorded }) => [
        recorded.aggregate.startsWith('h') ? { target: 'hung', url: hung } : { target: 'alice', url: hook },
      ],
    })
    const hush = silence(system)
    sender.follow((request, number) => (request.url === hung ? hush(request, number) : { status: 200 }))
    await delivery.start()
    for (let i = 0; i < 300; i++) {
      feed.append(`h${i}`)
      feed.append(`a${i}`)
    }
    await system.runUntilIdle()
    const toAlice = () => sender.requests.filter(({ url }) => url === hook)
    expect(toAlice()).toHaveLength(300)
    expect(sender.inFlight()).toBe(64)
    expect(await store.cursor()).toBe(0)
    await system.advance(1_250)
    expect(await store.cursor()).toBe(600)
    expect((await rows({ target: 'hung' })).every(({ state }) => state === 'parked')).toBe(true)
    expect((await rows({ target: 'hung' })).every(({ nextAt }) => (nextAt ?? 0) > system.now() + 10_000)).toBe(true)
    expect((await rows({ target: 'alice' })).every(({ state }) => state === 'delivered')).toBe(true)
    // From then on it gets less of the house.
    await system.advance(15_000)
    expect(sender.inFlight()).toBeLessThanOrEqual(8)
    feed.append('a')
    await system.runUntilIdle()
    expect(toAlice()).toHaveLength(301)
    expect(toldTo(hook)).toEqual([])
    await stop()
  })

  it('many hung receivers leave room for others', async () => {
    const { system, feed, delivery, sender, store, stop } = stage({
      targets: ({ recorded }) => [{ target: 'one', url: `https://${recorded.aggregate.split('-')[0]}.example/` }],
      limits: { overall: 20, perOrigin: 4, perSlowOrigin: 1, slowOverall: 30 },
    })
    const hush = silence(system)
    sender.follow((request, number) => (request.url.includes('hung') ? hush(request, number) : { status: 200 }))
    await delivery.start()
    for (let i = 0; i < 40; i++) for (let n = 0; n < 5; n++) feed.append(`hung${i}-${n}`)
    feed.append('alice')
    await system.advance(4_000)
    expect(sender.requests.some(({ url }) => url === 'https://alice.example/')).toBe(true)
    expect(await store.cursor()).toBe(201)
    await system.advance(6_000)
    // Less than the four that each of the forty might have.
    expect(sender.inFlight()).toBeLessThan(100)
    await stop()
  })

  it('a receiver that answers slowly, but answers, gets everything in order', async () => {
    const { system, feed, delivery, sender, rows, stop } = stage()
    sender.follow(answerAfter(system, 3_000, { status: 200 }))
    await delivery.start()
    for (let i = 0; i < 5; i++) feed.append('a')
    await system.advance(16_000)
    expect(sender.requests.map(({ body }) => JSON.parse(body ?? '').seq)).toEqual([1, 2, 3, 4, 5])
    expect(await rows()).toHaveLength(5)
    expect(
      (await rows()).every(({ state, tries, frozenJson }) => state === 'delivered' && tries === 1 && !frozenJson),
    ).toBe(true)
    await stop()
  })

  it('settles when everything is delivered, given up or parked', async () => {
    const { system, feed, delivery, sender, stop } = stage()
    sender.follow(silence(system))
    await delivery.start()
    let isSettled = false
    feed.append('a')
    void delivery.settled().then(() => (isSettled = true))
    await system.advance(900)
    expect(isSettled).toBe(false)
    await system.advance(400)
    expect(isSettled).toBe(true)
    await stop()
  })

  it('tells the wall clock nothing of its own: a clock that steps changes no wait in memory', async () => {
    const { system, feed, delivery, told, stop } = stage({
      script: ({ event }) => (event === 'a.1' ? down : { status: 200 }),
    })
    await delivery.start()
    feed.append('a')
    feed.append('a')
    await system.advance(2_000)
    system.step(-3_600_000)
    // At most the time since it was last looked at is lost.
    await system.advance(38_000)
    const tries = told.filter(({ event }) => event === 'a.1')
    expect(tries.length).toBeGreaterThanOrEqual(3)
    expect(told.some(({ event }) => event === 'a.2')).toBe(true)
    await stop()
  })

  it('says nothing more of what was erased, and does not write it down again', async () => {
    const memory = openMemory()
    const { system, feed, delivery, told, rows, stop } = stage({ store: memory.deliveries, script: () => down })
    await delivery.start()
    feed.append('a')
    feed.append('b')
    await system.advance(3_000)
    expect(told).toHaveLength(4)
    const erased = [...(await rows())].find(({ event }) => event === 'a.1')
    const store = memory.deliveries as unknown as { remove(id: string): void }
    store.remove(erased?.id ?? '')
    await system.advance(10_000)
    expect(told.slice(4).map(({ event }) => event)).toEqual(['b.1'])
    expect((await rows()).map(({ event }) => event)).toEqual(['b.1'])
    expect(delivery.stats().inMemory).toBe(1)
    await stop()
  })

  it('gives up on words of a dialect that is not spoken any more', async () => {
    const first = stage({ script: () => down })
    await first.delivery.start()
    first.feed.append('a')
    await first.system.runUntilIdle()
    await first.stop()
    const [row] = await first.rows()
    const other = { ...JSON.parse(row?.frozenJson ?? ''), announcer: 'gone' }
    await first.store.record([{ ...row, frozenJson: JSON.stringify(other) } as NonNullable<typeof row>])
    const second = stage({ after: first })
    await second.delivery.start()
    await second.system.advance(5_000)
    expect(await second.rows()).toMatchObject([{ state: 'dead', lastError: expect.stringContaining('dialect') }])
    await second.stop()
  })
})

/** The methods of a store, bound, for a test to replace some. */
function methods<Store extends ReturnType<typeof stage>['store']>(store: Store): Store {
  const names = ['cursor', 'record', 'parkedUntil', 'parkedOf', 'get', 'list', 'forget'] as const
  return Object.fromEntries(names.map((name) => [name, store[name].bind(store)])) as unknown as Store
}
