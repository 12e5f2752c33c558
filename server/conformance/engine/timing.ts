import { describe, expect, test } from 'vitest'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Storage } from '#engine/ports.ts'
import { until } from './hand.ts'
import { stageOver, start } from './stage.ts'

const minute = 60_000

/** Deadlines, clocks, due first. */
export function timingConformance(name: string, open: () => Promise<Storage>): void {
  describe(`${name}: timing`, () => {
    test('due first: a late reader sees it shut, at the instant it was due', async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front', { shutsAfterMs: minute })
      stage.system.advance(5 * minute)
      expect(await stage.see(id)).toMatchObject({ status: 'shut' })
      const parts = await stage.engine.parts('alice', id, { after: 0, limit: 10 })
      expect(parts.at(-1)?.recorded).toMatchObject({
        recordedAt: start + 5 * minute,
        event: { type: 'door.shut', at: start + minute, by: 'deadline' },
      })
    })

    test('due first: nothing revives what is over, and the refusal leaves what was due', async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front', { shutsAfterMs: minute })
      stage.system.advance(minute)
      expect((await stage.order(id, { type: 'knock', words: 'late' })).refusal?.code).toBe('closed')
      const parts = await stage.engine.parts('alice', id, { after: 0, limit: 10 })
      expect(parts.map((part) => part.created.type)).toEqual(['door.built', 'door.shut'])
    })

    test('what a command makes due at once happens in the same unit, on a test clock too', async () => {
      const stage = await stageOver(await open())
      await stage.engine.clocks.define('alice', 'test', start)
      const id = await stage.build('front')
      const outcome = await stage.order(id, { type: 'knock', words: 'hello', delayMs: 0 })
      expect(outcome.value).toMatchObject({ status: 'shut', knocks: 1 })
      expect(stage.engine.feed.lastSeq()).toBe(3)
    })

    test('due first holds for claims: the label of a door that is over is free', async () => {
      const stage = await stageOver(await open())
      await stage.build('front', { shutsAfterMs: minute })
      stage.system.advance(minute)
      await expect(stage.build('front')).resolves.toBeTypeOf('string')
    })

    test('the alarm fires by itself, near and far', async () => {
      const stage = await stageOver(await open())
      await stage.engine.start()
      const near = await stage.build('near', { shutsAfterMs: 1_000 })
      const far = await stage.build('far', { shutsAfterMs: 10 * minute })
      const seen = stage.followed()
      const shut = (id: string): boolean =>
        seen.some(({ recorded }) => recorded.aggregate === id && recorded.event.type === 'door.shut')
      stage.system.advance(1_000)
      await until(() => shut(near), 'the near door')
      expect(shut(far)).toBe(false)
      for (let i = 0; i < 40; i++) {
        stage.system.advance(20_000)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await until(() => shut(far), 'the far door')
      await stage.engine.stop()
    })

    test('a deadline that moves out writes no due time; when the old one comes, nothing happens', async () => {
      const storage = await open()
      const stage = await stageOver(storage)
      const id = await stage.build('front', { shutsAfterMs: minute })
      await stage.order(id, { type: 'knock', words: 'hello', delayMs: 10 * minute })
      expect(await storage.due('wall', start + 60 * minute, 10)).toEqual([{ aggregate: id, at: start + minute }])
      await stage.engine.start()
      stage.system.advance(minute)
      await until(
        async () => (await storage.due('wall', start + 60 * minute, 10))[0]?.at === start + 10 * minute,
        'the due time put right',
      )
      expect(await stage.see(id)).toMatchObject({ status: 'open' })
      await stage.engine.stop()
    })

    test('after a restart everything overdue is fired, in order', async () => {
      const storage = await open()
      const before = await stageOver(storage)
      const ids = [
        await before.build('a', { shutsAfterMs: 2 * minute }),
        await before.build('b', { shutsAfterMs: minute }),
      ]
      before.system.advance(60 * minute)
      const after = await stageOver(storage, { system: before.system })
      const seen = after.followed(2)
      await after.engine.start()
      await until(() => seen.length === 2, 'both doors')
      expect(seen.map(({ recorded }) => recorded.aggregate)).toEqual(ids.toReversed())
      await after.engine.stop()
    })

    test('a test clock stands still until it is advanced, and fires in order at the due instants', async () => {
      const stage = await stageOver(await open())
      await stage.engine.clocks.define('alice', 'test', start)
      const b = await stage.build('b', { shutsAfterMs: 2 * minute })
      const a = await stage.build('a', { shutsAfterMs: minute })
      stage.system.advance(60 * minute)
      expect(await stage.see(a)).toMatchObject({ status: 'open' })
      const advanced = await stage.engine.clocks.advance('alice', start + 90_000)
      expect(advanced).toMatchObject({
        now: start + 90_000,
        fired: [{ aggregate: a, because: 'its time was over', event: { at: start + minute } }],
      })
      expect(await stage.see(b)).toMatchObject({ status: 'open' })
      await stage.engine.clocks.advance('alice', start + 120_000)
      expect(await stage.see(b)).toMatchObject({ status: 'shut' })
    })

    test('a test clock survives a restart, never goes back, and a wall clock is nobody’s to advance', async () => {
      const storage = await open()
      const stage = await stageOver(storage)
      await stage.engine.clocks.define('alice', 'test', start)
      await stage.engine.clocks.advance('alice', start + minute)
      const again = await stageOver(storage)
      expect(again.engine.clocks.now('alice')).toBe(start + minute)
      const back = await again.engine.clocks.advance('alice', start)
      expect(isRefused(back) && back.refusal.code).toBe('clock_backwards')
      const far = await again.engine.clocks.advance('alice', Date.UTC(9995, 0, 1))
      expect(isRefused(far) && far.refusal.code).toBe('invalid')
      const wall = await again.engine.clocks.advance('bob', start + minute)
      expect(isRefused(wall) && wall.refusal.code).toBe('wall_clock')
    })

    test('what a deadline leads to elsewhere happens at the instant it was due, too', async () => {
      const stage = await stageOver(await open())
      const ring = (await stage.engine.execute({ account: 'alice', by: 'api' }, (unit) => unit.id('front'))).value ?? ''
      await stage.build('front', { bell: ring, shutsAfterMs: minute })
      await stage.engine.start()
      stage.system.advance(60 * minute)
      const rung = () => stage.engine.parts('alice', ring, { after: 0, limit: 10 })
      await until(async () => (await rung()).length === 1, 'the bell')
      expect((await rung())[0]?.created.at).toBe(start + minute)
      await stage.engine.stop()
    })

    test('a wall clock that jumps ahead is noticed soon', async () => {
      const stage = await stageOver(await open())
      await stage.engine.start()
      const id = await stage.build('front', { shutsAfterMs: 60 * minute })
      const seen = stage.followed()
      stage.system.set(start + 60 * minute)
      for (let i = 0; i < 3; i++) {
        stage.system.advance(1_000)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await until(
        () => seen.some(({ recorded }) => recorded.aggregate === id && recorded.event.type === 'door.shut'),
        'the door',
      )
      expect(await stage.see(id)).toMatchObject({ status: 'shut' })
      await stage.engine.stop()
    })

    test('who waits for an instant on a test clock is called between the deadlines before and after it', async () => {
      const stage = await stageOver(await open())
      await stage.engine.clocks.define('alice', 'test', start)
      const a = await stage.build('a', { shutsAfterMs: minute })
      const b = await stage.build('b', { shutsAfterMs: 3 * minute })
      const seen: unknown[] = []
      stage.engine.clocks.at('alice', start + 2 * minute, async () => {
        seen.push((await stage.see(a))?.status, (await stage.see(b))?.status, stage.engine.clocks.now('alice'))
      })
      await stage.engine.clocks.advance('alice', start + 60 * minute)
      expect(seen).toEqual(['shut', 'open', start + 2 * minute])
    })

    test('a wall clock that steps back an hour does no harm: an aggregate’s time never runs backwards', async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front')
      stage.system.set(start - 60 * minute)
      await stage.order(id, { type: 'knock', words: 'hello' })
      const parts = await stage.engine.parts('alice', id, { after: 0, limit: 10 })
      expect(parts.map((part) => part.created.at)).toEqual([start, start])
    })
  })
}
