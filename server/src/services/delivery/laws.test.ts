import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { stage, writtenFeed, type Stage, type Told } from '#conformance/delivery/given.ts'
import { mortal } from '#conformance/delivery/mortal.ts'
import type { DeliveryStore } from '#engine/ports/delivery-store.ts'
import type { SendResult } from '#services/ports.ts'
import type { DeliveryLimits } from './limits.ts'

/** An attempt as the receiver saw it, and how it ended. */
interface Seen extends Told {
  result?: SendResult
  endedAt?: number
}

interface World {
  /** Then what was under way is sent again. */
  readonly hasRestarted: boolean
  readonly seen: Seen[]
  readonly lanes: number
  readonly events: number
  readonly store: DeliveryStore
}

const small: Partial<DeliveryLimits> = {
  perOrigin: 4,
  perSlowOrigin: 2,
  overall: 6,
  slowOverall: 10,
  originCount: 20,
  laneCount: 5,
  count: 35,
  spilledLanes: 8,
  loads: 2,
  pageRows: 10,
  firstRows: 15,
  backlog: 20,
  leaseMs: 3_000,
  maxLeaseMs: 10_000,
}

/** One made-up world: receivers that fail by chance and in outages, a process that is stopped, killed and started again. */
async function play(seed: number, limits: Partial<DeliveryLimits>): Promise<World> {
  const system = simulatedSystem(seed)
  const chance = (upTo: number): number => Math.floor(system.chance() * upTo)
  const underlying = openMemory().deliveries
  // What is read is as old as the answer took.
  const slow = new Proxy(underlying, {
    get:
      (store, name: keyof DeliveryStore) =>
      async (...args: unknown[]) => {
        const answer = await (store[name] as (...given: unknown[]) => Promise<unknown>).apply(store, args)
        const takesMs = chance(4) === 0 ? chance(300) : chance(5)
        await new Promise<void>((resolve) => system.after(takesMs, resolve))
        return answer
      },
  })
  const feed = writtenFeed()
  const seen: Seen[] = []
  const startedAt = system.now()
  const lanes = 1 + chance(30)
  const rate = [0, 0.05, 0.3][chance(3)] ?? 0
  const outages = Array.from({ length: chance(4) }, () => ({
    from: chance(90_000),
    lasts: chance(60_000),
    hung: chance(3) === 0,
  }))
  const isSteady = chance(2) === 0
  let isCalm = false
  let hasRestarted = false
  let events = 0

  function answer(told: Told): Promise<SendResult> {
    const one: Seen = { ...told, at: system.now() - startedAt }
    seen.push(one)
    const ended = (result: SendResult): SendResult => {
      one.result = result
      one.endedAt = system.now() - startedAt
      return result
    }
    const outage = !isCalm && outages.find(({ from, lasts }) => one.at >= from && one.at < from + lasts)
    const fails = outage || (!isCalm && system.chance() < rate)
    const takesMs = isCalm ? 1 : outage && outage.hung ? 15_000 : chance(20) === 0 ? chance(4_000) : chance(50)
    const result: SendResult = fails
      ? chance(2)
        ? { status: 503 }
        : { error: 'The connection broke.', refused: false }
      : { status: 200 }
    return new Promise((resolve) => system.after(takesMs, () => resolve(ended(result))))
  }

  async function live(previous: Stage | undefined): Promise<{ stage: Stage; kill(): void }> {
    const life = mortal(slow)
    const base = previous ?? ({ system, feed, store: underlying } as Stage)
    const targets = ({ recorded: { aggregate, n } }: { recorded: { aggregate: string; n: number } }) => {
      const one = { target: 'one', url: `https://${aggregate.length % 2 ? 'odd' : 'even'}.example/one` }
      return n % 3 === 0 ? [one] : [one, { target: 'two', url: 'https://other.example/two' }]
    }
    const made = stage({
      after: base,
      store: life.store,
      limits,
      targets,
      script: (told) => life.orNever(() => answer(told)),
    })
    const isStarted = made.delivery.start()
    await system.advance(1_000)
    await isStarted
    return { stage: made, kill: life.kill }
  }

  let present = await live(undefined)
  for (let step = 0; step < 40; step++) {
    for (let i = chance(20); i > 0; i--) {
      feed.append(`a${chance(lanes)}`)
      events++
    }
    await system.advance(chance(5_000))
    const fate = isSteady ? 2 : chance(40)
    if (fate < 2) {
      if (fate === 0) await present.stage.stop()
      else present.kill()
      hasRestarted = true
      present = await live(present.stage)
    }
  }
  isCalm = true
  await system.advance(7_200_000)
  await present.stage.stop()
  return { hasRestarted, seen, lanes, events, store: underlying }
}

/** Attempts by lane (aggregate and target), in the order they began. */
function byLane(seen: readonly Seen[]): Map<string, Seen[]> {
  return Map.groupBy(seen, ({ event, url }) => `${event.split('.')[0]} ${url}`)
}

const isGood = ({ result }: Seen): boolean => result !== undefined && 'status' in result && result.status === 200

describe.each([
  ['roomy', {}],
  ['small', small],
])('laws of delivery, %s', (_name, limits) => {
  it('each target hears of every event, in order but where one failed for 30 s, with one token', async () => {
    const seeds = fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async (seed) => {
      const { hasRestarted, seen, store, events } = await play(seed, limits)
      const rows = await store.list({ account: 'acme', limit: 1_000_000 })
      expect(rows.filter(({ state }) => state !== 'delivered')).toEqual([])
      expect(await store.cursor()).toBe(events)
      const good = new Set(seen.filter(isGood).map(({ event, url }) => `${event} ${url}`))
      for (const { event, url } of rows) expect(good).toContain(`${event} ${url}`)
      const tokens = Map.groupBy(seen, ({ event, url }) => `${event} ${url}`)
      for (const attempts of tokens.values()) expect(new Set(attempts.map(({ token }) => token)).size).toBe(1)
      expect(new Set(seen.map(({ token }) => token)).size).toBe(tokens.size)
      const twice = [...tokens.values()].filter((attempts) => attempts.filter(isGood).length > 1)
      expect(hasRestarted ? [] : twice).toEqual([])
      for (const lane of byLane(seen).values()) orderHolds(lane)
    })
    await fc.assert(seeds, { numRuns: 40 })
  })
})

/** When the first attempt of an event begins, each earlier one is over, or something before it has been failing for 30 s. */
function orderHolds(lane: readonly Seen[]): void {
  const first = new Map<number, Seen>()
  for (const attempt of lane) if (!first.has(attempt.seq)) first.set(attempt.seq, attempt)
  const attempts = Map.groupBy(lane, ({ seq }) => seq)
  for (const later of first.values()) {
    for (const [seq, earlier] of attempts) {
      if (seq >= later.seq) continue
      const isDone = earlier.some((attempt) => isGood(attempt) && (attempt.endedAt ?? Infinity) <= later.at)
      if (isDone) continue
      const failing = lane.filter((attempt) => attempt.seq < later.seq && attempt.result && !isGood(attempt))
      const since = Math.min(...failing.map(({ endedAt }) => endedAt ?? Infinity))
      expect(later.at - since, `${later.event} went ahead of ${seq} at ${later.at}`).toBeGreaterThanOrEqual(30_000)
    }
  }
}
