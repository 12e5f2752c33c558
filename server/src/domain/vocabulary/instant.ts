/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z, on the clock of the account it belongs to. */
export type Instant = number

/** A length of time in whole milliseconds. */
export type Milliseconds = number

export const minuteMs: Milliseconds = 60_000
export const hourMs: Milliseconds = 3_600_000
export const dayMs: Milliseconds = 86_400_000

/** The instant `years` calendar years later, in UTC; the 29th of February becomes the 28th where there is none. */
export function yearsAfter(instant: Instant, years: number): Instant {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO('UTC').add({ years }).epochMilliseconds
}
