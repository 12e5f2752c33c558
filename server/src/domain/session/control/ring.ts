import type { Instant } from '../../vocabulary/instant.ts'
import { afterConnectMs, arrivalMs, policyOf } from '../limits.ts'
import type { Session } from '../state.ts'

/**
 * When an inbound call that nobody answers stops ringing: each offer starts the ring time anew, it stands still while a
 * `connect` rings, at least 10 s of it remain after one that failed, and it never lasts beyond 5 min from the arrival.
 */
export function offerRingsUntil(session: Session): Instant {
  const { control, entered, createdAt } = session
  const latest = createdAt + arrivalMs
  if (control?.waiting?.name === 'connect') return latest
  const from = Math.max(entered.at, control?.offer?.at ?? entered.at)
  const usual = from + policyOf(session).ringMs + (control?.ringHeldMs ?? 0)
  const afterConnect = control?.second?.endedAt === undefined ? usual : control.second.endedAt + afterConnectMs
  return Math.min(latest, Math.max(usual, afterConnect))
}
