import { describe, expect, test } from 'vitest'
import type { Key } from '#domain/noun.ts'
import type { Storage } from '#engine/ports/storage.ts'
import { aggregate, alice, bob, carol, committed, loaded, unit } from './given.ts'

const once = (key: string): Key => ({ use: 'once', kind: 'resource', key })

export function keys(storage: () => Storage): void {
  describe('keys used up once', () => {
    const using = (expected: number, ...keys: string[]) =>
      unit(aggregate(alice, expected, { events: [{ keys: keys.map(once) }] }))

    test('a key names the event that used it up', async () => {
      await committed(storage(), using(0, 'a'), using(1, 'b', 'c'))
      expect(await loaded(storage(), { what: 'key', aggregate: alice, key: once('a') })).toBe(1)
      expect(await loaded(storage(), { what: 'key', aggregate: alice, key: once('c') })).toBe(2)
      expect(await loaded(storage(), { what: 'key', aggregate: alice, key: once('d') })).toBeNull()
    })

    test('a key cannot be used again in a later batch', async () => {
      await committed(storage(), using(0), using(1, 'a'))
      expect(await storage().commit([using(2, 'b', 'a')])).toEqual([
        { ok: false, why: 'key', aggregate: alice, key: once('a'), n: 2 },
      ])
      expect(await loaded(storage(), { what: 'key', aggregate: alice, key: once('b') })).toBeNull()
    })

    test('nor in a later unit of the same batch', async () => {
      const verdicts = await storage().commit([using(0, 'a'), using(1, 'a'), using(1, 'b')])
      expect(verdicts.map((verdict) => verdict.ok)).toEqual([true, false, true])
    })

    test('nor in a later event of the same unit', async () => {
      const twice = unit(aggregate(alice, 0, { events: [{ keys: [once('a')] }, { keys: [once('a')] }] }))
      expect(await storage().commit([twice])).toEqual([
        { ok: false, why: 'key', aggregate: alice, key: once('a'), n: 1 },
      ])
      expect(await storage().lastSeq()).toBe(0)
    })

    test('a key that a failed unit would have used is free', async () => {
      await committed(storage(), using(0))
      await storage().commit([using(7, 'a')])
      await committed(storage(), using(1, 'a'))
    })

    test('each aggregate and each kind has its own keys', async () => {
      await committed(storage(), using(0, 'a'))
      await committed(storage(), unit(aggregate(bob, 0, { events: [{ keys: [once('a')] }] })))
      await committed(
        storage(),
        unit(aggregate(alice, 1, { events: [{ keys: [{ use: 'once', kind: 'other', key: 'a' }] }] })),
      )
    })
  })

  describe('keys that find one aggregate alone', () => {
    const alone: Key = { use: 'find', kind: 'message', key: 'm1', alone: true }
    const shared: Key = { use: 'find', kind: 'message', key: 'm1' }
    const told = (id: string, key: Key, expected = 0) => unit(aggregate(id, expected, { events: [{ keys: [key] }] }))

    test('the second aggregate is refused and told of the first, across batches and within one', async () => {
      await committed(storage(), told(alice, alone))
      const refused = { ok: false, why: 'found', key: alone, holder: alice }
      expect(await storage().commit([told(bob, alone)])).toEqual([refused])
      expect(await storage().commit([told(carol, shared), told(bob, alone)])).toMatchObject([
        { ok: true },
        { ok: false },
      ])
    })

    test('the same aggregate may use it again, and others may share what is not alone', async () => {
      await committed(storage(), told(alice, alone), told(alice, alone, 1), told(bob, shared))
      const holders = await loaded(storage(), { what: 'holders', account: 'acme', handle: shared, limit: 5 })
      expect(holders).toHaveLength(2)
    })
  })
}
