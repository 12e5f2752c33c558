import { describe, expect, it } from 'vitest'
import { answerAfter, silence } from '#adapters/delivery/recorded/recorded-sender.ts'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { hook, stage } from '#conformance/delivery/given.ts'
import { mortal } from '#conformance/delivery/mortal.ts'

const byThing = ({ recorded }: { recorded: { aggregate: string } }) => {
  const name = recorded.aggregate.split('-')[0] ?? ''
  return [{ target: name, url: `https://${name}.example/` }]
}

describe('room in memory', () => {
  it('is bounded: what a hung receiver does not take waits in the store, and comes in order when it is back', async () => {
    const { system, feed, delivery, told, sender, store, rows, stop } = stage({
      targets: byThing,
      limits: { originCount: 50, laneCount: 10, count: 200 },
    })
    let isBack = false
    const hush = silence(system)
    sender.follow((request, number) => {
      const { seq, event } = JSON.parse(request.body ?? '')
      if (!isBack && request.url.includes('hung')) return hush(request, number)
      told.push({ url: request.url, event, seq, token: '', number, at: system.now() })
      return { status: 200 }
    })
    await delivery.start()
    let most = 0
    for (let i = 0; i < 2_000; i++) {
      feed.append(`hung-${i % 100}`)
      feed.append(`quick-${i % 10}`)
      if (i % 200 === 199) await system.advance(200)
      most = Math.max(most, delivery.stats().inMemory)
    }
    await system.advance(5_000)
    expect(most).toBeLessThanOrEqual(200)
    expect(await store.cursor()).toBe(4_000)
    expect(told.filter(({ url }) => url.includes('quick'))).toHaveLength(2_000)
    expect(await rows({ state: 'parked' })).toHaveLength(2_000)
    expect(delivery.stats().inMemory).toBeLessThanOrEqual(60)
    isBack = true
    await system.advance(120_000)
    expect(await rows({ state: 'parked' })).toEqual([])
    for (let lane = 0; lane < 100; lane++) {
      const seqs = told.filter(({ event }) => event.startsWith(`hung-${lane}.`)).map(({ seq }) => seq)
      // Those whose first attempt hung until its end may have let others go ahead after 30 s; none did so long here.
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
      expect(seqs).toHaveLength(20)
    }
    await stop()
  })

  it('is waited for while a lone receiver keeps up, instead of writing bodies to the store', async () => {
    const { system, feed, delivery, sender, rows, stop } = stage({ limits: { originCount: 100, laneCount: 1_000 } })
    sender.follow(answerAfter(system, 10, { status: 200 }))
    const parkedOnce: string[] = []
    await delivery.start()
    for (let i = 0; i < 2_000; i++) feed.append(`a${i}`)
    for (let i = 0; i < 100; i++) {
      await system.advance(50)
      parkedOnce.push(...(await rows({ state: 'parked' })).map(({ event }) => event))
    }
    expect(parkedOnce).toEqual([])
    expect(await rows({ state: 'delivered' })).toHaveLength(2_000)
    await stop()
  })

  it('is waited for again once a receiver that was too slow has caught up', async () => {
    const { system, feed, delivery, sender, rows, stop } = stage({ limits: { originCount: 20 } })
    sender.follow(answerAfter(system, 2_000, { status: 200 }))
    await delivery.start()
    for (let i = 0; i < 200; i++) feed.append(`a${i}`)
    await system.advance(60_000)
    expect(await rows({ state: 'delivered' })).toHaveLength(200)
    sender.follow(answerAfter(system, 10, { status: 200 }))
    for (let i = 0; i < 200; i++) feed.append(`b${i}`)
    for (let i = 0; i < 20; i++) {
      await system.advance(50)
      expect(await rows({ state: 'parked' })).toEqual([])
    }
    await system.advance(5_000)
    expect(await rows({ state: 'delivered' })).toHaveLength(400)
    await stop()
  })

  it('due rows of a hung receiver do not stand before those of others', async () => {
    const limits = { originCount: 20, pageRows: 10, firstRows: 10, perOrigin: 4, perSlowOrigin: 1 }
    const first = stage({ targets: byThing, limits, script: () => ({ status: 500 }) })
    await first.delivery.start()
    for (let i = 0; i < 60; i++) first.feed.append(`hung-${i}`)
    for (let i = 0; i < 5; i++) first.feed.append(`quick-${i}`)
    await first.system.advance(300_000) // all wait for the try after ten minutes
    await first.stop()
    const second = stage({ after: first, targets: byThing, limits })
    const hush = silence(second.system)
    second.sender.follow((request, number) => (request.url.includes('hung') ? hush(request, number) : { status: 200 }))
    await second.system.advance(600_000)
    await second.delivery.start()
    await second.system.advance(15_000)
    expect(await second.rows({ target: 'quick', state: 'delivered' })).toHaveLength(5)
    await second.stop()
  })

  it('keeps its bounds in bytes as well', async () => {
    const { system, feed, delivery, sender, store, stop } = stage({ limits: { originBytes: 1_000, bytes: 3_000 } })
    sender.follow(silence(system))
    await delivery.start()
    for (let i = 0; i < 500; i++) feed.append(`a${i}`)
    await system.advance(3_000)
    expect(delivery.stats().bytes).toBeLessThan(1_100)
    expect(await store.cursor()).toBe(500)
    await stop()
  })

  it('still delivers all when more lanes have spilled than it keeps in mind', async () => {
    const { system, feed, delivery, sender, rows, told, stop } = stage({
      limits: { originCount: 10, spilledLanes: 5, pageRows: 20, leaseMs: 5_000, maxLeaseMs: 10_000 },
    })
    const recording = answerAfter(system, 2_000, { status: 200 })
    sender.follow((request, number) => {
      const { seq, event } = JSON.parse(request.body ?? '')
      told.push({ url: request.url, event, seq, token: '', number, at: system.now() })
      return system.now() < stalledUntil ? recording(request, number) : { status: 200 }
    })
    const stalledUntil = system.now() + 8_000
    await delivery.start()
    for (let i = 0; i < 300; i++) {
      feed.append(`a${i % 60}`)
      if (i % 50 === 0) await system.advance(500)
    }
    await system.advance(120_000)
    expect(await rows({ state: 'parked' })).toEqual([])
    expect(new Set(told.map(({ event }) => event)).size).toBe(300)
    for (let lane = 0; lane < 60; lane++) {
      const seqs = told.filter(({ event }) => event.startsWith(`a${lane}.`)).map(({ seq }) => seq)
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
    }
    await stop()
  })
})

