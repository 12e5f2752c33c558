import { expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { referenceClaim } from '../session/finding.ts'
import { reference } from './reference.ts'

it('keeps the name of an order whose session is gone, and nothing else', () => {
  const { events, state } = given(reference).when({ type: 'keep', key: 'k' })
  expect(events).toEqual([{ type: 'reference.kept', at: 1_000, key: 'k' }])
  expect(reference.claims(state)).toEqual([referenceClaim({ key: 'k' })])
  expect(given(reference, ...events).when({ type: 'keep', key: 'other' }).events).toEqual([])
})
