import { describe, expect, test } from 'vitest'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import type { Storage } from '#engine/ports/storage.ts'
import { alice, bob } from './given.ts'

export function delivery(id: string, given: Partial<DeliveryRow> = {}): DeliveryRow {
  return {
    id,
    account: 'acme',
    target: 'hook',
    url: 'https://example.test/hook',
    event: `${alice}.1`,
    eventType: 'thing.happened',
    seq: 1,
    aggregate: alice,
    state: 'delivered',
    tries: 1,
    nextAt: null,
    createdAt: 10,
    updatedAt: 10,
    lastStatus: 200,
    lastError: null,
    frozenJson: null,
    ...given,
  }
}

const parked = (id: string, nextAt: number, given: Partial<DeliveryRow> = {}) =>
  delivery(id, { state: 'parked', nextAt, lastStatus: null, lastError: 'refused', frozenJson: '{"a":1}', ...given })

export function deliveries(storage: () => Storage): void {
  describe('deliveries', () => {
    const ids = (rows: readonly DeliveryRow[]) => rows.map((row) => row.id)

    test('rows and cursor are written together; the same id is one row', async () => {
      const { deliveries } = storage()
      expect(await deliveries.cursor()).toBe(0)
      await deliveries.record([parked('d1', 50), delivery('d2', { seq: 2 })], 7)
      expect(await deliveries.cursor()).toBe(7)
      expect(await deliveries.get('acme', 'd1')).toEqual(parked('d1', 50))
      expect(await deliveries.get('globex', 'd1')).toBeNull()
      expect(await deliveries.get('acme', 'd9')).toBeNull()
      const done = delivery('d1', { tries: 2, updatedAt: 60, frozenJson: '{"a":1}' })
      await deliveries.record([done])
      expect(await deliveries.get('acme', 'd1')).toEqual(done)
      expect(await deliveries.cursor()).toBe(7)
      expect(await deliveries.parkedUntil(1000, 10)).toEqual([])
    })

    test('parked rows come when they are due, and per aggregate and target by seq', async () => {
      const { deliveries } = storage()
      const other = parked('c', 300, { seq: 1, target: 'other' })
      const rows = [
        parked('a', 300, { seq: 5 }),
        parked('b', 100, { seq: 9 }),
        other,
        parked('d', 200, { seq: 2, aggregate: bob }),
      ]
      await deliveries.record([...rows, delivery('e'), delivery('f', { state: 'dead', lastError: 'gone' })])
      expect(ids(await deliveries.parkedUntil(299, 10))).toEqual(['b', 'd'])
      expect(ids(await deliveries.parkedUntil(300, 3))).toEqual(['b', 'd', 'a'])
      expect(ids(await deliveries.parkedOf(alice, 'hook', 10))).toEqual(['a', 'b'])
      expect(ids(await deliveries.parkedOf(alice, 'hook', 1))).toEqual(['a'])
    })

    test('are listed newest first, by state and target, a page at a time', async () => {
      const { deliveries } = storage()
      const dead = delivery('z', { seq: 4, state: 'dead', target: 'other' })
      await deliveries.record([delivery('b', { seq: 3 }), delivery('a', { seq: 3 }), parked('c', 9, { seq: 8 }), dead])
      await deliveries.record([delivery('g', { account: 'globex', seq: 99 })])
      const list = async (given: object = {}) => ids(await deliveries.list({ account: 'acme', limit: 10, ...given }))
      expect(await list()).toEqual(['c', 'z', 'b', 'a'])
      expect(await list({ limit: 2 })).toEqual(['c', 'z'])
      expect(await list({ beforeSeq: 3, beforeId: 'b' })).toEqual(['a'])
      expect(await list({ beforeSeq: 3 })).toEqual([])
      expect(await list({ beforeSeq: 4 })).toEqual(['b', 'a'])
      expect(await list({ state: 'delivered' })).toEqual(['b', 'a'])
      expect(await list({ state: 'dead' })).toEqual(['z'])
      expect(await list({ state: 'parked', beforeSeq: 9 })).toEqual(['c'])
      expect(await list({ target: 'other' })).toEqual(['z'])
      expect(await list({ target: 'hook', state: 'dead' })).toEqual([])
    })

    test('delivered rows are forgotten when they are old, some at a time', async () => {
      const { deliveries } = storage()
      const rows = [10, 20, 30].map((updatedAt) => delivery(`d${updatedAt}`, { updatedAt }))
      await deliveries.record([...rows, parked('p', 5), delivery('x', { state: 'dead' })])
      expect(await deliveries.forget(30, 1)).toBe(1)
      expect(await deliveries.forget(30, 10)).toBe(1)
      expect(ids(await deliveries.list({ account: 'acme', limit: 10 })).toSorted()).toEqual(['d30', 'p', 'x'])
    })
  })
}
