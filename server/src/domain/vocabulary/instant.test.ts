import { expect, test } from 'vitest'
import { dayMs, hourMs, minuteMs, yearsAfter } from './instant.ts'

test.each([
  ['2026-11-20T09:05:00.123Z', 3, '2029-11-20T09:05:00.123Z'],
  ['2024-02-29T23:59:59.999Z', 3, '2027-02-28T23:59:59.999Z'],
  ['2024-02-29T00:00:00.000Z', 4, '2028-02-29T00:00:00.000Z'],
  ['2025-03-01T00:00:00.000Z', 3, '2028-03-01T00:00:00.000Z'],
  ['2026-12-31T23:59:59.999Z', 1, '2027-12-31T23:59:59.999Z'],
])('yearsAfter(%s, %i) is %s', (from, years, to) => {
  expect(new Date(yearsAfter(Date.parse(from), years)).toISOString()).toBe(to)
})

test('yearsAfter is what the calendar says, for every day of four centuries', () => {
  const wrong: number[] = []
  for (let day = -70 * 365; day < 330 * 365; day++) {
    const at = day * dayMs + 12_345
    const calendar = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC').add({ years: 3 })
    if (yearsAfter(at, 3) !== calendar.epochMilliseconds) wrong.push(day)
  }
  expect(wrong).toEqual([])
})

test('lengths of time in milliseconds', () => {
  expect([minuteMs, hourMs, dayMs]).toEqual([60_000, 3_600_000, 86_400_000])
})
