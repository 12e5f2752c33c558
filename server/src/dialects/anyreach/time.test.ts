import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mintId } from '#domain/vocabulary/id.ts'
import { madeAt, microsOf, readStamp, stamp, stampOf } from './time.ts'

/** The n-th id that was minted in a millisecond, as the engine does it. */
function minted(n: number): string {
  const bytes = Uint8Array.from([n >>> 22, n >>> 14, (n >>> 8) & 0x3f, n, 9, 9, 9, 9, 9, 9])
  return mintId(1_800_000_000_000, 7, bytes)
}

describe('moments', () => {
  it('have microseconds and a Z', () => {
    expect(stamp(1_800_000_000_000_001)).toBe('2027-01-15T08:00:00.000001Z')
    expect(stampOf(1_800_000_000_123)).toBe('2027-01-15T08:00:00.123000Z')
    expect(stamp(0)).toBe('1970-01-01T00:00:00.000000Z')
  })

  it('are read as they are written, with a Z or an offset', () => {
    fc.assert(
      fc.property(fc.nat(4_000_000_000_000_000), (at) => {
        expect(readStamp(stamp(at))).toBe(at)
      }),
    )
    expect(readStamp('2027-01-15T09:00:00.000001+01:00')).toBe(1_800_000_000_000_001)
    for (const text of ['', 'now', '2027-01-15', '2027-01-15T09:00:00']) expect(readStamp(text)).toBeUndefined()
  })

  it('of what was made in one millisecond differ, and rise with their ids', () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => minted(n))
    expect(ids).toEqual(ids.toSorted())
    expect(ids.map(microsOf)).toEqual(ids.map((_, n) => n))
    expect(microsOf(minted(67_108_863))).toBe(863)
    expect(madeAt({ id: minted(7), createdAt: 5 })).toBe(5_007)
  })
})
