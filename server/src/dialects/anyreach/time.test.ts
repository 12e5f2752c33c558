import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mintId } from '#domain/vocabulary/id.ts'
import { madeAt, microsOf, readMoment, readStamp, stamp, stampOf } from './time.ts'

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

  it('that lists are asked by are in UTC where they have no offset, and a date is its midnight', () => {
    const nine = readStamp('2026-11-20T09:00:00Z')
    for (const text of ['2026-11-20T09:00:00Z', '2026-11-20T10:00:00+01:00', '2026-11-20T09:00:00', '2026-11-20 09:00'])
      expect([text, readMoment(text)]).toEqual([text, nine])
    expect(readMoment('2026-11-20T09:00:00.123456')).toBe(readStamp('2026-11-20T09:00:00.123456Z'))
    expect(readMoment('2026-11-20')).toBe(readStamp('2026-11-20T00:00:00Z'))
    const none = ['', 'T', 'now', '2026', '2026-11', '2026-02-30', '09:00', '2026-11-20T', '2026-11-20T25:00', '1e9']
    const zoned = ['2026-11-20Z', '2026-11-20+01:00', '2026-11-20T09:00[Europe/Paris]', '2026-11-20T09:00:00 00:00']
    for (const text of [...none, ...zoned]) expect([text, readMoment(text)]).toEqual([text, undefined])
  })

  it('of what was made in one millisecond differ, and rise with their ids', () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => minted(n))
    expect(ids).toEqual(ids.toSorted())
    expect(ids.map(microsOf)).toEqual(ids.map((_, n) => n))
    expect(microsOf(minted(67_108_863))).toBe(863)
    expect(madeAt({ id: minted(7), createdAt: 5 })).toBe(5_007)
  })
})
