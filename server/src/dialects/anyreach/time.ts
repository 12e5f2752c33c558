import { decodeId, type Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'

/** Whole microseconds since 1970-01-01T00:00:00Z. */
export type Microseconds = number

/** `2026-11-20T09:00:00.000001Z`: UTC, microseconds, `Z` (3.1). */
export function stamp(at: Microseconds): string {
  const second = Math.floor(at / 1_000_000)
  const whole = Temporal.Instant.fromEpochMilliseconds(second * 1_000).toString()
  return whole.replace('Z', `.${String(at - second * 1_000_000).padStart(6, '0')}Z`)
}

/** An instant of ours in their form. */
export function stampOf(at: Instant): string {
  return stamp(at * 1_000)
}

/** A moment with its zone, as an offset or `Z`; undefined: it is none. What is finer than a microsecond is cut off. */
export function readStamp(text: string): Microseconds | undefined {
  try {
    return Number(Temporal.Instant.from(text).epochNanoseconds / 1_000n)
  } catch {
    return undefined
  }
}

/** A moment that a list is asked by: without an offset it is in UTC, and a date alone is its midnight; undefined: it is none. */
export function readMoment(text: string): Microseconds | undefined {
  return readStamp(text) ?? readStamp(`${text}Z`) ?? readStamp(`${text}T00Z`)
}

/**
 * The microseconds of what was made in one millisecond, 0 to 999: its place in the order of minting, which ids carry behind their
 * version (RFC 9562 section 6.2). Two of one millisecond differ, unless a thousand things were made between them: that happens only
 * while a test clock stands still.
 */
export function microsOf(id: Id): number {
  const bytes = decodeId(id)
  const [high = 0, middle = 0, low = 0, lowest = 0] = bytes.subarray(6, 10)
  const minted = ((high & 0x0f) << 22) | (middle << 14) | ((low & 0x3f) << 8) | lowest
  return minted % 1_000
}

/** When something was made, to the microsecond. */
export function madeAt({ id, createdAt }: { readonly id: Id; readonly createdAt: Instant }): Microseconds {
  return createdAt * 1_000 + microsOf(id)
}

/** When something was changed last; what never was, when it was made. */
export function touchedAt(one: {
  readonly id: Id
  readonly createdAt: Instant
  readonly updatedAt: Instant
}): Microseconds {
  return Math.max(madeAt(one), one.updatedAt * 1_000)
}
