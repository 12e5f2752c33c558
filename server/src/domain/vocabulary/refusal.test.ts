import { expect, test } from 'vitest'
import { isRefused, refusals, refuse } from './refusal.ts'

test('a refusal is a value that tells itself from a result', () => {
  const refused = refuse('closed', 'Start a new one.', { conflicting: { noun: 'conversation', id: 'x' } })
  expect(refused).toEqual({
    refusal: { code: 'closed', message: 'Start a new one.', conflicting: { noun: 'conversation', id: 'x' } },
  })
  expect(isRefused(refused)).toBe(true)
  for (const other of [undefined, null, 'refusal', { events: [] }]) expect(isRefused(other)).toBe(false)
})

test('only what time may cure is said to be worth another try', () => {
  const retryable = Object.entries(refusals).flatMap(([code, { retryable }]) => (retryable ? [code] : []))
  expect(retryable).toEqual(['busy_with_stream', 'idempotency_running', 'busy', 'unavailable'])
})
