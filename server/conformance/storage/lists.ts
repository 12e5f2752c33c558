import { describe, expect, test } from 'vitest'
import type { ListRow } from '#engine/ports/rows.ts'
import type { ListQuestion, Storage } from '#engine/ports/storage.ts'
import { aggregate, alice, bob, carol, committed, someId, unit } from './given.ts'

const row = (equal: string, sort: number | string, list = 'byStatus'): ListRow => ({
  list,
  equal,
  sort,
  facets: { status: equal, sort },
})

export function lists(storage: () => Storage): void {
  describe('lists', () => {
    const add = (id: string, ...rows: ListRow[]) => committed(storage(), unit(aggregate(id, 0, { rowsAdded: rows })))
    const ask = (given: Partial<ListQuestion>) =>
      storage().list({
        account: 'acme',
        noun: 'thing',
        list: 'byStatus',
        equals: ['open'],
        descending: false,
        limit: 10,
        ...given,
      })
    const ids = async (given: Partial<ListQuestion>) => (await ask(given)).map((entry) => entry.aggregate)

    test('rows come in order of the sort value, then id, with their facets', async () => {
      await add(carol, row('open', 10))
      await add(bob, row('open', 9))
      await add(alice, row('open', 10))
      expect(await ask({})).toEqual([
        { aggregate: bob, sort: 9, facets: { status: 'open', sort: 9 } },
        { aggregate: alice, sort: 10, facets: { status: 'open', sort: 10 } },
        { aggregate: carol, sort: 10, facets: { status: 'open', sort: 10 } },
      ])
      expect(await ids({ descending: true })).toEqual([carol, alice, bob])
    })

    test('a page begins strictly beyond a position, in both directions', async () => {
      for (const id of [alice, bob, carol]) await add(id, row('open', 10))
      expect(await ids({ after: { sort: 10, id: alice } })).toEqual([bob, carol])
      expect(await ids({ after: { sort: 10, id: carol }, descending: true, limit: 1 })).toEqual([bob])
      expect(await ids({ after: { sort: 9, id: carol } })).toEqual([alice, bob, carol])
      expect(await ids({ after: { sort: 9, id: carol }, descending: true })).toEqual([])
    })

    test('several values make one list, in one order', async () => {
      await add(alice, row('open', 3))
      await add(bob, row('idle', 2))
      await add(carol, row('closed', 1))
      expect(await ids({ equals: ['open', 'idle', 'closed'] })).toEqual([carol, bob, alice])
      expect(await ids({ equals: ['open', 'idle'], descending: true, limit: 1 })).toEqual([alice])
      expect(await ids({ equals: ['open', 'idle'], after: { sort: 2, id: bob } })).toEqual([alice])
      expect(await ids({ equals: [] })).toEqual([])
      expect(await ids({ equals: ['open', 'open'] })).toEqual([alice])
    })

    test('numbers sort as numbers, texts by code point, numbers before texts', async () => {
      const sorts = [-5, 0, 2, 10, 10.5, 9e15, '', '10', '9', 'B', 'a', 'é', '\ufb01', '🦓']
      const all = sorts.map((sort, i) => ({ sort, id: someId((i * 5) % sorts.length) }))
      for (const { sort, id } of all) await add(id, row('open', sort))
      expect((await ask({ limit: 50 })).map((entry) => entry.sort)).toEqual(sorts)
      expect((await ask({ limit: 50, descending: true })).map((entry) => entry.sort)).toEqual(sorts.toReversed())
      expect((await ask({ after: { sort: 10.5, id: someId(99) } })).map((entry) => entry.sort)[0]).toBe(9e15)
    })

    test('a row goes when it is removed, and a row at the same place takes new facets', async () => {
      await add(alice, row('open', 1), row('x', 1, 'byColour'))
      const changed = { ...row('open', 1), facets: { status: 'open', colour: 'red', big: true, none: undefined } }
      await committed(storage(), unit(aggregate(alice, 1, { rowsRemoved: [row('open', 1)], rowsAdded: [changed] })))
      expect(await ask({})).toEqual([
        { aggregate: alice, sort: 1, facets: { status: 'open', colour: 'red', big: true } },
      ])
      await committed(storage(), unit(aggregate(alice, 2, { rowsRemoved: [changed], rowsAdded: [row('closed', 1)] })))
      expect(await ask({})).toEqual([])
      expect(await ids({ equals: ['closed'] })).toEqual([alice])
      expect(await ids({ list: 'byColour', equals: ['x'] })).toEqual([alice])
    })

    test('accounts and nouns have their own lists', async () => {
      await add(alice, row('open', 1))
      expect(await ask({ account: 'globex' })).toEqual([])
      expect(await ask({ noun: 'other' })).toEqual([])
      expect(await ask({ list: 'other' })).toEqual([])
    })

    test('paging through thousands of rows meets each once', async () => {
      const all = Array.from({ length: 3000 }, (_, i) => someId(i))
      await committed(
        storage(),
        ...all.map((id, i) => unit(aggregate(id, 0, { rowsAdded: [row(i % 3 ? 'open' : 'idle', i % 7)] }))),
      )
      const seen: string[] = []
      let after: ListQuestion['after']
      do {
        const page = await ask({ equals: ['open', 'idle'], limit: 700, ...(after && { after }) })
        seen.push(...page.map((entry) => entry.aggregate))
        const last = page.at(-1)
        after = last && { sort: last.sort, id: last.aggregate }
      } while (after)
      expect(seen.length).toBe(3000)
      expect(new Set(seen).size).toBe(3000)
    })
  })
}
