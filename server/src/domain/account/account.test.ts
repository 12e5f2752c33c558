import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { account } from './account.ts'
import { liveKeysAtMost } from './decide.ts'
import type { AccountEvent } from './events.ts'
import { keysOf } from './keys.ts'
import { isLiving, slotsOf } from './state.ts'

const id = '01ka7n36096q14dr9gpqy77zxy'
const limits = { requestsPerSecond: null, internalTargets: false, slots: null }
const created: AccountEvent = {
  type: 'account.created',
  at: 1,
  account: {
    id,
    name: 'alice',
    clock: 'wall',
    sid: 'AC1',
    sealedAuthToken: 'x',
    keys: [],
    limits,
    createdAt: 1,
    updatedAt: 1,
  },
}
function keyed(sid: string, at = 2): AccountEvent {
  return { type: 'account.key_created', at, key: { sid, name: '', hash: 'h', createdAt: at, revokedAt: null } }
}
function revoked(sid: string, at = 3): AccountEvent {
  return { type: 'account.key_revoked', at, sid }
}
const claimed = (state: Parameters<typeof account.claims>[0]): string[] => account.claims(state).map(({ key }) => key)

describe('an account', () => {
  it('T37: is found by its own SID and by the SID of each of its keys', () => {
    const { state } = given(account, created).when({ type: 'create_key', sid: 'SK1', name: 'bob', hash: 'h' })
    expect(account.claims(state)).toEqual([
      { kind: 'credential', route: 'AC1', key: 'AC1' },
      { kind: 'credential', route: 'SK1', key: 'SK1' },
    ])
  })

  it('no longer answers for a revoked key, but remembers it', () => {
    const { state } = given(account, created, keyed('SK1')).when({ type: 'revoke_key', sid: 'SK1' })
    expect(claimed(state)).toEqual(['AC1'])
    expect(state.keys).toMatchObject([{ sid: 'SK1', revokedAt: 1_000 }])
  })

  it('takes a repeated revocation as done, and refuses one of a key it never had', () => {
    const present = given(account, created, keyed('SK1'), revoked('SK1'))
    expect(present.when({ type: 'revoke_key', sid: 'SK1' })).toMatchObject({ events: [], refusal: undefined })
    expect(present.when({ type: 'revoke_key', sid: 'SK9' }).refusal?.code).toBe('not_found')
  })

  it('refuses a SID that somebody has', () => {
    const create = {
      type: 'create' as const,
      name: 'bob',
      clock: 'wall' as const,
      sid: 'AC1',
      sealedAuthToken: 'x',
      limits,
    }
    expect(given(account).when(create, { taken: { AC1: 'other' } }).refusal?.code).toBe('in_use')
    const key = { type: 'create_key' as const, sid: 'SK1', name: '', hash: 'h' }
    expect(given(account, created, keyed('SK1')).when(key).refusal?.code).toBe('in_use')
  })

  it('stays bounded however many keys come and go', () => {
    const turns = Array.from({ length: 300 }, (_, i) => [keyed(`SK${i}`, i), revoked(`SK${i}`, i)]).flat()
    const { state } = given(account, created, ...turns)
    expect(state.keys).toHaveLength(100)
    expect(state.keys[0]?.sid).toBe('SK200')
    const full = given(account, created, ...Array.from({ length: liveKeysAtMost }, (_, i) => keyed(`SK${i}`)))
    const one = { type: 'create_key' as const, sid: 'SK-new', name: '', hash: 'h' }
    expect(full.when(one).refusal?.code).toBe('limit_reached')
  })

  it('keeps what a key may do and until when, and forgets expired keys like revoked ones', () => {
    const key = { type: 'create_key' as const, sid: 'SK1', name: '', hash: 'h' }
    const limited = given(account, created).when({ ...key, scopes: ['a:read'], expiresAt: 5_000 })
    expect(keysOf(limited.state)).toMatchObject([{ sid: 'SK1', scopes: ['a:read'], expiresAt: 5_000 }])
    expect(given(account, created).when({ ...key, expiresAt: 1_000 }).refusal).toMatchObject({ field: 'expiresAt' })
    const many = Array.from({ length: 51 }, (_, i) => `${i}`)
    for (const scopes of [many, ['x'.repeat(65)]])
      expect(given(account, created).when({ ...key, scopes }).refusal).toMatchObject({ field: 'scopes' })
    const expired = Array.from({ length: 300 }, (_, i): AccountEvent => {
      const { sid, name, hash, createdAt, revokedAt } = { ...key, sid: `SK${i}`, createdAt: i, revokedAt: null }
      return { type: 'account.key_created', at: i, key: { sid, name, hash, createdAt, revokedAt, expiresAt: i } }
    })
    const { state } = given(account, created, ...expired).when({ ...key, sid: 'SK-new' })
    expect(state.keys).toHaveLength(100)
    expect(isLiving({ revokedAt: null, expiresAt: 5 }, 4)).toBe(true)
    expect(isLiving({ revokedAt: null, expiresAt: 5 }, 5)).toBe(false)
  })

  it('keeps each scope once, however many keys have it, and forgets those that none has', () => {
    const scoped = (sid: string, scopes: readonly string[], at = 2): AccountEvent => {
      return {
        type: 'account.key_created',
        at,
        key: { sid, name: '', hash: 'h', scopes, createdAt: at, revokedAt: null },
      }
    }
    const scopes = Array.from({ length: 24 }, (_, i) => `resource_${i}:manage`)
    const small = Array.from({ length: 50 }, (_, i) => keyed(`SK${i}`))
    const plain = given(account, created, ...small)
    const all = given(account, created, ...small.map((_, i) => scoped(`SK${i}`, scopes)))
    const change = { type: 'change' as const, name: 'bob' }
    expect(keysOf(all.when(change).state).map((key) => key.scopes)).toEqual(small.map(() => scopes))
    const size = (present: typeof all): number => JSON.stringify(present.when(change).state).length
    expect(size(all) - size(plain)).toBeLessThan(50 * 80 + 1_024)

    const other = Array.from({ length: 3 }, (_, i) => scopes.map((scope) => `other_${i}_${scope}`))
    const key = { type: 'create_key' as const, sid: 'SK-new', name: '', hash: 'h' }
    const two = given(account, created, scoped('SK1', scopes), scoped('SK2', other[0]!))
    expect(two.when({ ...key, scopes: other[1]! }).refusal).toMatchObject({ code: 'limit_reached', field: 'scopes' })
    const gone = Array.from({ length: 100 }, (_, i) => [keyed(`SK-${i}`, 5), revoked(`SK-${i}`, 5)]).flat()
    const later = given(account, created, scoped('SK1', scopes), revoked('SK1'), ...gone)
    expect(later.when(change).state.scopes).toBeUndefined()
  })

  it('writes a change only when something changes', () => {
    const present = given(account, created)
    expect(present.when({ type: 'change', name: 'alice' }).events).toEqual([])
    expect(present.when({ type: 'change', limits: { internalTargets: true } }).state).toMatchObject({
      name: 'alice',
      limits: { requestsPerSecond: null, internalTargets: true, slots: null },
    })
  })

  it('dials as much at once as it wishes, and never more than the operator allows', () => {
    const wished = given(account, created).when({ type: 'change', limits: { wantedSlots: 5 } })
    expect(wished.state.limits).toEqual({ ...limits, wantedSlots: 5 })
    expect(
      given(account, created, ...wished.events).when({ type: 'change', limits: { wantedSlots: 5 } }).events,
    ).toEqual([])
    expect(slotsOf(wished.state.limits, 10)).toBe(5)
    expect(slotsOf(wished.state.limits, 2)).toBe(2)
    expect(slotsOf({ slots: 0, wantedSlots: 5 }, 10)).toBe(0)
    expect(slotsOf({ slots: 20, wantedSlots: 15 }, 10)).toBe(15)
    expect(slotsOf(limits, 10)).toBe(10)
  })

  it('X10: says for how many days sessions are kept, and has its own account told', () => {
    const kinds = (event: AccountEvent, state = given(account, created).state) =>
      account.effects(event, state).map(({ kind }) => kind)
    const kept = given(account, created).when({ type: 'change', limits: { retentionDays: 30 } })
    expect([kept.state.limits.retentionDays, kinds(kept.events[0]!)]).toEqual([30, ['account.retain']])
    const renamed = given(account, created, ...kept.events).when({ type: 'change', name: 'bob' })
    expect([renamed.state.limits.retentionDays, kinds(renamed.events[0]!)]).toEqual([30, []])
    const ended = given(account, created, ...kept.events).when({ type: 'change', limits: { retentionDays: null } })
    expect([ended.state.limits.retentionDays, kinds(ended.events[0]!)]).toEqual([null, ['account.retain']])
    expect(given(account, created).when({ type: 'change', limits: { retentionDays: null } }).events).toEqual([])
    for (const retentionDays of [0, 1.5, -7, 3_661])
      expect(given(account, created).when({ type: 'change', limits: { retentionDays } }).refusal).toMatchObject({
        code: 'invalid',
        field: 'limits.retentionDays',
      })
  })

  it('replaces its auth token', () => {
    const { state } = given(account, created).when({ type: 'rotate_token', sealedAuthToken: 'y' })
    expect(state.sealedAuthToken).toBe('y')
  })
})
