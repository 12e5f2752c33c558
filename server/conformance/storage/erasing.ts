import { describe, expect, test } from 'vitest'
import type { Storage } from '#engine/ports/storage.ts'
import { aggregate, alice, bob, committed, effect, event, loaded, unit } from './given.ts'
import { delivery } from './deliveries.ts'

const claim = { kind: 'group', route: 'r', key: 'k' }
const handle = { kind: 'address', key: '+1' }
const channel = { use: 'find', kind: 'channel', key: 'CH1' } as const
const row = { list: 'all', equal: 'x', sort: 1, facets: {} }
const listed = { account: 'acme', noun: 'thing', list: 'all', equals: ['x'], descending: false, limit: 10 }
const answer = { scope: 's', key: 'k', fingerprint: 'f', status: 200, headersJson: '{}', body: 'secret', at: 1 }

export function erasing(storage: () => Storage): void {
  describe('erasing', () => {
    /** Alice has everything that one can have; bob has the like and must keep it. */
    async function lived(): Promise<void> {
      const events = Array.from({ length: 30 }, (_, i) =>
        event(i + 1, { creates: 'message', keys: [{ use: 'once', kind: 'r', key: `${i}` }, channel] }),
      )
      const write = aggregate(alice, 0, { events, takes: [claim], handlesAdded: [handle], rowsAdded: [row], due: 500 })
      await committed(storage(), {
        ...unit(write),
        answer,
        effects: [effect('dead', { state: 'dead' }), effect('open')],
      })
      await committed(
        storage(),
        unit(aggregate(bob, 0, { events: [{ keys: [channel] }], handlesAdded: [handle], rowsAdded: [row] })),
      )
      const late = aggregate(alice, 30, {
        events: [],
        head: { version: 30 },
        handlesAdded: [{ kind: 'late', key: '1' }],
      })
      await committed(storage(), unit(late))
      await storage().deliveries.record([
        delivery('d1', { state: 'parked', frozenJson: '"body"' }),
        delivery('d2', { aggregate: bob, state: 'parked', frozenJson: '"body"' }),
      ])
      await storage().indexFeed(100)
    }

    const begin = () =>
      committed(storage(), unit(aggregate(alice, 30, { head: { erasing: true, stateJson: '"last"' } })))
    const holders = (kind: string, key: string) =>
      loaded(storage(), { what: 'holders', account: 'acme', handle: { kind, key }, limit: 10 })

    test('hides the aggregate from lists and handles at once', async () => {
      await lived()
      await begin()
      expect((await storage().list(listed)).map((entry) => entry.aggregate)).toEqual([bob])
      expect((await storage().list({ ...listed, limit: 1 })).map((entry) => entry.aggregate)).toEqual([bob])
      expect(await holders(handle.kind, handle.key)).toEqual([bob])
      expect(await holders(channel.kind, channel.key)).toEqual([bob])
      expect(await loaded(storage(), { what: 'head', aggregate: alice })).toMatchObject({
        erasing: true,
        version: 31,
        stateJson: '"last"',
      })
    })

    test('goes on in chunks until only a tombstone is left', async () => {
      await lived()
      await begin()
      let calls = 1
      while (!(await storage().erase(alice, 10))) calls++
      expect(calls).toBeGreaterThan(6)
      expect(await storage().erase(alice, 10)).toBe(true)
      expect(await loaded(storage(), { what: 'head', aggregate: alice })).toMatchObject({
        erasing: true,
        version: 31,
        due: null,
        stateJson: 'null',
      })
      expect(await storage().parts({ aggregate: alice, after: 0, limit: 100 })).toEqual([])
      expect((await storage().log(0, 100)).map((row) => row.aggregate)).toEqual([bob])
      expect((await storage().accountLog('acme', 0, 100)).map((row) => row.aggregate)).toEqual([bob])
      expect(await loaded(storage(), { what: 'key', aggregate: alice, key: { kind: 'r', key: '3' } })).toBeNull()
      expect(await loaded(storage(), { what: 'holder', account: 'acme', claim })).toBeNull()
      expect(await holders(handle.kind, handle.key)).toEqual([bob])
      expect(await holders(channel.kind, channel.key)).toEqual([bob])
      expect(await holders('late', '1')).toEqual([])
      expect((await storage().list(listed)).map((entry) => entry.aggregate)).toEqual([bob])
      expect(await storage().due('wall', 1000, 10)).toEqual([])
      expect(await storage().answer('s', 'k')).toBeNull()
      expect(await storage().deadEffects('acme', 10)).toEqual([])
      expect(await storage().openEffects('acme', 10)).toEqual([effect('open')])
      expect(await storage().deliveries.get('acme', 'd1')).toBeNull()
      expect(await storage().deliveries.get('acme', 'd2')).not.toBeNull()
    })

    test('keeps what the request that erases was answered, for its repetition', async () => {
      await lived()
      const write = aggregate(alice, 30, { head: { erasing: true, stateJson: '"last"' } })
      await committed(storage(), { ...unit(write), answer: { ...answer, key: 'erasing' } })
      while (!(await storage().erase(alice, 100)));
      expect(await storage().answer('s', 'k')).toBeNull()
      expect(await storage().answer('s', 'erasing')).toMatchObject({ key: 'erasing' })
    })

    test('gives no number of the log out again, and nobody can begin anew under the id', async () => {
      await lived()
      await begin()
      while (!(await storage().erase(alice, 100)));
      expect(await storage().lastSeq()).toBe(32)
      expect(await storage().indexFeed(100)).toBe(32)
      expect(await storage().commit([unit(aggregate(alice, 0)), unit(aggregate(bob, 1))])).toEqual([
        { ok: false, why: 'version', aggregate: alice },
        { ok: true, seqs: [33] },
      ])
    })

    test('an aggregate that is not being erased stays', async () => {
      await lived()
      await expect(storage().erase(alice, 10)).rejects.toThrow('not being erased')
      expect((await storage().parts({ aggregate: alice, after: 0, limit: 100 })).length).toBe(30)
      expect(await storage().erase('00000000000000000000000000', 10)).toBe(true)
    })
  })
}
