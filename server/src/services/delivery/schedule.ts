import { dayMs, hourMs, minuteMs, type Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Announcer, SendResult, Verdict } from '../ports.ts'

const firstDelaysMs: readonly Milliseconds[] = [1_000, 5_000, 30_000, 2 * minuteMs, 10 * minuteMs, 30 * minuteMs]
const firstPartMs = firstDelaysMs.reduce((sum, delayMs) => sum + delayMs, 0)

/**
 * Milliseconds after failed try number `tries` (1, 2, …) until the next: 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, then hourly
 * as long as that ends within 24 h of the first try. Undefined: give up (law: D46).
 */
export function hourlyForADay(tries: number): Milliseconds | undefined {
  const hours = tries - firstDelaysMs.length
  if (hours <= 0) return firstDelaysMs[tries - 1]
  return firstPartMs + hours * hourMs <= dayMs ? hourMs : undefined
}

/** What came of an attempt means for the delivery: an announcer may judge answers itself; no answer is everybody's. */
export function verdictOf(result: SendResult, announcer?: Pick<Announcer, 'judge'>): Verdict {
  if ('error' in result) return result.refused ? 'never' : 'again'
  return announcer?.judge ? announcer.judge(result.status) : commonVerdict(result.status)
}

/** Law: D46. Redirects are not followed, and are of no use when tried again. */
function commonVerdict(status: number): Verdict {
  if (status >= 200 && status < 300) return 'delivered'
  return status === 408 || status === 429 || status >= 500 ? 'again' : 'never'
}
