import { yearsAfter, type Milliseconds } from '../vocabulary/instant.ts'
import { aheadMs, arrivalMs, deferredMs, preparedMs, turnMs } from './limits.ts'
import type { Policy, SessionKind, SessionState } from './state.ts'

/** Three calendar years, whichever they are. */
const longestTextMs: Milliseconds = yearsAfter(0, 3)

/**
 * Rule 1 as numbers: from any moment in each state, how long it takes at most until a session has ended if nothing happens to
 * it any more but its deadlines.
 */
export function terminalBound(
  policy: Policy,
  kind: SessionKind = 'telephone',
): Readonly<Record<SessionState, Milliseconds>> {
  const { queueMs, setupMs, ringMs, capMs, wrapMs, idleMs, tokenMs, retry } = policy
  // A retry that finds no slot ends in the queue, and is not retried; a call that its program made waits for it to connect again, also then.
  const reopened = kind === 'telephone' ? ringMs : 0
  const again = reopened + (kind === 'telephone' && retry ? Math.max(...retry.afterMs) + queueMs : 0)
  const isSpoken = kind === 'telephone' || kind === 'browser'
  const talk = isSpoken ? capMs : idleMs === null ? longestTextMs : Math.min(idleMs + turnMs, longestTextMs)
  const scheduled = Math.max(aheadMs, ringMs, ...(retry?.afterMs ?? [])) + queueMs + reopened
  return {
    prepared: Math.max(preparedMs, scheduled),
    scheduled,
    queued: queueMs + again,
    deferred: deferredMs + again,
    joining: tokenMs,
    dialing: setupMs + again,
    ringing: Math.max(ringMs + again, arrivalMs),
    live: talk + wrapMs,
    wrapping: wrapMs + again,
    ended: 0,
    erasing: 0,
  }
}
