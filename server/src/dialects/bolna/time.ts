import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'

/** D6: `2026-11-12T09:30:00.118204+00:00`. */
export function stamp(at: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString({ fractionalSecondDigits: 6 }).replace('Z', '+00:00')
}

export function stampOrNull(at: Instant | undefined | null): string | null {
  return at === undefined || at === null ? null : stamp(at)
}

/** Seconds with one decimal. */
export function seconds(length: Milliseconds): number {
  return Math.round(length / 100) / 10
}

/** Whole seconds as the carrier counts them: started ones (seen: "28" beside 27.2). */
export function startedSeconds(length: Milliseconds): number {
  return Math.ceil(length / 1000)
}

/** A moment with its zone, as an offset or `Z` (D9); undefined: it is none, or has no zone. */
export function readInstant(text: string): Instant | undefined {
  return readBy(() => Temporal.Instant.from(text))
}

/** A moment in UTC where it names no zone; a date alone is its midnight. */
export function readUtc(text: string): Instant | undefined {
  return readInstant(text) ?? readBy(() => Temporal.PlainDateTime.from(text).toZonedDateTime('UTC').toInstant())
}

function readBy(read: () => Temporal.Instant): Instant | undefined {
  try {
    return read().epochMilliseconds
  } catch {
    return undefined
  }
}
