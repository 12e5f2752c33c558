import { describe, expect, test } from 'vitest'
import { StorageUnavailable, type Storage } from '#engine/ports/storage.ts'
import { aggregate, alice, bob, carol, committed, event, loaded, unit } from './given.ts'

export function commits(storage: () => Storage): void {
  describe('commits', () => {
    test('a head comes back as it was written', async () => {
      await committed(
        storage(),
        unit(aggregate(alice, 0, { head: { stateJson: '{"name":"Zoë 🦓"}', shape: 7 }, due: 9000 })),
      )
      expect(await loaded(storage(), { what: 'head', aggregate: alice })).toEqual({
        noun: 'thing',
        aggregate: alice,
        account: 'acme',
        version: 1,
        shape: 7,
        at: 1001,
        due: 9000,
        erasing: false,
        stateJson: '{"name":"Zoë 🦓"}',
      })
    })

    test('an unknown aggregate has no head', async () => {
      expect(await loaded(storage(), { what: 'head', aggregate: bob })).toBeNull()
    })

    test('events are numbered through the whole log, in the order of the units', async () => {
      const first = await storage().commit([
        unit(aggregate(alice, 0, { events: [{}, {}] }), aggregate(bob, 0)),
        unit(aggregate(alice, 2)),
      ])
      expect(first).toEqual([
        { ok: true, seqs: [1, 2, 3] },
        { ok: true, seqs: [4] },
      ])
      expect(await storage().commit([unit(aggregate(bob, 1))])).toEqual([{ ok: true, seqs: [5] }])
      expect(await storage().lastSeq()).toBe(5)
    })

    test('a unit decided on an old version is refused and writes nothing', async () => {
      await committed(storage(), unit(aggregate(alice, 0)))
      const stale = aggregate(alice, 0, { takes: [{ kind: 'k', route: 'r', key: '1' }], due: 5 })
      expect(await storage().commit([unit(aggregate(bob, 0), stale)])).toEqual([
        { ok: false, why: 'version', aggregate: alice },
      ])
      expect(await storage().lastSeq()).toBe(1)
      expect(await loaded(storage(), { what: 'head', aggregate: bob })).toBeNull()
      expect(await storage().due('wall', 100, 10)).toEqual([])
    })

    test('a failed unit does not hurt its neighbours, and each unit sees those before it', async () => {
      const verdicts = await storage().commit([
        unit(aggregate(alice, 0)),
        unit(aggregate(alice, 0)),
        unit(aggregate(alice, 1)),
        unit(aggregate(bob, 3)),
        unit(aggregate(carol, 0)),
      ])
      expect(verdicts.map((verdict) => verdict.ok)).toEqual([true, false, true, false, true])
      expect(await storage().lastSeq()).toBe(3)
      expect(await loaded(storage(), { what: 'head', aggregate: alice })).toMatchObject({
        version: 2,
        stateJson: '{"v":2}',
      })
    })

    test('batches are committed in the order of the calls', async () => {
      const calls = Array.from({ length: 20 }, (_, i) =>
        storage().commit([unit(aggregate(alice, i, { events: [{ eventJson: `"${i}"` }] }))]),
      )
      expect((await Promise.all(calls)).flat().every((verdict) => verdict.ok)).toBe(true)
      const log = await storage().log(0, 100)
      expect(log.map((row) => row.eventJson)).toEqual(calls.map((_, i) => `"${i}"`))
    })

    test('a head without events can be written anew, and a due time without a head', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { due: 500 })))
      await committed(
        storage(),
        unit(aggregate(alice, 1, { events: [], head: { shape: 2, stateJson: '{"shape":2}' } })),
      )
      await committed(storage(), unit(aggregate(alice, 1, { still: true, due: 800 })))
      expect(await loaded(storage(), { what: 'head', aggregate: alice })).toMatchObject({
        version: 1,
        shape: 2,
        due: 800,
        stateJson: '{"shape":2}',
      })
      expect(await storage().due('wall', 1000, 10)).toEqual([{ aggregate: alice, at: 800 }])
      expect(await storage().lastSeq()).toBe(1)
    })

    test('an empty batch and an empty unit are fine', async () => {
      expect(await storage().commit([])).toEqual([])
      expect(await storage().commit([unit()])).toEqual([{ ok: true, seqs: [] }])
    })

    test('texts and numbers come back whole', async () => {
      const request = 'req "quoted" \n \u0000 end'
      const recordedAt = 8_640_000_000_000_000
      await committed(
        storage(),
        unit(aggregate(alice, 0, { events: [event(1, { request, recordedAt, eventJson: 'x'.repeat(100_000) })] })),
      )
      expect(await storage().log(0, 1)).toMatchObject([{ request, recordedAt, eventJson: 'x'.repeat(100_000) }])
    })

    test('once closed, everything rejects', async () => {
      const last = storage().commit([unit(aggregate(alice, 0))])
      await storage().close()
      expect(await last).toEqual([{ ok: true, seqs: [1] }])
      await expect(storage().commit([])).rejects.toThrow(StorageUnavailable)
      await expect(storage().load([])).rejects.toThrow(StorageUnavailable)
      await expect(storage().log(0, 1)).rejects.toThrow(StorageUnavailable)
      await expect(storage().deliveries.cursor()).rejects.toThrow(StorageUnavailable)
      await expect(storage().deliveries.record([])).rejects.toThrow(StorageUnavailable)
      expect(await storage().writable()).toBe(false)
      await storage().close()
    })

    test('it says that it can be written', async () => {
      expect(await storage().writable()).toBe(true)
    })
  })
}
