/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z, on the clock of the account it belongs to. */
export type Instant = number

/** A length of time in whole milliseconds. */
export type Milliseconds = number

export const minuteMs: Milliseconds = 60_000
export const hourMs: Milliseconds = 3_600_000
export const dayMs: Milliseconds = 86_400_000

/**
 * The instant `years` calendar years later, in UTC; the 29th of February becomes the 28th where there is none. Reckoned here,
 * since every new conversation asks and `Temporal` is dear.
 */
export function yearsAfter(instant: Instant, years: number): Instant {
  const day = Math.floor(instant / dayMs)
  const { year, dayOfYear } = dateOf(day)
  const leapDay = dayOfYear === leapDayOfYear && !endsInLeapDay(year + years)
  return instant + (firstDayOf(year + years) + dayOfYear - (leapDay ? 1 : 0) - day) * dayMs
}

/** Years counted from the 1st of March, so that a leap day is the last of its year. */
const leapDayOfYear = 365
/** From the 1st of March of the year 0 to 1970-01-01. */
const daysBefore1970 = 719_468
const meanYearDays = 365.2425

function dateOf(day: number): { readonly year: number; readonly dayOfYear: number } {
  let year = Math.floor((day + daysBefore1970) / meanYearDays)
  if (firstDayOf(year) > day) year--
  else if (firstDayOf(year + 1) <= day) year++
  return { year, dayOfYear: day - firstDayOf(year) }
}

function firstDayOf(year: number): number {
  return year * 365 + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) - daysBefore1970
}

/** The year from March on ends in February of the next one. */
function endsInLeapDay(year: number): boolean {
  const next = year + 1
  return next % 4 === 0 && (next % 100 !== 0 || next % 400 === 0)
}
