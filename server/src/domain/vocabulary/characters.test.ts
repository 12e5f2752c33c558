import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLonger } from './characters.ts'

describe('the length of a text', () => {
  it.each([
    ['', 0, false],
    ['x', 0, true],
    ['café', 4, false],
    ['café', 3, true],
    ['😀😀', 2, false],
    ['😀😀', 1, true],
    ['a😀b', 3, false],
    // Combined ones are several, and half of a pair is one.
    ['e\u0301', 1, true],
    ['\ud83d', 1, false],
  ])('%j is longer than %i: %s', (text, most, is) => {
    expect(isLonger(text, most)).toBe(is)
  })

  it('is in code points, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, most) => {
        expect(isLonger(text, most)).toBe([...text].length > most)
      }),
    )
  })
})
