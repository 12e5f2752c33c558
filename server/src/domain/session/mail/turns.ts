import { hourMs, minuteMs, type Instant, type Milliseconds } from '../../vocabulary/instant.ts'
import type { Mailing } from './state.ts'

/** So many answers a session sends in an hour: two machines that write to each other without saying so are slowed down. */
const answersAnHour = 20
/** Waits before an agent that could not be reached is asked again; then no more. */
const againMs: readonly Milliseconds[] = [5 * minuteMs, 30 * minuteMs]

/** Whether a mail of the user has no answer, and none is on its way. */
export function wantsAnswer({ outgoing, received = 0, answered = 0 }: Mailing): boolean {
  return outgoing === undefined && received > answered
}

/** When the next answer may be written; undefined: at once. */
export function heldUntil({ answeredAt = [] }: Mailing, now: Instant): Instant | undefined {
  const [first] = answeredAt.slice(-answersAnHour)
  const isFull = first !== undefined && answeredAt.length >= answersAnHour && first + hourMs > now
  return isFull ? first + hourMs : undefined
}

/** The answers of the last hour, with one more. */
export function withAnswer({ answeredAt = [] }: Mailing, at: Instant): readonly Instant[] {
  return [...answeredAt.filter((earlier) => earlier + hourMs > at), at].slice(-answersAnHour)
}

/** When an agent that could not be reached is asked again; undefined: no more. */
export function askedAgainAt({ failures = 0 }: Mailing, now: Instant): Instant | undefined {
  const wait = againMs[failures]
  return wait === undefined ? undefined : now + wait
}
