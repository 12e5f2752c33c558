import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { dayMs } from '../vocabulary/instant.ts'
import { operation } from './operation.ts'

const about = { noun: 'configuration' as const, id: '01ka7n36096q14dr9gpqy77zaa' }

describe('an operation', () => {
  it('D24: is completed the moment it is made', () => {
    const { state } = given(operation).when({ type: 'complete', about })
    expect(state).toMatchObject({ status: 'completed', about, createdAt: 1_000, completedAt: 1_000, error: null })
  })

  it('is forgotten by its own deadline after 30 days', () => {
    const { events, state } = given(operation).when({ type: 'complete', about })
    const deadline = operation.deadline(state)!
    expect(deadline.at).toBe(1_000 + 30 * dayMs)
    const later = given(operation, ...events).when(deadline.command, { now: deadline.at })
    expect(operation.erasing(later.state)).toBe(true)
    expect(operation.deadline(later.state)).toBeUndefined()
  })
})
