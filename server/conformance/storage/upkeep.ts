import { describe, expect, test } from 'vitest'
import type { AnswerRow } from '#engine/ports/rows.ts'
import type { Storage } from '#engine/ports/storage.ts'
import { aggregate, alice, bob, carol, committed, effect, loaded, unit } from './given.ts'

const answer = (key: string, at = 100): AnswerRow => ({
  scope: 'acme/native/create',
  key,
  fingerprint: 'f',
  status: 201,
  headersJson: '{"etag":"1"}',
  body: '{"ok":true}',
  at,
})

export function upkeep(storage: () => Storage): void {
  describe('due times', () => {
    const due = (clock: string, until: number, limit = 10) => storage().due(clock, until, limit)

    test('come earliest first, up to an instant, on their own clock', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { due: 300 })), unit(aggregate(bob, 0, { due: 100 })))
      await committed(storage(), unit(aggregate(carol, 0, { due: 200, clock: 'acme' })))
      expect(await due('wall', 300)).toEqual([
        { aggregate: bob, at: 100 },
        { aggregate: alice, at: 300 },
      ])
      expect(await due('wall', 299)).toEqual([{ aggregate: bob, at: 100 }])
      expect(await due('wall', 300, 1)).toEqual([{ aggregate: bob, at: 100 }])
      expect(await due('acme', 300)).toEqual([{ aggregate: carol, at: 200 }])
    })

    test('a due time stays, moves or goes', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { due: 300 })), unit(aggregate(alice, 1)))
      expect(await due('wall', 1000)).toEqual([{ aggregate: alice, at: 300 }])
      await committed(storage(), unit(aggregate(alice, 2, { due: 400 })), unit(aggregate(alice, 3, { due: 500 })))
      expect(await due('wall', 1000)).toEqual([{ aggregate: alice, at: 500 }])
      expect(await loaded(storage(), { what: 'head', aggregate: alice })).toMatchObject({ due: 500, version: 4 })
      await committed(storage(), unit(aggregate(alice, 4, { due: null })))
      expect(await due('wall', 1000)).toEqual([])
      expect(await loaded(storage(), { what: 'head', aggregate: alice })).toMatchObject({ due: null })
    })

    test('a due time leaves the clock it was on', async () => {
      await committed(storage(), unit(aggregate(alice, 0, { due: 300 })))
      await committed(storage(), unit(aggregate(alice, 1, { due: 300, clock: 'acme' })))
      expect(await due('wall', 1000)).toEqual([])
      expect(await due('acme', 1000)).toEqual([{ aggregate: alice, at: 300 }])
    })
  })

  describe('clocks', () => {
    test('are kept with the unit that sets them', async () => {
      const set = (now: number) => ({ ...unit(), clock: { account: 'acme', kind: 'test', now } as const })
      await committed(storage(), set(100), { ...unit(), clock: { account: 'globex', kind: 'wall', now: 5 } })
      await committed(storage(), set(200))
      const clocks = await storage().clocks()
      expect(clocks.toSorted((a, b) => (a.account < b.account ? -1 : 1))).toEqual([
        { account: 'acme', kind: 'test', now: 200 },
        { account: 'globex', kind: 'wall', now: 5 },
      ])
    })
  })

  describe('stored answers', () => {
    test('are stored once, and the twin is told what was answered', async () => {
      await committed(storage(), { ...unit(aggregate(alice, 0)), answer: answer('k') })
      expect(await storage().answer('acme/native/create', 'k')).toEqual(answer('k'))
      expect(await storage().answer('acme/native/create', 'other')).toBeNull()
      expect(await storage().answer('acme/native/other', 'k')).toBeNull()
      const twin = { ...unit(aggregate(alice, 0)), answer: { ...answer('k'), fingerprint: 'other', body: 'x' } }
      expect(await storage().commit([twin])).toEqual([{ ok: false, why: 'answer', stored: answer('k') }])
      expect(await storage().lastSeq()).toBe(1)
    })

    test('also within one batch', async () => {
      const verdicts = await storage().commit([
        { ...unit(aggregate(alice, 0)), answer: answer('k') },
        { ...unit(aggregate(bob, 0)), answer: answer('k', 200) },
        { ...unit(aggregate(bob, 0)), answer: answer('k2') },
      ])
      expect(verdicts).toMatchObject([{ ok: true }, { ok: false, why: 'answer', stored: { at: 100 } }, { ok: true }])
    })

    test('are forgotten when they are old, some at a time', async () => {
      const units = [10, 20, 30, 40].map((at) => ({ ...unit(), answer: answer(`k${at}`, at) }))
      await committed(storage(), ...units)
      expect(await storage().forgetAnswers(40, 2)).toBe(2)
      expect(await storage().forgetAnswers(40, 2)).toBe(1)
      expect(await storage().forgetAnswers(40, 2)).toBe(0)
      expect(await storage().answer('acme/native/create', 'k10')).toBeNull()
      expect(await storage().answer('acme/native/create', 'k40')).toEqual(answer('k40', 40))
    })
  })

  describe('effects', () => {
    test('are open until they settle or are given up', async () => {
      const globex = effect('e3', { account: 'globex', nextAt: 50 })
      await committed(storage(), {
        ...unit(aggregate(alice, 0)),
        effects: [effect('e1', { nextAt: 200 }), effect('e2'), globex],
      })
      expect(await storage().openEffects(null, 10)).toEqual([globex, effect('e2'), effect('e1', { nextAt: 200 })])
      expect(await storage().openEffects('acme', 1)).toEqual([effect('e2')])
      const started = effect('e2', { state: 'started', tries: 1, nextAt: 300 })
      const dead = effect('e1', { state: 'dead', tries: 9, error: 'nobody there' })
      const written = await storage().settleEffects([started, dead, { ...globex, state: 'settled' }])
      expect(written).toEqual([true, true, true])
      expect(await storage().openEffects(null, 10)).toEqual([started])
      expect(await storage().deadEffects('acme', 10)).toEqual([dead])
      expect(await storage().deadEffects('globex', 10)).toEqual([])
    })

    test('are started once: only one that waits is', async () => {
      await committed(storage(), { ...unit(aggregate(alice, 0)), effects: [effect('e1'), effect('e2'), effect('e3')] })
      const started = effect('e1', { state: 'started', tries: 1 })
      const dead = effect('e2', { state: 'dead', tries: 1 })
      expect(await storage().settleEffects([started, dead, { ...effect('e3'), state: 'settled' }])).not.toContain(false)
      const again = ['e1', 'e2', 'e3', 'e4'].map((id) => effect(id, { state: 'started', tries: 7 }))
      expect(await storage().settleEffects(again)).toEqual([false, false, false, false])
      expect(await storage().openEffects(null, 10)).toEqual([started])
      expect(await storage().deadEffects('acme', 10)).toEqual([dead])
    })

    test('are paged in their order, one after the other at the same instant too', async () => {
      const ids = ['e3', 'e1', 'e5', 'e2', 'e4']
      const effects = ids.map((id) => effect(id, { nextAt: id === 'e1' ? 300 : 200 }))
      await committed(storage(), { ...unit(aggregate(alice, 0)), effects })
      for (const account of [null, 'acme']) {
        const found: string[] = []
        let page = await storage().openEffects(account, 2)
        for (let last = page.at(-1); last; last = page.at(-1)) {
          found.push(...page.map(({ id }) => id))
          page = await storage().openEffects(account, 2, last)
        }
        expect(found).toEqual(['e2', 'e3', 'e4', 'e5', 'e1'])
      }
    })

    test('go with a failed unit', async () => {
      await storage().commit([{ ...unit(aggregate(alice, 5)), effects: [effect('e1')] }])
      expect(await storage().openEffects(null, 10)).toEqual([])
    })
  })
}
