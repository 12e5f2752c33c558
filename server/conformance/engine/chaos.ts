import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Storage } from '#engine/ports.ts'
import { StorageUnavailable } from '#engine/ports/storage.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { door, type Door, type DoorEvent } from './door.ts'
import { HandSystem, until } from './hand.ts'
import { stageOver, start, type Stage } from './stage.ts'

type Step =
  | { readonly do: 'build'; readonly label: number; readonly shutsAfterMs?: number }
  | { readonly do: 'knock'; readonly door: number; readonly token: number; readonly delayMs?: number }
  | { readonly do: 'shut' | 'see' | 'erase'; readonly door: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'fail' | 'restart' | 'settle' | 'yield' }

const index = fc.nat({ max: 20 })
const delay = fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('build' as const),
      label: fc.nat({ max: 3 }),
      shutsAfterMs: delay,
    }) as fc.Arbitrary<Step>,
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('knock' as const),
      door: index,
      token: fc.nat({ max: 30 }),
      delayMs: delay,
    }) as fc.Arbitrary<Step>,
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('shut' as const, 'see' as const, 'erase' as const), door: index }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 3_000 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('fail' as const, 'restart' as const, 'settle' as const, 'yield' as const),
    }),
  },
)

/** Orders side by side, stores that fail, servers that restart: what was acknowledged is true, once, and lawful. */
export function chaosConformance(name: string, open: () => Promise<Storage>, runs: number): void {
  describe(`${name}: chaos`, () => {
    test(
      'whatever happens, the log folds to the heads, claims are held by one, and what was acknowledged is there once',
      { timeout: 120_000 },
      async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), fc.boolean(), async (steps, cold) => {
            await play(steps, await open(), cold)
          }),
          { numRuns: runs, endOnFailure: true },
        )
      },
    )
  })
}

async function play(steps: readonly Step[], storage: Storage, cold: boolean): Promise<void> {
  const system = new HandSystem(start, 3)
  let failing = 0
  const flaky: Storage = new Proxy(storage, {
    get: (target, property: keyof Storage) => {
      if (property === 'commit' && failing > 0) {
        failing--
        return () => Promise.reject(new StorageUnavailable('the disk is full'))
      }
      const value = target[property]
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const options = { system, limits: cold ? { headBytes: 2_000 } : {} }
  let stage = await stageOver(flaky, options)
  const doors: Id[] = []
  const knocks = new Map<Id, Set<string>>()
  const erased = new Set<Id>()
  const running: Promise<unknown>[] = []
  for (const one of steps) {
    if (one.do === 'fail') failing = 1
    else if (one.do === 'pass') system.advance(one.ms)
    else if (one.do === 'yield') await new Promise((resolve) => setImmediate(resolve))
    else if (one.do === 'settle' || one.do === 'restart') {
      await Promise.allSettled(running)
      if (one.do === 'restart') stage = await stageOver(flaky, options)
    } else if (one.do === 'build') running.push(build(stage, one, doors).catch(() => 'refused, so no door'))
    else if ('door' in one) {
      const id = doors[one.door % Math.max(1, doors.length)]
      if (id !== undefined) running.push(order(stage, id, one, knocks, erased))
    }
  }
  await Promise.allSettled(running)
  failing = 0
  for (const id of doors) {
    const outcome = await stage.order(id, { type: 'knock', words: 'still there?' })
    expect(outcome.refusal?.code).toBeOneOf([undefined, 'closed', 'not_found'])
  }
  await check(await stageOver(storage, { system }), doors, knocks, erased)
}

async function build(stage: Stage, one: Extract<Step, { do: 'build' }>, doors: Id[]): Promise<void> {
  const more = one.shutsAfterMs === undefined ? {} : { shutsAfterMs: one.shutsAfterMs }
  doors.push(await stage.build(`label ${one.label}`, more))
}

async function order(
  stage: Stage,
  id: Id,
  one: Extract<Step, { door: number }>,
  knocks: Map<Id, Set<string>>,
  erased: Set<Id>,
): Promise<void> {
  if (one.do === 'see') await stage.see(id)
  else if (one.do === 'knock') {
    const delayed = one.delayMs === undefined ? {} : { delayMs: one.delayMs }
    const outcome = await stage.order(id, { type: 'knock', words: 'x', token: `${one.token}`, ...delayed })
    if (outcome.value === undefined) return
    const tokens = knocks.get(id) ?? new Set()
    knocks.set(id, tokens.add(`${one.token}`))
  } else if (one.do === 'erase') {
    erased.add(id)
    await stage.order(id, { type: 'erase' })
  } else await stage.order(id, { type: 'shut' })
}

async function check(
  stage: Stage,
  doors: readonly Id[],
  knocks: Map<Id, Set<string>>,
  erased: ReadonlySet<Id>,
): Promise<void> {
  const last = await stage.storage.lastSeq()
  const seen = stage.followed()
  await until(() => (seen.at(-1)?.recorded.seq ?? 0) >= last, 'the whole log')
  const ids = seen.map(({ recorded }) => recorded.id)
  expect(new Set(ids).size).toBe(ids.length)
  const openLabels: string[] = []
  for (const id of doors) {
    const events = seen.filter(({ recorded }) => recorded.aggregate === id).map(({ recorded }) => recorded)
    expect(events.map(({ n }) => n)).toEqual(events.map((_, i) => i + 1))
    const at = events.map(({ event }) => event.at)
    expect(at).toEqual(at.toSorted((a, b) => a - b))
    const folded = events.reduce<Door | undefined>(
      (state, { event }) => door.evolve(state, event as DoorEvent),
      undefined,
    )
    const head = await stage.see(id)
    const now = stage.system.now()
    if (folded?.status === 'erasing') expect(head).toBeUndefined()
    else if (folded?.status === 'open' && folded.shutsAt !== null && folded.shutsAt <= now)
      expect(head?.status).toBe('shut')
    else expect(head).toEqual(folded)
    if (head?.status === 'open') openLabels.push(head.label)
    const tokens = events.flatMap(({ event }) => ('token' in event ? [event.token] : []))
    expect(new Set(tokens).size).toBe(tokens.length)
    if (!erased.has(id)) for (const token of knocks.get(id) ?? []) expect(tokens).toContain(token)
    const after = events.findIndex(({ event }) => event.type === 'door.shut')
    if (after >= 0) expect(events.slice(after + 1).every(({ event }) => event.type !== 'door.knocked')).toBe(true)
  }
  expect(new Set(openLabels).size).toBe(openLabels.length)
}
