import { describe, expect, it } from 'vitest'
import { isE164 } from './e164.ts'

describe('a number in E.164 form', () => {
  it.each(['+14155550133', '+4930123456', '+12', '+123456789012345'])('%s is one', (text) => {
    expect(isE164(text)).toBe(true)
  })

  it.each([
    '14155550133',
    '+04155550133',
    '+1',
    '+',
    '',
    '+1234567890123456',
    '+1 415 555 0133',
    '+1415\n',
    'tel:+14155550133',
  ])('%j is none', (text) => {
    expect(isE164(text)).toBe(false)
  })
})
