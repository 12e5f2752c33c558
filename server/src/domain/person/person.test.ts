import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { liveTokensAtMost, membershipsAtMost } from './decide.ts'
import type { PersonEvent } from './events.ts'
import { person, tokensKept } from './person.ts'
import { isGood, type Person } from './state.ts'

const bob: Person = {
  id: '01ka7n36096q14dr9gpqy77zxy',
  name: 'bob',
  status: 'live',
  tokens: [],
  memberships: [],
  createdAt: 1,
  updatedAt: 1,
}
const created: PersonEvent = { type: 'person.created', at: 1, person: bob }
const tokened = (id: string, at = 2, expiresAt?: number): PersonEvent => ({
  type: 'person.token_created',
  at,
  token: { id, name: '', hash: 'h', createdAt: at, revokedAt: null, ...(expiresAt !== undefined && { expiresAt }) },
})
const newToken = { type: 'create_token' as const, id: 't', name: 'laptop', hash: 'h' }

describe('a person', () => {
  it('is found by each token that is not revoked, and by none once removed', () => {
    const present = given(person, created, tokened('a'), tokened('b'))
    const { state } = present.when({ type: 'revoke_token', id: 'a' })
    expect(person.claims(state)).toEqual([{ kind: 'person_token', route: 'b', key: 'b' }])
    const removed = present.when({ type: 'remove' })
    expect(person.claims(removed.state)).toEqual([])
    expect(person.erasing(removed.state)).toBe(true)
    expect(given(person, created, ...removed.events).when(newToken).refusal?.code).toBe('not_found')
  })

  it('refuses a token that somebody has, that is worthless at once, or that is one too many', () => {
    expect(given(person, created, tokened('t')).when(newToken).refusal?.code).toBe('in_use')
    expect(given(person, created).when(newToken, { taken: { t: 'other' } }).refusal?.code).toBe('in_use')
    expect(given(person, created).when({ ...newToken, expiresAt: 1_000 }).refusal).toMatchObject({ field: 'expiresAt' })
    const full = Array.from({ length: liveTokensAtMost }, (_, i) => tokened(`${i}`))
    expect(given(person, created, ...full).when(newToken).refusal?.code).toBe('limit_reached')
  })

  it('stays bounded however many tokens expire', () => {
    const { state } = given(person, created, ...Array.from({ length: 300 }, (_, i) => tokened(`${i}`, i, i + 1)))
    expect(state.tokens).toHaveLength(tokensKept)
    expect(isGood({ revokedAt: null, expiresAt: 5 }, 4)).toBe(true)
    expect(isGood({ revokedAt: null, expiresAt: 5 }, 5)).toBe(false)
  })

  it('is one thing in each account, and writes nothing where nothing changes', () => {
    const joined = given(person, created).when({ type: 'join', account: 'shop', role: 'viewer' })
    const present = given(person, created, ...joined.events)
    expect(present.when({ type: 'join', account: 'shop', role: 'viewer' }).events).toEqual([])
    const { state } = present.when({ type: 'join', account: 'shop', role: 'admin' }, { now: 5_000 })
    expect(state.memberships).toEqual([{ account: 'shop', role: 'admin', since: 1_000 }])
    expect(present.when({ type: 'leave', account: 'shop' }).state.memberships).toEqual([])
    expect(present.when({ type: 'leave', account: 'bank' }).refusal?.code).toBe('not_found')
  })

  it('has a head of at most 5 KB, however much there is of everything', () => {
    const named = { ...bob, name: 'x'.repeat(128) }
    const made: PersonEvent = { type: 'person.created', at: 1, person: named }
    const at = 1_800_000_000_000
    const tokens = Array.from({ length: 40 }, (_, i): PersonEvent => {
      const id = `${i}`.padStart(32, '0')
      const token = { id, name: 'x'.repeat(128), hash: 'f'.repeat(64), createdAt: at + i, revokedAt: null }
      return { type: 'person.token_created', at: at + i, token: { ...token, expiresAt: at + i + 1 } }
    })
    const joined = Array.from({ length: membershipsAtMost }, (_, i): PersonEvent => {
      const account = `${i}`.padStart(26, '0')
      return { type: 'person.joined', at, membership: { account, role: 'viewer', since: at } }
    })
    const { state } = given(person, made, ...tokens, ...joined).when({ type: 'leave', account: 'nowhere' })
    expect([state.tokens.length, state.memberships.length]).toEqual([tokensKept, membershipsAtMost])
    expect(JSON.stringify(state).length).toBeLessThan(5 * 1024)
  })

  it('is a member of a bounded number of accounts', () => {
    const many = Array.from({ length: membershipsAtMost }, (_, i): PersonEvent => {
      return { type: 'person.joined', at: i, membership: { account: `${i}`, role: 'viewer', since: i } }
    })
    const full = given(person, created, ...many)
    expect(full.when({ type: 'join', account: 'one', role: 'admin' }).refusal?.code).toBe('limit_reached')
    expect(full.when({ type: 'join', account: '7', role: 'admin' }).refusal).toBeUndefined()
  })
})
