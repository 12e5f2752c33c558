import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import type { PlanEvent } from './events.ts'
import { plan } from './plan.ts'
import type { Plan } from './state.ts'

const settings = { hours: { startHour: 9, endHour: 17, zone: 'Europe/Berlin' }, retry: null, atOnce: 5 }
const made: Plan = {
  id: '01ka7n36096q14dr9gpqy77zxy',
  account: 'alice',
  status: 'live',
  name: 'office',
  settings,
  createdAt: 1,
  updatedAt: 1,
}
const written: PlanEvent = { type: 'plan.written', at: 1, plan: made }

describe('a plan', () => {
  it('is made, changed and removed', () => {
    const { state } = given(plan).when({ type: 'create', name: 'office', settings })
    expect(state).toEqual({ ...made, createdAt: 1_000, updatedAt: 1_000 })
    const changed = given(plan, written).when({ type: 'change', settings: { ...settings, atOnce: null } })
    expect(changed.state).toMatchObject({ name: 'office', settings: { atOnce: null }, updatedAt: 1_000 })
    expect(given(plan, written).when({ type: 'change', name: 'office' }).events).toEqual([])
    const { events, state: removed } = given(plan, written).when({ type: 'remove' })
    expect(plan.erasing(removed)).toBe(true)
    expect(given(plan, written, ...events).when({ type: 'change' }).refusal?.code).toBe('not_found')
  })

  it('refuses settings that no campaign could call by', () => {
    const wrong = { ...settings, hours: { startHour: 17, endHour: 9, zone: null } }
    expect(given(plan).when({ type: 'create', name: 'x', settings: wrong }).refusal).toMatchObject({ field: 'hours' })
    expect(given(plan, written).when({ type: 'change', name: '' }).refusal).toMatchObject({ field: 'name' })
  })
})
