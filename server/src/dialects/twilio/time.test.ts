import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instantOf, isoTime, zeroTime } from './time.ts'

const at = Date.parse('2026-11-20T09:07:00.123Z')

describe('times', () => {
  it('go out in UTC with milliseconds (3.9)', () => {
    expect(isoTime(at)).toBe('2026-11-20T09:07:00.123Z')
  })

  it.each([
    ['2026-11-20T09:07:00.123Z', 0],
    ['2026-11-20T09:07:00.123456789Z', 0],
    ['2026-11-20T10:07:00.123+01:00', 0],
    ['2026-11-20T10:07:00.123+0100', 0],
    ['2026-11-20T10:07:00,123+01', 0],
    ['2026-11-20 09:07:00.123', 0],
    ['20261120T090700.123Z', 0],
    ['2026-11-20t09:07:00.123z', 0],
    ['2026-11-20T09:07:00Z', -123],
    ['2026-11-20T09:07Z', -123],
    ['2026-11-20T09:08:00Z', 60_000 - 123],
  ])('M12 takes %s', (text, difference) => {
    expect(instantOf(text)).toBe(at + difference)
  })

  it.each([
    '',
    'now',
    '2026-13-01',
    '2026-02-30T00:00:00Z',
    '2026-11-20T25:00:00Z',
    '2026-11-20T09:61:00Z',
    '1732093620',
    '2026-11-20T09:07:00+19:00',
    '9999-12-31T23:59:59-01:00',
    '+002026-11-20',
  ])('does not take "%s"', (text) => {
    expect(instantOf(text)).toBeUndefined()
  })

  it('D72 knows the time that stands for none', () => {
    expect(instantOf('0001-01-01T00:00:00Z')).toBe(zeroTime)
  })

  it('reads back what it writes', () => {
    const instants = fc.integer({ min: zeroTime, max: Date.parse('9999-12-31T23:59:59.999Z') })
    fc.assert(fc.property(instants, (instant) => instantOf(isoTime(instant)) === instant))
  })
})
