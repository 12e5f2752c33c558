import { afterEach, describe, expect, it } from 'vitest'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { dispatcher as dispatcherNoun } from '#domain/dispatcher/dispatcher.ts'
import { dayMs, hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import type { EffectRequest, EffectRunner } from '#engine/api.ts'
import type { Storage } from '#engine/ports.ts'
import { account, busy, must, Rig, type RigOptions } from './given.ts'
import type { Back } from './handing.ts'
import { openLedger } from './ledger.ts'
import { recover } from './recovery.ts'
import { Wakes } from './wakes.ts'

const open: Rig[] = []
afterEach(async () => {
  for (const { engine } of open.splice(0)) await engine.stop()
})

const stores = new WeakMap<Rig, Storage>()

async function openRig(options: RigOptions = {}): Promise<Rig> {
  const storage = (options.after && stores.get(options.after)) ?? openMemory()
  // Another process throws other dice, or it would mint ids that are taken.
  const rig = await Rig.open({ storage, system: simulatedSystem(options.after ? 2 : 1) }, options)
  stores.set(rig, storage)
  open.push(rig)
  return rig
}

describe('after a crash', () => {
  /** Does what it does and dies before it could say so: the engine runs it again. */
  const twice = (runner: EffectRunner | undefined): EffectRunner => ({
    run: async (effect: EffectRequest) => {
      const answer = await runner?.run(effect)
      if (effect.tries === 0) throw new Error('died')
      return answer ?? { settled: true }
    },
  })
  const kinds = ['slot.want', 'slot.offer', 'slot.freed', 'slot.release', 'hours.look']

  it('every step done twice leads to the same', async () => {
    const rig = await openRig({
      limit: 2,
      perMinute: 10,
      replace: (real) => Object.fromEntries(kinds.map((kind) => [kind, twice(real[kind])])),
    })
    await rig.credit(100)
    const ids = await rig.orders(4)
    await rig.rest()
    await rig.run(ids[0] ?? '', busy())
    await rig.pass(10_000)
    expect(await rig.states(ids)).toEqual(['ended', 'dialing', 'dialing', 'queued'])
    expect(rig.dialed).toEqual(ids.slice(0, 3))
    expect((await rig.money()).held).toEqual([`${ids[1]}.1`, `${ids[2]}.1`].toSorted())
    expect((await rig.dispatch.slots(account)).held).toHaveLength(2)
  })

  const never: EffectRunner = { run: () => new Promise(() => {}) }
  const asIf = (settled: boolean): EffectRunner => ({ run: async () => ({ settled, error: 'away' }) })

  it.each(['slot.want', 'slot.offer', 'slot.release'])(
    'what was stored as %s is done by the next process',
    async (kind) => {
      const before = await openRig({ limit: 1, replace: () => ({ [kind]: never }) })
      open.pop() // killed: it never stops
      const [first = '', second = ''] = await before.orders(2)
      await new Promise((resolve) => setImmediate(resolve))
      if (kind === 'slot.release') {
        while ((await before.session(first)).state !== 'dialing') await new Promise((resolve) => setImmediate(resolve))
        await before.run(first, busy())
      }
      const rig = await openRig({ limit: 1, after: before })
      await rig.dispatch.recover()
      await rig.rest()
      const expected = kind === 'slot.release' ? ['ended', 'dialing'] : ['dialing', 'queued']
      expect(await rig.states([first, second])).toEqual(expected)
      expect((await rig.dispatch.slots(account)).held).toHaveLength(1)
    },
  )

  it('who waits is found again, on every route, though nothing wakes it', async () => {
    const before = await openRig({ limit: 0 })
    const ids = [await before.order({ route: 'a' }), await before.order({ route: 'b' })]
    await before.rest()
    const rig = await openRig({ limit: 2, after: before })
    await rig.dispatch.wake(account)
    await rig.rest()
    expect(await rig.states(ids)).toEqual(['queued', 'queued'])
    await rig.dispatch.recover()
    await rig.rest()
    expect(await rig.states(ids)).toEqual(['dialing', 'dialing'])
    expect((await rig.dispatch.slots(account)).waiting).toBe(0)
  })

  it('accounts that cannot be listed do not keep the server from starting, and are asked for again', async () => {
    const before = await openRig({ limit: 0 })
    const id = await before.order()
    await before.rest()
    let asked = 0
    const accounts = {
      list: async () => {
        if (++asked < 3) throw new Error('away')
        return { items: [{ id: account } as never] }
      },
    }
    const woken: string[] = []
    const wakes = new Wakes<Back>(async ({ account: who, routes }) => (woken.push(who), routes))
    const log: unknown[] = []
    const need = { engine: before.engine, accounts, log: { error: (line: unknown) => log.push(line) } as never }
    const soon = { after: (_: number, act: () => void) => (act(), () => {}) }
    await recover({ ...need, system: soon }, wakes)
    expect([woken, log]).toEqual([[account], []])
    asked = -9
    await recover({ ...need, system: soon }, wakes)
    expect([woken, log]).toEqual([[account], [{ error: 'Error' }]])
    expect(await before.states([id])).toEqual(['queued'])
  })

  it('an account that hangs does not keep the others waiting', async () => {
    const rig = await openRig({ limit: 0 })
    await rig.orders(1)
    await rig.rest()
    const seen: string[] = []
    const engine = new Proxy(rig.engine, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (name !== 'execute') return typeof value === 'function' ? (value.bind(target) as unknown) : value
        return (ask: { readonly account: string }) => {
          seen.push(ask.account)
          return new Promise(() => {})
        }
      },
    })
    const items = Array.from({ length: 20 }, (_, i) => ({ id: `account ${i}` }) as never)
    const accounts = { list: async () => ({ items }) }
    const system = { after: () => () => {} }
    void recover({ engine, accounts, system }, new Wakes<Back>(async ({ routes }) => routes))
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toHaveLength(8)
  })

  it('a slot that no session uses is free again', async () => {
    const rig = await openRig({ limit: 2, replace: () => ({ 'slot.offer': asIf(true) }) })
    const id = await rig.order()
    await rig.do((unit) => {
      const wanted = [{ session: unit.id(), attempt: 7, route: 'default', leaseMs: dayMs }]
      must(unit.run(dispatcherNoun, must(openLedger(unit)).id, { type: 'take', wanted, limit: 2 }))
    })
    await rig.rest()
    expect((await rig.dispatch.slots(account)).held).toHaveLength(2)
    const after = await openRig({ limit: 2, after: rig })
    await after.dispatch.recover()
    await after.rest()
    expect((await after.dispatch.slots(account)).held).toMatchObject([{ session: id }])
    expect((await after.session(id)).state).toBe('dialing')
  })

  it('a lease that ran out frees the slot, which is offered anew; the first offer, late, finds it gone', async () => {
    let first: string | undefined
    const lost = (offer: EffectRunner | undefined): EffectRunner => ({
      run: async (effect) => {
        first ??= effect.reference
        if (effect.reference === first && effect.tries < 7) return { settled: false, error: 'away' }
        return (await offer?.run(effect)) ?? { settled: true }
      },
    })
    const rig = await openRig({ limit: 1, replace: (real) => ({ 'slot.offer': lost(real['slot.offer']) }) })
    const id = await rig.order()
    await rig.pass(44 * minuteMs)
    expect((await rig.session(id)).state).toBe('queued')
    await rig.pass(minuteMs)
    expect(await rig.session(id)).toMatchObject({ state: 'dialing', attempt: { number: 1, slot: 1 } })
    await rig.pass(3 * hourMs)
    expect((await rig.dispatch.slots(account)).held).toEqual([])
    expect(rig.dialed).toEqual([id])
  })

  it('an offer of a slot that is gone does not dial', async () => {
    const rig = await openRig({ limit: 0 })
    const id = await rig.order()
    await rig.rest()
    const payload = { session: id, attempt: 1, slot: 1, route: 'default' }
    const late = { reference: 'x', account, noun: 'dispatcher', aggregate: id, kind: 'slot.offer', tries: 1 }
    expect(await rig.dispatch.runners['slot.offer'].run({ ...late, payload })).toEqual({ settled: true })
    await rig.rest()
    expect((await rig.session(id)).state).toBe('queued')
  })

  it('whom a slot is being offered to holds up nobody behind', async () => {
    const rig = await openRig({ limit: 1, replace: () => ({ 'slot.offer': asIf(true) }) })
    const first = await rig.order()
    await rig.rest()
    rig.limit = 2
    const second = await rig.order()
    await rig.rest()
    expect((await rig.dispatch.slots(account)).held).toMatchObject([{ session: first }, { session: second }])
  })

  it('a release that comes late does not take the slot of the same attempt, offered anew', async () => {
    const rig = await openRig({ limit: 1 })
    const id = await rig.order()
    await rig.rest()
    const late = { reference: 'x', account, noun: 'session', aggregate: id, kind: 'slot.release', tries: 1 }
    await rig.dispatch.runners['slot.release'].run({ ...late, payload: { attempt: 1, route: 'default' } })
    await rig.rest()
    expect((await rig.dispatch.slots(account)).held).toMatchObject([{ session: id }])
  })
})
