import { describe, expect, it } from 'vitest'
import { silence } from '#adapters/delivery/recorded/recorded-sender.ts'
import { hook, stage, type StageOptions } from '#conformance/delivery/given.ts'
import { mortal } from '#conformance/delivery/mortal.ts'
import { openMemory } from '#adapters/storage/memory/open.ts'

const down = { error: 'The receiver refused the connection.', refused: false } as const

/** A stage whose process can die at once: nothing it does afterwards reaches store or receiver. */
function mortalStage(options: StageOptions = {}) {
  const life = mortal(options.after?.store ?? openMemory().deliveries)
  const script = options.script ?? (() => ({ status: 200 }))
  const made = stage({
    ...options,
    store: life.store,
    script: (told, request) => life.orNever(() => script(told, request)),
  })
  return { ...made, kill: life.kill, remains: { ...made, store: life.underlying } }
}

describe('delivery after a restart', () => {
  it('goes on where the cursor is: nothing is lost, nothing told twice after a clean stop', async () => {
    const first = stage()
    await first.delivery.start()
    first.feed.append('a')
    first.feed.append('b')
    await first.system.runUntilIdle()
    await first.stop()
    first.feed.append('a')
    const second = stage({ after: first })
    await second.delivery.start()
    first.feed.append('c')
    await second.system.runUntilIdle()
    expect(second.told.map(({ event }) => event)).toEqual(['a.2', 'c.1'])
    expect(await second.rows()).toHaveLength(4)
    await second.stop()
  })

  it('after a crash tells again what had no answer, with the same token, and not what has a row', async () => {
    const first = mortalStage({ script: ({ event }) => (event === 'b.1' ? new Promise(() => {}) : { status: 200 }) })
    await first.delivery.start()
    for (const thing of ['a', 'b', 'c']) first.feed.append(thing)
    await first.system.runUntilIdle()
    expect(await first.remains.store.cursor()).toBe(1)
    first.kill()
    const second = stage({ after: first.remains })
    await second.delivery.start()
    await second.system.runUntilIdle()
    expect(second.told).toEqual([{ ...first.told.find(({ event }) => event === 'b.1'), at: 0 }])
    expect(await second.store.cursor()).toBe(3)
    await second.stop()
  })

  it('takes up what was parked, when it is due, and holds later ones back for what is left of the 30 s', async () => {
    const first = mortalStage({ script: () => down })
    await first.delivery.start()
    first.feed.append('a')
    await first.system.advance(10_000) // tried at 0, 1 and 6 s
    first.feed.append('a')
    await first.system.advance(5_000)
    first.kill()
    const second = stage({ after: first.remains, script: ({ event }) => (event === 'a.1' ? down : { status: 200 }) })
    await second.delivery.start()
    second.feed.append('a')
    await second.system.advance(14_999)
    expect(second.told.filter(({ event }) => event !== 'a.1')).toEqual([])
    await second.system.advance(1)
    expect(second.told.filter(({ event }) => event !== 'a.1').map(({ event }) => event)).toEqual(['a.2', 'a.3'])
    expect(second.told.find(({ event }) => event === 'a.1')).toMatchObject({ number: 4 })
    await second.stop()
  })

  it('takes up an hourly one at its hour', async () => {
    const first = mortalStage({ script: () => down })
    await first.delivery.start()
    first.feed.append('a')
    await first.system.advance(3_000_000) // tried 7 times, the last at 2556 s
    first.kill()
    const second = stage({ after: first.remains })
    await second.delivery.start()
    await second.system.advance(3_150_000)
    expect(second.told).toEqual([])
    await second.system.advance(10_000)
    expect(second.told).toMatchObject([{ event: 'a.1', number: 8 }])
    expect(await second.rows()).toMatchObject([{ state: 'delivered', tries: 8 }])
    await second.stop()
  })

  it('takes up at once what was parked only because its receiver was slow, in order', async () => {
    const first = mortalStage()
    first.sender.follow(silence(first.system))
    await first.delivery.start()
    for (let i = 0; i < 20; i++) first.feed.append(i % 2 ? 'a' : 'b')
    await first.system.advance(2_000)
    expect(await first.remains.store.cursor()).toBe(20)
    first.kill()
    const second = stage({ after: first.remains })
    await second.delivery.start()
    second.feed.append('a')
    await second.system.advance(500)
    const told = second.toldTo(hook)
    expect(told.filter((event) => event.startsWith('a'))).toEqual(Array.from({ length: 11 }, (_, i) => `a.${i + 1}`))
    expect(told.filter((event) => event.startsWith('b'))).toEqual(Array.from({ length: 10 }, (_, i) => `b.${i + 1}`))
    await second.stop()
  })

  it('takes up more than it reads at once, and new events stay behind the old ones of their lane', async () => {
    const first = mortalStage()
    first.sender.follow(silence(first.system))
    await first.delivery.start()
    for (let i = 0; i < 60; i++) first.feed.append(`a${i % 30}`)
    await first.system.advance(2_000)
    first.kill()
    const second = stage({
      after: first.remains,
      limits: { firstRows: 10, pageRows: 4, leaseMs: 20_000, maxLeaseMs: 20_000 },
    })
    await second.delivery.start()
    for (let i = 0; i < 30; i++) second.feed.append(`a${i}`)
    await second.system.advance(60_000)
    for (let i = 0; i < 30; i++) {
      const lane = second.toldTo(hook).filter((event) => event.startsWith(`a${i}.`))
      expect(lane).toEqual([`a${i}.1`, `a${i}.2`, `a${i}.3`])
    }
    expect((await second.rows()).every(({ state }) => state === 'delivered')).toBe(true)
    await second.stop()
  })

  it('stops without waiting for a hung receiver, and asks it again afterwards', async () => {
    const first = stage()
    first.sender.follow(silence(first.system))
    await first.delivery.start()
    first.feed.append('a')
    await first.system.advance(100)
    let isStopped = false
    void first.delivery.stop().then(() => (isStopped = true))
    await first.system.advance(2_001)
    expect(isStopped).toBe(true)
    const second = stage({ after: first })
    await second.delivery.start()
    await second.system.runUntilIdle()
    expect(second.toldTo(hook)).toEqual(['a.1'])
    await second.stop()
  })

  it('does not let rows that were ahead of the cursor go ahead of what the log has before them', async () => {
    const first = mortalStage({ script: () => new Promise(() => {}), limits: { laneCount: 2 } })
    await first.delivery.start()
    for (let i = 0; i < 6; i++) first.feed.append('a') // two in memory without a row, the others in the store
    await first.system.runUntilIdle()
    expect([await first.remains.store.cursor(), (await first.remains.rows()).length]).toEqual([0, 4])
    first.kill()
    const second = stage({ after: first.remains })
    await second.delivery.start()
    await second.system.advance(2_000)
    expect(second.toldTo(hook)).toEqual(['a.1', 'a.2', 'a.3', 'a.4', 'a.5', 'a.6'])
    await second.stop()
  })

  it('finds what is due behind many of its lane that wait for a later try', async () => {
    const first = stage({ script: () => down })
    await first.delivery.start()
    for (let i = 0; i < 130; i++) first.feed.append('a')
    await first.system.advance(200_000) // all have been tried for a while
    await first.stop()
    first.feed.append('a')
    const [newest] = await first.rows()
    const untried = { ...newest, id: 'untried', event: 'a.131', seq: 131, tries: 0, nextAt: first.system.now() }
    const frozenJson =
      newest?.frozenJson
        ?.replaceAll('a.130', 'a.131')
        .replaceAll(':130', ':131')
        .replace(/,"firstFailedAt":\d+/, '') ?? ''
    await first.store.record([{ ...untried, frozenJson } as NonNullable<typeof newest>], 131)
    const second = stage({ after: first })
    await second.delivery.start()
    await second.system.advance(3_000)
    expect(second.toldTo(hook)).toContain('a.131')
    await second.stop()
  })
})
