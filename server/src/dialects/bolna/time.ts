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
