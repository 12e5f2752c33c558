import { describe, expect, test } from 'vitest'
import type { Storage } from '#engine/ports.ts'
import { bell, door, labelClaim } from './door.ts'
import { HandSystem } from './hand.ts'
import { stageOver, start } from './stage.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'

/** Units: decided in memory, true in the store. */
export function decidingConformance(name: string, open: () => Promise<Storage>): void {
  describe(`${name}: deciding`, () => {
    test('what was answered is read back by another engine over the same store', async () => {
      const storage = await open()
      const first = await stageOver(storage)
      const id = await first.build('front')
      await first.order(id, { type: 'knock', words: 'hello' })
      const second = await stageOver(storage)
      expect(await second.see(id)).toMatchObject({ status: 'open', label: 'front', knocks: 1 })
    })

    test('a refusal changes nothing', async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front')
      await stage.order(id, { type: 'shut' })
      const seq = stage.engine.feed.lastSeq()
      const outcome = await stage.order(id, { type: 'knock', words: 'late' })
      expect(outcome.refusal?.code).toBe('closed')
      expect(stage.engine.feed.lastSeq()).toBe(seq)
    })

    test("another account's aggregate does not exist, to read or to order", async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front')
      expect(await stage.see(id, 'bob')).toBeUndefined()
      expect((await stage.order(id, { type: 'shut' }, 'bob')).refusal?.code).toBe('not_found')
      expect(await stage.see(id)).toMatchObject({ status: 'open' })
    })

    test('a claim is held by one: two who race for a label get one door and one refusal that names it', async () => {
      const stage = await stageOver(await open())
      const built = await Promise.allSettled([stage.build('front'), stage.build('front')])
      const winners = built.filter((one) => one.status === 'fulfilled')
      expect(winners).toHaveLength(1)
      const holder = await stage.engine.execute({ account: 'alice', by: 'api' }, (unit) =>
        unit.holder(labelClaim('front')),
      )
      expect(holder.value).toBe(winners[0]?.value)
    })

    test('a claim that the store knows and memory does not is met at the commit, and decided again', async () => {
      const storage = await open()
      const id = await (await stageOver(storage)).build('front')
      const cold = await stageOver(storage, { system: new HandSystem(start, 2) })
      const outcome = await cold.engine.execute({ account: 'alice', by: 'api' }, (unit) =>
        unit.run(door, unit.id('front'), { type: 'build', label: 'front' }),
      )
      expect(outcome.refusal).toMatchObject({ code: 'grouping_taken', conflicting: { id } })
    })

    test('a claim is free in the very unit that stops claiming it, and one account does not see the other’s', async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front')
      const outcome = await stage.engine.execute({ account: 'alice', by: 'api' }, (unit) => {
        unit.run(door, id, { type: 'shut' })
        const next = unit.id('front')
        const done = unit.run(door, next, { type: 'build', label: 'front' })
        return isRefused(done) ? done : next
      })
      const holder = await stage.engine.execute({ account: 'alice', by: 'api' }, (unit) =>
        unit.holder(labelClaim('front')),
      )
      expect(holder.value).toBe(outcome.value)
      const other = await stage.engine.execute(
        { account: 'bob', by: 'api' },
        (unit) => unit.holder(labelClaim('front')) ?? 'nobody',
      )
      expect(other.value).toBe('nobody')
    })

    test('a once key is used up for good: the second event with it becomes an overlay on the first, at once or later', async () => {
      const storage = await open()
      const stage = await stageOver(storage)
      const id = await stage.build('front')
      await Promise.all([
        stage.order(id, { type: 'knock', token: 'k1', words: 'first' }),
        stage.order(id, { type: 'knock', token: 'k1', words: 'second' }),
      ])
      const cold = await stageOver(storage)
      await cold.order(id, { type: 'knock', token: 'k1', words: 'third' })
      expect(await cold.see(id)).toMatchObject({ knocks: 1 })
      const [part, ...more] = await cold.engine.parts('alice', id, { kind: 'knock', after: 0, limit: 10 })
      expect(more).toEqual([])
      expect(part).toMatchObject({ n: 2, created: { words: 'first' }, overlay: { words: 'third' } })
      const keyed = await cold.engine.execute({ account: 'alice', by: 'api' }, (unit) =>
        unit.keyed(id, { kind: 'token', key: 'k1' }),
      )
      expect(keyed.value).toBe(2)
    })

    test('handles and find keys find many, newest first, committed or still on their way', async () => {
      const stage = await stageOver(await open())
      const red = await stage.build('front', { colours: ['red'] })
      stage.system.advance(1_000)
      const building = stage.build('back', { colours: ['red', 'blue'] })
      const asked = stage.engine.execute({ account: 'alice', by: 'api' }, (unit) =>
        unit.holders({ kind: 'colour', key: 'red' }),
      )
      const back = await building
      expect((await asked).value).toEqual([back, red])
      await stage.order(red, { type: 'knock', words: 'hello', trace: 't1' })
      await stage.order(back, { type: 'shut' })
      const found = await stage.engine.execute({ account: 'alice', by: 'api' }, (unit) => ({
        trace: unit.holders({ kind: 'trace', key: 't1' }),
        blue: unit.holders({ kind: 'colour', key: 'blue' }),
      }))
      expect(found.value).toEqual({ trace: [red], blue: [] })
    })

    test('what finds one aggregate alone: the second is told of the first, at once, later, and by an engine that knows nothing', async () => {
      const storage = await open()
      const stage = await stageOver(storage)
      const [front, back] = [await stage.build('front'), await stage.build('back')]
      const knock = (on: typeof stage, id: string) =>
        on.engine.execute({ account: 'alice', by: 'api' }, (unit) => {
          const met = unit.reported({ kind: 'ring', key: 'r1' })
          return (
            met ?? (isRefused(unit.run(door, id, { type: 'knock', words: 'x', ring: 'r1' })) ? 'refused' : 'knocked')
          )
        })
      const [first, second] = await Promise.all([knock(stage, front), knock(stage, back)])
      expect([first.value, second.value]).toEqual(['knocked', front])
      const cold = await stageOver(storage, { system: new HandSystem(start, 2) })
      expect((await knock(cold, back)).value).toBe(front)
      expect(await cold.see(back)).toMatchObject({ knocks: 0 })
    })

    test('ids rise in the order of minting, within one instant too', async () => {
      const stage = await stageOver(await open())
      const ids: string[] = []
      for (let i = 0; i < 300; i++) ids.push(await stage.build(`door ${i}`))
      expect(ids).toEqual(ids.toSorted())
    })

    test('reactions are part of the unit', async () => {
      const stage = await stageOver(await open())
      const ring = (await stage.engine.execute({ account: 'alice', by: 'api' }, (unit) => unit.id('front'))).value ?? ''
      const id = await stage.build('front', { bell: ring })
      await stage.order(id, { type: 'shut' })
      const rung = await stage.engine.execute({ account: 'alice', by: 'api' }, (unit) => unit.state(bell, ring))
      expect(rung.value).toEqual({ rings: 1 })
    })

    test('what leads to nothing for what is not there touches nothing, and the unit goes on', async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front')
      const outcome = await stage.engine.execute({ account: 'alice', by: 'api' }, (unit) => {
        const nowhere = unit.id('nowhere')
        const muted = unit.run(bell, nowhere, { type: 'mute' })
        const knocked = unit.run(door, id, { type: 'knock', words: 'hello' })
        return { muted, seen: unit.state(bell, nowhere), knocked: !isRefused(knocked) }
      })
      expect(outcome.value).toMatchObject({ muted: { refusal: { code: 'not_found' } }, seen: undefined, knocked: true })
      expect(await stage.see(id)).toMatchObject({ knocks: 1 })
    })

    test('a program that refuses undoes all it staged', async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front')
      const outcome = await stage.engine.execute({ account: 'alice', by: 'api' }, (unit) => {
        unit.run(door, id, { type: 'knock', words: 'hello' })
        return unit.run(door, id, { type: 'build', label: 'other' })
      })
      expect(outcome.refusal?.code).toBe('invalid')
      expect(await stage.see(id)).toMatchObject({ knocks: 0 })
    })

    test('with next to no memory for heads everything still holds', async () => {
      const stage = await stageOver(await open(), { limits: { headBytes: 1 } })
      const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => stage.build(`door ${i}`)))
      await Promise.all(
        ids.flatMap((id) => [1, 2, 3].map((i) => stage.order(id, { type: 'knock', words: `${i}`, token: `${i}` }))),
      )
      for (const id of ids) expect(await stage.see(id)).toMatchObject({ knocks: 3 })
    })

    test('two engines on one store: who decided on an old version decides again', async () => {
      const storage = await open()
      const one = await stageOver(storage)
      const two = await stageOver(storage)
      const id = await one.build('front')
      await two.see(id)
      for (let i = 0; i < 5; i++) {
        await one.order(id, { type: 'knock', words: 'one' })
        await two.order(id, { type: 'knock', words: 'two' })
      }
      const third = await stageOver(storage)
      expect(await third.see(id)).toMatchObject({ knocks: 10 })
    })

    test('a head of an older shape is folded anew from its events', async () => {
      const storage = await open()
      const stage = await stageOver(storage)
      const id = await stage.build('front')
      await stage.order(id, { type: 'knock', words: 'hello' })
      const { createEngine } = await import('#engine/engine.ts')
      const newer = {
        ...door,
        shape: 2,
        evolve: (state: unknown, event: Parameters<typeof door.evolve>[1]) => ({
          ...door.evolve(state as never, event),
          note: 'new shape',
        }),
      }
      const engine = await createEngine({ storage, system: stage.system, nouns: [newer, bell] })
      const seen = await engine.execute({ account: 'alice', by: 'api' }, (unit) => unit.state(newer, id))
      expect(seen.value).toMatchObject({ knocks: 1, note: 'new shape', createdAt: start })
    })
  })
}