describe('a store that cannot be written', () => {
  it('is tried again; nothing is lost, and the cursor waits', async () => {
    const { store: underlying } = stage()
    let isBroken = true
    const store = {
      ...mortal(underlying).store,
      record: async (...args: Parameters<typeof underlying.record>) => {
        if (isBroken) throw new Error('The disk is full.')
        return underlying.record(...args)
      },
    }
    const { system, feed, delivery, rows, logged, told, stop } = stage({ store, limits: { backlog: 20 } })
    await delivery.start()
    for (let i = 0; i < 100; i++) feed.append(`a${i}`)
    await system.advance(5_000)
    expect(await underlying.cursor()).toBe(0)
    expect(told.length).toBeLessThan(50) // it reads no further than it can write down
    expect(logged).toMatchObject([{ level: 'warn' }])
    isBroken = false
    await system.advance(5_000)
    expect(await underlying.cursor()).toBe(100)
    expect(await rows()).toHaveLength(100)
    expect(told).toHaveLength(100)
    await stop()
  })

  it('does not keep the service from stopping, nor moves the cursor past what was not written', async () => {
    const underlying = openMemory().deliveries
    let isBroken = true
    let tries = 0
    const store = {
      ...mortal(underlying).store,
      record: async (...args: Parameters<typeof underlying.record>) => {
        if (isBroken && ++tries < 20) throw new Error('The disk is full.')
        return underlying.record(...args)
      },
    }
    const first = stage({ store })
    await first.delivery.start()
    first.feed.append('a')
    await first.system.advance(1_000)
    await first.stop()
    isBroken = false
    expect(await underlying.cursor()).toBe(0)
    const second = stage({ after: first, store })
    await second.delivery.start()
    await second.system.runUntilIdle()
    expect(second.toldTo(hook)).toEqual(['a.1'])
    await second.stop()
  })
})

describe('old deliveries', () => {
  it('are forgotten after three days, once delivered', async () => {
    const { system, feed, delivery, rows, stop } = stage({
      script: ({ event }) => (event === 'dead.1' ? { status: 400 } : { status: 200 }),
    })
    await delivery.start()
    for (let i = 0; i < 700; i++) feed.append(`a${i}`)
    feed.append('dead')
    await system.advance(2 * 86_400_000)
    feed.append('new')
    await system.advance(86_400_000 - 600_000)
    expect(await rows()).toHaveLength(702)
    await system.advance(1_300_000)
    expect((await rows()).map(({ event }) => event)).toEqual(['new.1', 'dead.1'])
    await stop()
  })
})
