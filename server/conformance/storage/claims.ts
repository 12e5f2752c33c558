import { describe, expect, test } from 'vitest'
import type { Storage } from '#engine/ports/storage.ts'
import { aggregate, alice, bob, committed, loaded, unit } from './given.ts'

const claim = { kind: 'group', route: '+15550100', key: 'k1' }

export function claims(storage: () => Storage): void {
  describe('claims', () => {
    const holder = () => loaded(storage(), { what: 'holder', account: 'acme', claim })

    test('a claim has one holder, and the verdict names it', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { takes: [claim] })))
      expect(await storage().commit([unit(aggregate(bob, 0, { takes: [claim] }))])).toEqual([
        { ok: false, why: 'claim', claim, holder: alice },
      ])
      expect(await holder()).toBe(alice)
      expect(await loaded(storage(), { what: 'head', aggregate: bob })).toBeNull()
    })

    test('taking what one holds already changes nothing', async () => {
      await committed(
        storage(),
        unit(aggregate(alice, 0, { takes: [claim] })),
        unit(aggregate(alice, 1, { takes: [claim] })),
      )
      await committed(storage(), unit(aggregate(alice, 2, { releases: [claim], takes: [claim] })))
      expect(await holder()).toBe(alice)
    })

    test('released, it is free in the same transaction', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { takes: [claim] })))
      await committed(
        storage(),
        unit(aggregate(bob, 0, { takes: [claim] }), aggregate(alice, 1, { releases: [claim] })),
      )
      expect(await holder()).toBe(bob)
    })

    test('released by one unit, it is free for the next of the same batch', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { takes: [claim] })))
      await committed(
        storage(),
        unit(aggregate(alice, 1, { releases: [claim] })),
        unit(aggregate(bob, 0, { takes: [claim] })),
      )
      expect(await holder()).toBe(bob)
      await committed(storage(), unit(aggregate(bob, 1, { releases: [claim] })))
      expect(await holder()).toBeNull()
    })

    test('two aggregates of one unit cannot take the same claim', async () => {
      const both = unit(aggregate(alice, 0, { takes: [claim] }), aggregate(bob, 0, { takes: [claim] }))
      expect(await storage().commit([both])).toEqual([{ ok: false, why: 'claim', claim, holder: alice }])
    })

    test('nobody releases what another holds', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { takes: [claim] })))
      await committed(storage(), unit(aggregate(bob, 0, { releases: [claim] })))
      expect(await holder()).toBe(alice)
      const sly = unit(aggregate(bob, 1, { releases: [claim], takes: [claim] }))
      expect(await storage().commit([sly])).toMatchObject([{ ok: false, why: 'claim', holder: alice }])
    })

    test('account, kind, route and key tell claims apart', async () => {
      const others = [
        { ...claim, kind: 'seat' },
        { ...claim, route: '+15550199' },
        { ...claim, key: 'k2' },
      ]
      await committed(storage(), unit(aggregate(alice, 0, { takes: [claim] })))
      await committed(storage(), unit(aggregate(bob, 0, { takes: others })))
      const elsewhere = unit(aggregate(bob, 1, { account: 'globex', takes: [claim] }))
      await committed(storage(), elsewhere)
      expect(await loaded(storage(), { what: 'holder', account: 'globex', claim })).toBe(bob)
      expect(await holder()).toBe(alice)
    })
  })
}
