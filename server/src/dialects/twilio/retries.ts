import { hourMs, minuteMs, type Milliseconds } from '#domain/vocabulary/instant.ts'

const delays = [1_000, 5_000, 30_000, 2 * minuteMs, 10 * minuteMs, 30 * minuteMs] as const
const hourlyTries = 23

/** After 1 s, 5 s, 30 s, 2 min, 10 min and 30 min, then hourly to 24 h (specification section 6). */
export function retryAfter(tries: number): Milliseconds | undefined {
  if (tries <= delays.length) return delays[tries - 1]
  return tries <= delays.length + hourlyTries ? hourMs : undefined
}
