import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { agentHandle, defaultNumberClaim, numberClaim } from './claims.ts'
import type { NumberEvent } from './events.ts'
import { number } from './number.ts'
import type { PhoneNumber } from './state.ts'

const other = '01ka7n36096q14dr9gpqy77zaa'
const add = { type: 'add', number: '+12025550100', route: 'default', hosted: false, isDefault: false } as const
const made: PhoneNumber = {
  id: '01ka7n36096q14dr9gpqy77zxy',
  account: 'alice',
  status: 'live',
  number: '+12025550100',
  agentId: null,
  route: 'default',
  hosted: false,
  isDefault: false,
  createdAt: 1,
  updatedAt: 1,
}
const added: NumberEvent = { type: 'number.written', at: 1, number: made }

describe('a number', () => {
  it('is held by one of the account, and found by its E.164 form', () => {
    const { state } = given(number).when(add)
    expect(state).toEqual({ ...made, createdAt: 1_000, updatedAt: 1_000 })
    expect(number.claims(state)).toEqual([numberClaim('+12025550100')])
    expect(given(number).when(add, { taken: { '+12025550100': other } }).refusal).toMatchObject({
      code: 'in_use',
      field: 'number',
      conflicting: { noun: 'number', id: other },
    })
  })

  it.each(['12025550100', '+0202555', '+1', '+1202555010012345', '+1 202', ''])('refuses %j', (wrong) => {
    expect(given(number).when({ ...add, number: wrong }).refusal).toMatchObject({ code: 'invalid', field: 'number' })
  })

  it('is the default of at most one', () => {
    const first = given(number).when({ ...add, isDefault: true })
    expect(number.claims(first.state)).toContainEqual(defaultNumberClaim)
    const taken = { taken: { default: other } }
    expect(given(number).when({ ...add, isDefault: true }, taken).refusal?.code).toBe('in_use')
    expect(given(number, added).when({ type: 'make_default', isDefault: true }, taken).refusal?.code).toBe('in_use')
    const relieved = given(number, ...first.events).when({ type: 'make_default', isDefault: false })
    expect(number.claims(relieved.state)).toEqual([numberClaim('+12025550100')])
  })

  it('is found by the agent that answers it, and writes nothing when nothing changes', () => {
    const attached = given(number, added).when({ type: 'attach', agentId: other })
    expect(number.handles(attached.state)).toEqual([agentHandle(other)])
    const present = given(number, added, ...attached.events)
    expect(present.when({ type: 'attach', agentId: other }).events).toEqual([])
    expect(number.handles(present.when({ type: 'attach', agentId: null }).state)).toEqual([])
  })

  it('has a version of an agent in its slots until another takes them', () => {
    const agent = { id: other, version: 4 }
    const both = given(number, added).when({ type: 'pin', slots: ['inbound', 'outbound'], agent })
    expect(both.state).toMatchObject({ agentId: other, agentVersion: 4, outbound: agent })
    const present = given(number, added, ...both.events)
    expect(present.when({ type: 'pin', slots: ['inbound'], agent }).events).toEqual([])
    const next = { id: made.id, version: 1 }
    expect(present.when({ type: 'pin', slots: ['outbound'], agent: next }).state).toMatchObject({
      agentId: other,
      agentVersion: 4,
      outbound: next,
    })
  })

  it('is answered by the present version of whom it is attached to, the same agent too', () => {
    const pinned = given(number, added).when({
      type: 'pin',
      slots: ['inbound', 'outbound'],
      agent: { id: other, version: 4 },
    })
    for (const agentId of [other, made.id, null]) {
      const { state } = given(number, added, ...pinned.events).when({ type: 'attach', agentId })
      expect(state).toMatchObject({ agentId, outbound: { version: 4 } })
      expect(state).not.toHaveProperty('agentVersion')
    }
  })

  it('lets go of an agent that has its slots, and of no other', () => {
    const pinned = given(number, added).when({
      type: 'pin',
      slots: ['inbound', 'outbound'],
      agent: { id: other, version: 4 },
    })
    const present = given(number, added, ...pinned.events)
    expect(present.when({ type: 'unpin', slots: ['inbound', 'outbound'], agentId: made.id }).events).toEqual([])
    expect(present.when({ type: 'forget', agentId: made.id }).events).toEqual([])
    const silent = present.when({ type: 'unpin', slots: ['inbound'], agentId: other }).state
    expect(silent).toEqual({ ...made, agentId: null, outbound: { id: other, version: 4 }, updatedAt: 1_000 })
    expect(present.when({ type: 'unpin', slots: ['outbound'], agentId: other }).state).not.toHaveProperty('outbound')
    expect(present.when({ type: 'forget', agentId: other }).state).toEqual({
      ...made,
      agentId: other,
      updatedAt: 1_000,
    })
  })

  it('is erased by its removal, and free to be added again', () => {
    const { events, state } = given(number, added).when({ type: 'remove' })
    expect(number.erasing(state)).toBe(true)
    expect(number.claims(state)).toEqual([])
    expect(given(number, added, ...events).when({ type: 'remove' }).refusal?.code).toBe('not_found')
  })
})
