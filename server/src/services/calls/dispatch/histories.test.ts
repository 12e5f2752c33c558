import { afterEach, describe, expect, it } from 'vitest'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import fc from 'fast-check'
import { session as sessionNoun } from '#domain/session/session.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { account, answered, busy, hungUp, Rig, type RigOptions } from './given.ts'

const open: Rig[] = []
afterEach(async () => {
  for (const { engine } of open.splice(0)) await engine.stop()
})

async function openRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await Rig.open({ storage: openMemory(), system: simulatedSystem(1) }, options)
  open.push(rig)
  return rig
}

describe('whatever happens', () => {
  type Step =
    | { readonly do: 'order'; readonly route: string }
    | { readonly do: 'end' | 'answer' | 'stop'; readonly which: number }
    | { readonly do: 'limit'; readonly to: number }
    | { readonly do: 'rest' }
  const which = fc.nat({ max: 30 })
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'c').map((route) => ({ do: 'order', route }) as const) },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('end', 'answer', 'stop'), which }) },
    { weight: 1, arbitrary: fc.nat({ max: 4 }).map((to) => ({ do: 'limit', to }) as const) },
    { weight: 2, arbitrary: fc.constant({ do: 'rest' } as const) },
  )

  async function take(rig: Rig, ids: Id[], one: Step): Promise<void> {
    switch (one.do) {
      case 'order':
        ids.push(await rig.order({ route: one.route }))
        return
      case 'limit':
        rig.limit = one.to
        return rig.dispatch.wake(account)
      case 'rest':
        return rig.rest()
      case 'end':
      case 'answer':
      case 'stop': {
        const id = ids[one.which % Math.max(1, ids.length)]
        if (id === undefined) return
        const command = { end: hungUp, answer: answered, stop: { type: 'stop', cause: 'stopped_by_request' } as const }
        await rig.do((unit) => void unit.run(sessionNoun, id, command[one.do]))
      }
    }
  }

  it('never more calls than slots, no slot idle while calls wait, and the ledger says what the sessions say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const rig = await openRig({ limit: 2 })
        const ids: Id[] = []
        let before = { limit: rig.limit, using: 0 }
        for (const one of steps) {
          await take(rig, ids, one)
          const sessions = await Promise.all(ids.map((id) => rig.session(id)))
          const using = sessions.filter(({ attempt }) => attempt.slot !== undefined)
          // A lowered limit takes none away, and gives none until enough have come back.
          expect(using.length).toBeLessThanOrEqual(Math.max(rig.limit, before.limit, before.using))
          before = { limit: rig.limit, using: using.length }
          expect(new Set(using.map(({ attempt }) => attempt.slot)).size).toBe(using.length)
        }
        await rig.rest()
        const sessions = await Promise.all(ids.map((id) => rig.session(id)))
        const using = sessions.filter(({ attempt }) => attempt.slot !== undefined).map(({ id }) => id)
        const { held, waiting } = await rig.dispatch.slots(account)
        expect(held.map(({ session }) => session).toSorted()).toEqual(using.toSorted())
        expect(waiting).toBe(sessions.filter(({ state }) => state === 'queued').length)
        expect(waiting === 0 || held.length >= rig.limit).toBe(true)
        await open.pop()?.engine.stop()
      }),
      { numRuns: 40 },
    )
  })

  it('10,000 waiting calls go through 1,000 slots without an idle one', async () => {
    const rig = await openRig({ limit: 0 })
    const ids: Id[] = []
    for (let i = 0; i < 100; i++) {
      ids.push(...(await Promise.all(Array.from({ length: 100 }, () => rig.order({ route: i % 2 === 0 ? 'a' : 'b' })))))
    }
    await rig.rest()
    rig.limit = 1_000
    rig.units = 0
    await rig.dispatch.wake(account)
    for (let done = 0; done < ids.length; done += 500) {
      await rig.rest()
      const { held, waiting } = await rig.dispatch.slots(account)
      expect(held).toHaveLength(Math.min(1_000, ids.length - done))
      expect(waiting).toBe(Math.max(0, ids.length - done - 1_000))
      expect(rig.dialed).toHaveLength(Math.min(ids.length, done + 1_000))
      await Promise.all(held.slice(0, 500).map(({ session }) => rig.run(session, busy())))
    }
    await rig.rest()
    expect((await rig.dispatch.slots(account)).held).toEqual([])
    expect(new Set(rig.dialed).size).toBe(10_000)
    // An offer for each call, and now and then a pass that takes back and hands on many at once.
    expect(rig.units).toBeLessThan(10_000 + 200)
  }, 120_000)
})
