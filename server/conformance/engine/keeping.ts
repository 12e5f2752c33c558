import { describe, expect, test } from 'vitest'
import type { EffectRequest, EffectRunner, Once } from '#engine/api.ts'
import { StorageUnavailable } from '#engine/ports/storage.ts'
import type { Storage } from '#engine/ports.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { door, type Door } from './door.ts'
import { until } from './hand.ts'
import { stageOver, start, type Stage } from './stage.ts'

const minute = 60_000

/** What is kept: answers, effects, the log; and what is not: erased ones. */
export function keepingConformance(name: string, open: () => Promise<Storage>): void {
  describe(`${name}: keeping`, () => {
    const once = (key: string, fingerprint = 'same'): Once<Door> => ({
      scope: 'alice/test',
      key,
      fingerprint,
      render: (state) => ({ status: 201, headers: { 'x-label': state.label }, body: `knocks ${state.knocks}` }),
    })
    const knock = (stage: Stage, id: string, key: string, fingerprint?: string) =>
      stage.engine.execute({ account: 'alice', by: 'api', once: once(key, fingerprint) }, (unit) => {
        const done = unit.run(door, id, { type: 'knock', words: 'hello' })
        return isRefused(done) ? done : done.state
      })

    test('a request repeated with its key gets the first answer: at once, later, and after a restart', async () => {
      const storage = await open()
      const stage = await stageOver(storage)
      const id = await stage.build('front')
      const [first, twin] = await Promise.all([knock(stage, id, 'k'), knock(stage, id, 'k')])
      expect(first.value).toMatchObject({ knocks: 1 })
      const answer = { status: 201, headers: { 'x-label': 'front' }, body: 'knocks 1' }
      expect(twin.replayed).toEqual(answer)
      expect((await knock(await stageOver(storage), id, 'k')).replayed).toEqual(answer)
      expect(await stage.see(id)).toMatchObject({ knocks: 1 })
    })

    test('a key used for another request is refused, a refusal is not kept, and after a day the key is free', async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front')
      await knock(stage, id, 'k')
      expect((await knock(stage, id, 'k', 'other')).refusal?.code).toBe('idempotency_reused')
      stage.system.advance(24 * 60 * minute + 1)
      expect((await knock(stage, id, 'k', 'other')).value).toMatchObject({ knocks: 2 })
      await stage.order(id, { type: 'shut' })
      expect((await knock(stage, id, 'refused')).refusal?.code).toBe('closed')
      expect((await knock(stage, id, 'refused', 'changed')).refusal?.code).toBe('closed')
    })

    test('a repeatable effect is tried again, waits between, and tells its aggregate when it settles', async () => {
      const tries: number[] = []
      const paint: EffectRunner = {
        run: (request) => {
          tries.push(request.tries)
          return Promise.resolve(
            tries.length < 3
              ? { settled: false, error: 'wet' }
              : { settled: true, command: { type: 'painted', colour: 'red' } },
          )
        },
      }
      const stage = await stageOver(await open(), { effects: { paint } })
      await stage.engine.clocks.define('alice', 'test', start)
      const id = await stage.build('front')
      await stage.order(id, { type: 'paint', mode: 'repeatable', colour: 'red' })
      await until(() => tries.length === 1)
      await stage.engine.clocks.advance('alice', start + minute)
      expect(tries).toEqual([0, 1, 2])
      expect(await stage.see(id)).toMatchObject({ colours: ['red'] })
      expect(await stage.storage.openEffects('alice', 10)).toEqual([])
    })

    test('a repeatable effect that never settles is dead at last, and kept', async () => {
      const paint: EffectRunner = { run: () => Promise.reject(new Error('no brush')) }
      const stage = await stageOver(await open(), { effects: { paint } })
      await stage.engine.clocks.define('alice', 'test', start)
      const id = await stage.build('front')
      await stage.order(id, { type: 'paint', mode: 'repeatable', colour: 'red' })
      await until(async () => (await stage.storage.openEffects('alice', 1))[0]?.tries === 1)
      await stage.engine.clocks.advance('alice', start + 3 * 24 * 60 * minute)
      expect(await stage.storage.deadEffects('alice', 10)).toMatchObject([
        { kind: 'paint', state: 'dead', error: 'no brush' },
      ])
    })

    test('a once effect is never repeated: after a crash it is asked about', async () => {
      const storage = await open()
      const asked: EffectRequest[] = []
      let runs = 0
      const hang: EffectRunner = { run: () => (runs++, new Promise(() => {})) }
      const stage = await stageOver(storage, { effects: { paint: hang } })
      const id = await stage.build('front')
      await stage.order(id, { type: 'paint', mode: 'once', colour: 'red' })
      await until(() => runs === 1, 'the effect begun')
      const known: EffectRunner = {
        run: () => (runs++, Promise.resolve({ settled: true })),
        ask: (request) => (
          asked.push(request),
          Promise.resolve({ settled: true, command: { type: 'painted', colour: 'red' } })
        ),
      }
      const after = await stageOver(storage, { effects: { paint: known }, system: stage.system })
      await after.engine.start()
      await until(async () => (await storage.openEffects(null, 10)).length === 0, 'the effect settled')
      expect(runs).toBe(1)
      expect(asked.map((request) => request.reference)).toEqual([`${id}.2.red`])
      expect(await after.see(id)).toMatchObject({ colours: ['red'] })
      await after.engine.stop()
    })

    test('a once effect that settles while the open ones are being read is not run again', async () => {
      const storage = await open()
      let runs = 0
      let read: Awaited<ReturnType<Storage['openEffects']>> = []
      const [gate, wasRead] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const slow: Storage = new Proxy(storage, {
        get: (target, property: keyof Storage) => {
          if (property === 'openEffects')
            return async () => {
              read = await target.openEffects(null, 10)
              wasRead.resolve()
              await gate.promise
              return read
            }
          if (property === 'settleEffects')
            return async (rows: Parameters<Storage['settleEffects']>[0]) => {
              await wasRead.promise
              return target.settleEffects(rows)
            }
          const value = target[property]
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
      const begun = Promise.withResolvers<void>()
      const paint: EffectRunner = {
        run: async () => (runs++, await begun.promise, { settled: true, command: { type: 'painted', colour: 'red' } }),
      }
      const stage = await stageOver(slow, { effects: { paint } })
      await stage.engine.clocks.define('alice', 'test', start)
      const id = await stage.build('front')
      await stage.order(id, { type: 'paint', mode: 'once', colour: 'red' })
      const started = stage.engine.start()
      await wasRead.promise
      expect(read).toMatchObject([{ state: 'waiting' }])
      begun.resolve()
      await until(async () => (await storage.openEffects(null, 10)).length === 0, 'the effect settled')
      await until(async () => (await stage.see(id))?.colours.length === 1, 'its door told')
      gate.resolve()
      await started
      // It waits until nothing more is being run.
      await stage.engine.clocks.advance('alice', start + minute)
      await stage.engine.stop()
      expect(runs).toBe(1)
    })

    test('a once effect that another has started or settled is dropped', async () => {
      const storage = await open()
      let runs = 0
      const paint: EffectRunner = { run: () => (runs++, Promise.resolve({ settled: true })) }
      const stale: Storage = new Proxy(storage, {
        get: (target, property: keyof Storage) => {
          if (property === 'openEffects')
            return async () => (await target.openEffects(null, 10)).map((row) => ({ ...row, state: 'waiting' }))
          const value = target[property]
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
      const hang: EffectRunner = { run: () => (runs++, new Promise(() => {})) }
      const first = await stageOver(storage, { effects: { paint: hang } })
      await first.order(await first.build('front'), { type: 'paint', mode: 'once', colour: 'red' })
      await until(() => runs === 1, 'the effect begun')
      const stage = await stageOver(stale, { effects: { paint }, system: first.system })
      await stage.engine.start()
      await stage.engine.stop()
      expect(runs).toBe(1)
      expect(await storage.openEffects(null, 10)).toMatchObject([{ state: 'started' }])
    })

    test('a once effect whose start the store took, and said it had not, is asked about', async () => {
      const storage = await open()
      let isTaken = false
      const lying: Storage = new Proxy(storage, {
        get: (target, property: keyof Storage) => {
          if (property === 'settleEffects')
            return async (rows: Parameters<Storage['settleEffects']>[0]) => {
              const written = await target.settleEffects(rows)
              if (isTaken) return written
              isTaken = true
              throw new StorageUnavailable('the answer was lost')
            }
          const value = target[property]
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
      const did: string[] = []
      const paint: EffectRunner = {
        run: () => (did.push('run'), Promise.resolve({ settled: true })),
        ask: () => (did.push('ask'), Promise.resolve({ settled: true })),
      }
      const stage = await stageOver(lying, { effects: { paint } })
      await stage.order(await stage.build('front'), { type: 'paint', mode: 'once', colour: 'red' })
      await until(async () => {
        stage.system.advance(1_000)
        return (await storage.openEffects(null, 10)).length === 0
      }, 'the effect settled')
      expect(did).toEqual(['ask'])
    })

    /** So many doors, each to be painted when the next process starts. */
    async function unpainted(storage: Storage, doors: number, mode: 'once' | 'repeatable'): Promise<Stage> {
      let begun = 0
      const hang: EffectRunner = { run: () => (begun++, new Promise(() => {})) }
      const before = await stageOver(storage, { effects: { paint: hang } })
      for (let i = 0; i < doors; i++)
        await before.order(await before.build(`${i}`), { type: 'paint', mode, colour: 'red' })
      await until(() => begun === doors, 'all begun')
      return before
    }

    test('what was open is taken up some at a time, and who hangs does not keep the others back', async () => {
      const storage = await open()
      const { system } = await unpainted(storage, 150, 'repeatable')
      let begun = 0
      const hang: EffectRunner = { run: () => (begun++, new Promise(() => {})) }
      const stage = await stageOver(storage, { effects: { paint: hang }, system })
      await stage.engine.start()
      expect(begun).toBe(64)
      await until(async () => {
        system.advance(10_000)
        return begun === 150
      }, 'all taken up')
    })

    test.each<[string, NonNullable<EffectRunner['ask']>]>([
      ['breaks', () => Promise.reject(new Error('away'))],
      ['never answers', () => new Promise(() => {})],
    ])('what became of a once effect is unknown where the asking always %s', async (_, answer) => {
      const storage = await open()
      const { system } = await unpainted(storage, 1, 'once')
      let asked = 0
      const paint: EffectRunner = { run: () => Promise.resolve({ settled: true }), ask: (of) => (asked++, answer(of)) }
      const stage = await stageOver(storage, { effects: { paint }, system })
      await stage.engine.start()
      await until(async () => {
        system.advance(1_000)
        return (await storage.openEffects(null, 10)).length === 0
      }, 'the effect settled')
      expect(asked).toBe(10)
    })

    test('a once effect whose end the store does not take at once is not run again', async () => {
      const storage = await open()
      const full = { next: false }
      const failing: Storage = new Proxy(storage, {
        get: (target, property: keyof Storage) => {
          if (property === 'commit' && full.next) {
            full.next = false
            return () => Promise.reject(new StorageUnavailable('the disk is full'))
          }
          const value = target[property]
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
      let runs = 0
      const paint: EffectRunner = {
        run: () => {
          runs++
          full.next = true
          return Promise.resolve({ settled: true, command: { type: 'painted', colour: 'red' } })
        },
      }
      const stage = await stageOver(failing, { effects: { paint } })
      const id = await stage.build('front')
      await stage.order(id, { type: 'paint', mode: 'once', colour: 'red' })
      await until(async () => {
        stage.system.advance(100)
        return (await storage.openEffects(null, 10)).length === 0
      }, 'the effect settled')
      expect(runs).toBe(1)
      expect(await stage.see(id)).toMatchObject({ colours: ['red'] })
    })

    test('an answer that changed nothing goes with the aggregate it was about, when that is erased', async () => {
      const storage = await open()
      const stage = await stageOver(storage)
      await stage.engine.start()
      const id = await stage.build('front')
      const asked = () =>
        stage.engine.execute({ account: 'alice', by: 'api', once: once('look') }, (unit) => {
          return unit.state(door, id) ?? { refusal: { code: 'not_found', message: 'There is no such door.' } }
        })
      expect((await asked()).value).toMatchObject({ label: 'front' })
      await stage.order(id, { type: 'erase' })
      await until(
        async () => (await storage.parts({ aggregate: id, after: 0, limit: 1 })).length === 0,
        'the parts gone',
      )
      expect((await asked()).refusal?.code).toBe('not_found')
      await stage.engine.stop()
    })

    test('of many old answers none is given any more', async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front')
      await Promise.all(Array.from({ length: 1_500 }, (_, i) => knock(stage, id, `k${i}`)))
      stage.system.advance(48 * 60 * minute)
      expect((await knock(stage, id, 'k1499')).value).toMatchObject({ knocks: 1_501 })
    })

    test('the feed gives the same to those who follow live and those who come late', async () => {
      const storage = await open()
      const stage = await stageOver(storage, { limits: { feedEvents: 4 } })
      const live = stage.followed()
      const id = await stage.build('front', { shutsAfterMs: minute })
      for (let i = 0; i < 12; i++) await stage.order(id, { type: 'knock', words: `${i}` })
      stage.system.advance(minute)
      await stage.see(id)
      await until(() => live.length === 14, 'all live events')
      const late = (await stageOver(storage)).followed()
      await until(() => late.length === 14, 'all late events')
      expect(late).toEqual(live)
      expect(live.map(({ recorded }) => recorded.n)).toEqual(Array.from({ length: 14 }, (_, i) => i + 1))
      expect(live.at(-1)).toMatchObject({ before: { status: 'open' }, after: { status: 'shut', knocks: 12 } })
    })

    test('an account’s feed has its own events only, and one event is found by its id with its state', async () => {
      const stage = await stageOver(await open())
      const id = await stage.build('front')
      await stage.engine.execute({ account: 'bob', by: 'api' }, (unit) =>
        unit.run(door, unit.id(), { type: 'build', label: 'his' }),
      )
      await stage.order(id, { type: 'knock', words: 'hello' })
      const page = await stage.engine.feed.page('alice', 0, 10)
      expect(page.map((recorded) => recorded.id)).toEqual([`${id}.1`, `${id}.2`])
      expect(await stage.engine.feed.page('alice', page[0]?.seq ?? 0, 10)).toHaveLength(1)
      expect(await stage.engine.feed.event('alice', `${id}.2`)).toMatchObject({ after: { knocks: 1 } })
      expect(await stage.engine.feed.event('bob', `${id}.2`)).toBeUndefined()
    })

    test('lists page by key, fire what is due on what they show, and leave out what no longer fits', async () => {
      const stage = await stageOver(await open())
      for (let i = 0; i < 7; i++) {
        await stage.build(`door ${i}`, i === 3 ? { shutsAfterMs: minute } : {})
        stage.system.advance(1_000)
      }
      stage.system.advance(minute)
      const labels: string[] = []
      const question = { account: 'alice', noun: door, list: 'by_status', equals: ['open'], descending: true, limit: 2 }
      let page = await stage.engine.list(question)
      for (;;) {
        expect(page.items.length).toBeGreaterThan(0)
        labels.push(...page.items.map(({ state }) => state.label))
        if (page.next === undefined) break
        page = await stage.engine.list({ ...question, after: page.next })
      }
      expect(labels).toEqual(['door 6', 'door 5', 'door 4', 'door 2', 'door 1', 'door 0'])
      expect(
        (await stage.engine.list({ ...question, equals: ['shut'] })).items.map(({ state }) => state.label),
      ).toEqual(['door 3'])
      expect((await stage.engine.list({ ...question, account: 'bob' })).items).toEqual([])
    })

    test('the rows of a list come as they stand, page by page, and what is due on them stays due', async () => {
      const stage = await stageOver(await open())
      const ids: string[] = []
      for (let i = 0; i < 5; i++) {
        ids.push(await stage.build(`door ${i}`, i === 1 ? { shutsAfterMs: minute } : {}))
        stage.system.advance(1_000)
      }
      stage.system.advance(minute)
      const question = { account: 'alice', noun: door, list: 'by_status', equals: ['open'], limit: 3 }
      const first = await stage.engine.entries(question)
      expect(first.map(({ aggregate, facets }) => [aggregate, facets['status']])).toEqual(
        ids.slice(0, 3).map((id) => [id, 'open']),
      )
      const { sort, aggregate: id } = first[2]!
      expect((await stage.engine.entries({ ...question, after: { sort, id } })).map((row) => row.aggregate)).toEqual(
        ids.slice(3),
      )
      expect(await stage.engine.entries({ ...question, account: 'bob' })).toEqual([])
      // Shown by itself it is what it is now.
      expect((await stage.engine.list({ ...question, limit: 10 })).items).toHaveLength(4)
    })

    test('what is erased is invisible at once and gone soon after, keys and label included', async () => {
      const storage = await open()
      const stage = await stageOver(storage)
      await stage.engine.start()
      const id = await stage.build('front', { colours: ['red'], shutsAfterMs: 10 * minute })
      for (let i = 0; i < 30; i++) await stage.order(id, { type: 'knock', words: 'secret', token: `${i}`, trace: 't' })
      await stage.order(id, { type: 'erase' })
      expect(await stage.see(id)).toBeUndefined()
      await expect(stage.build('front')).resolves.toBeTypeOf('string')
      await until(
        async () => (await storage.parts({ aggregate: id, after: 0, limit: 10 })).length === 0,
        'the parts gone',
      )
      const log = await storage.log(0, 1_000)
      expect(log.filter((row) => row.aggregate === id)).toEqual([])
      expect(
        (
          await stage.engine.list({
            account: 'alice',
            noun: door,
            list: 'by_status',
            equals: ['open', 'erasing'],
            limit: 10,
          })
        ).items,
      ).toHaveLength(1)
      stage.system.advance(10 * minute)
      expect(await stage.see(id)).toBeUndefined()
      await stage.engine.stop()
    })

    test('a store that cannot be written refuses what is asked, goes on being read, and recovers', async () => {
      const storage = await open()
      let full = false
      const failing: Storage = new Proxy(storage, {
        get: (target, property: keyof Storage) => {
          if (property === 'commit' && full) return () => Promise.reject(new StorageUnavailable('the disk is full'))
          const value = target[property]
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
      const stage = await stageOver(failing)
      const id = await stage.build('front')
      full = true
      const outcomes = await Promise.all([1, 2, 3].map(() => stage.order(id, { type: 'knock', words: 'hello' })))
      expect(outcomes.map((outcome) => outcome.refusal?.code)).toEqual(['unavailable', 'unavailable', 'unavailable'])
      expect(await stage.see(id)).toMatchObject({ knocks: 0 })
      expect(await stage.engine.health()).toMatchObject({ writable: false })
      full = false
      expect((await stage.order(id, { type: 'knock', words: 'hello' })).value).toMatchObject({ knocks: 1 })
      expect(await stage.engine.health()).toMatchObject({ writable: true })
    })

    test('more than it can hold is answered busy, and nothing of it is written', async () => {
      const stage = await stageOver(await open(), { limits: { bytesWaiting: 2_000 } })
      const ids = await Promise.all([1, 2, 3].map((i) => stage.build(`door ${i}`)))
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, i) => stage.order(ids[i % 3] ?? '', { type: 'knock', words: 'hello' })),
      )
      const refused = outcomes.filter((outcome) => outcome.refusal !== undefined)
      expect(refused.length).toBeGreaterThan(0)
      expect(new Set(refused.map((outcome) => outcome.refusal?.code))).toEqual(new Set(['busy']))
      const knocks = await Promise.all(ids.map(async (id) => (await stage.see(id))?.knocks ?? 0))
      expect(knocks.reduce((sum, n) => sum + n, 0)).toBe(60 - refused.length)
    })
  })
}
