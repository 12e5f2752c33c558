import { describe, expect, test } from 'vitest'
import type { PartsQuestion, Storage } from '#engine/ports/storage.ts'
import { aggregate, alice, bob, committed, loaded, unit } from './given.ts'

export function parts(storage: () => Storage): void {
  describe('parts and logs', () => {
    const told = [
      { creates: 'message' },
      {},
      { creates: 'message' },
      { overlays: 1 },
      { creates: 'entry' },
      { overlays: 1, eventJson: '"latest"' },
    ]
    const ask = async (given: Partial<PartsQuestion>) =>
      storage().parts({ aggregate: alice, after: 0, limit: 10, ...given })

    test('parts of a kind come by number, each with the latest event laid over it', async () => {
      await committed(
        storage(),
        unit(aggregate(alice, 0, { events: told.slice(0, 3) })),
        unit(aggregate(alice, 3, { events: told.slice(3) })),
      )
      const [first, second, ...more] = await ask({ kind: 'message' })
      expect(first).toMatchObject({
        n: 1,
        created: { n: 1, seq: 1, aggregate: alice },
        overlay: { n: 6, seq: 6, eventJson: '"latest"' },
      })
      expect(second).toMatchObject({
        n: 3,
        created: { n: 3, noun: 'thing', account: 'acme', request: null },
        overlay: null,
      })
      expect(more).toEqual([])
      expect((await ask({ kind: 'message', after: 1 })).map((part) => part.n)).toEqual([3])
      expect((await ask({ kind: 'message', limit: 1 })).map((part) => part.n)).toEqual([1])
      expect(await ask({ aggregate: bob })).toEqual([])
    })

    test('without a kind every event is a part', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { events: told })))
      expect((await ask({})).map((part) => part.n)).toEqual([1, 2, 3, 4, 5, 6])
      expect((await ask({ after: 2, limit: 3 })).map((part) => part.n)).toEqual([3, 4, 5])
    })

    test('one part is loaded by its number', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { events: told })))
      expect(await loaded(storage(), { what: 'part', aggregate: alice, n: 1 })).toMatchObject({
        n: 1,
        overlay: { n: 6 },
      })
      expect(await loaded(storage(), { what: 'part', aggregate: alice, n: 2 })).toMatchObject({ n: 2, overlay: null })
      expect(await loaded(storage(), { what: 'part', aggregate: alice, n: 7 })).toBeNull()
      expect(await loaded(storage(), { what: 'part', aggregate: bob, n: 1 })).toBeNull()
    })

    test('many lookups are answered in their order', async () => {
      await committed(storage(), unit(aggregate(alice, 0)), unit(aggregate(bob, 0, { events: [{}, {}] })))
      const answers = await storage().load([
        { what: 'head', aggregate: bob },
        { what: 'part', aggregate: bob, n: 2 },
        { what: 'key', aggregate: bob, key: { kind: 'k', key: '1' } },
        { what: 'head', aggregate: alice },
      ])
      expect(answers).toMatchObject([{ version: 2 }, { n: 2 }, null, { version: 1 }])
    })

    test('the log is read in order, a page at a time', async () => {
      await committed(
        storage(),
        unit(aggregate(alice, 0, { events: told })),
        unit(aggregate(bob, 0, { account: 'globex' })),
      )
      expect((await storage().log(0, 100)).map((row) => row.seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
      const page = await storage().log(5, 1)
      expect(page).toEqual([
        {
          seq: 6,
          account: 'acme',
          noun: 'thing',
          aggregate: alice,
          n: 6,
          recordedAt: 5006,
          request: null,
          eventJson: '"latest"',
        },
      ])
      expect(await storage().log(7, 10)).toEqual([])
    })

    test("an account's feed holds its own events, as far as it was indexed", async () => {
      const write = (id: string, account: string, expected: number) =>
        unit(aggregate(id, expected, { account, events: [{}, {}] }))
      await committed(storage(), write(alice, 'acme', 0), write(bob, 'globex', 0), write(alice, 'acme', 2))
      expect(await storage().accountLog('acme', 0, 10)).toEqual([])
      expect(await storage().indexFeed(3)).toBe(3)
      expect((await storage().accountLog('globex', 0, 10)).map((row) => row.seq)).toEqual([3])
      expect(await storage().indexFeed(100)).toBe(6)
      expect(await storage().indexFeed(100)).toBe(6)
      expect((await storage().accountLog('acme', 0, 10)).map((row) => row.seq)).toEqual([1, 2, 5, 6])
      expect((await storage().accountLog('acme', 2, 1)).map((row) => row.seq)).toEqual([5])
      expect((await storage().accountLog('acme', 0, 1))[0]).toEqual((await storage().log(0, 1))[0])
      expect(await storage().accountLog('nobody', 0, 10)).toEqual([])
    })
  })
}
