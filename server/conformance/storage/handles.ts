import { describe, expect, test } from 'vitest'
import type { Storage } from '#engine/ports/storage.ts'
import { aggregate, alice, bob, carol, committed, loaded, someId, unit } from './given.ts'

const address = { kind: 'address', key: '+15550100' }
const channel = { use: 'find', kind: 'channel', key: 'CH1' } as const

export function handles(storage: () => Storage): void {
  describe('handles', () => {
    const holders = (handle: { kind: string; key: string } = address, limit = 10) =>
      loaded(storage(), { what: 'holders', account: 'acme', handle: { kind: handle.kind, key: handle.key }, limit })

    test('many may hold one, the newest comes first', async () => {
      for (const id of [bob, alice, carol])
        await committed(storage(), unit(aggregate(id, 0, { handlesAdded: [address] })))
      expect(await holders()).toEqual([carol, bob, alice])
      expect(await holders(address, 2)).toEqual([carol, bob])
      expect(await holders({ kind: 'address', key: '+15550199' })).toEqual([])
      expect(await loaded(storage(), { what: 'holders', account: 'globex', handle: address, limit: 10 })).toEqual([])
    })

    test('a handle goes when it is removed; adding it twice is once', async () => {
      await committed(
        storage(),
        unit(aggregate(alice, 0, { handlesAdded: [address, address] })),
        unit(aggregate(bob, 0, { handlesAdded: [address] })),
      )
      await committed(storage(), unit(aggregate(alice, 1, { handlesRemoved: [address] })))
      expect(await holders()).toEqual([bob])
      await committed(storage(), unit(aggregate(bob, 1, { handlesRemoved: [address], handlesAdded: [address] })))
      expect(await holders()).toEqual([bob])
    })

    test('what is found by a key of an event is found for ever', async () => {
      const found = (id: string, expected: number) =>
        unit(aggregate(id, expected, { events: [{ keys: [channel] }, { keys: [channel] }] }))
      await committed(storage(), found(alice, 0), found(bob, 0), found(alice, 2))
      expect(await holders(channel)).toEqual([bob, alice])
      await committed(storage(), unit(aggregate(alice, 4, { handlesAdded: [channel] })))
      await committed(storage(), unit(aggregate(alice, 5, { handlesRemoved: [channel] })))
      expect(await holders(channel)).toEqual([bob, alice])
    })

    test('a handle that later becomes a key stays as well', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { handlesAdded: [channel] })))
      await committed(
        storage(),
        unit(aggregate(alice, 1, { events: [{ keys: [channel] }], handlesRemoved: [channel] })),
      )
      expect(await holders(channel)).toEqual([alice])
    })

    test('hundreds of holders keep their order', async () => {
      const ids = Array.from({ length: 1500 }, (_, i) => someId(i * 7))
      const shuffled = ids.toSorted((a, b) => (a.slice(-6) < b.slice(-6) ? -1 : 1))
      await committed(storage(), ...shuffled.map((id) => unit(aggregate(id, 0, { handlesAdded: [address] }))))
      expect(await holders(address, 2000)).toEqual(ids.toReversed())
    })
  })
}
