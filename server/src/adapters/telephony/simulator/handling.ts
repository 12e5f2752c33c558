import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Leg, Played } from './leg.ts'
import { answered } from './play.ts'
import { finish, mediaReport } from './telling.ts'

/** What takes its way through the network before the carrier tells of it. */
const wayMs: Milliseconds = 100

/** We hang up, cancel or decline. */
export function hangUp(leg: Leg, at: Instant, { reject }: { readonly reject: boolean }): Played {
  switch (leg.phase) {
    case 'over':
      return { leg, told: [] }
    case 'talking':
      return finish(leg, at, { verdict: 'hangup', by: 'us', protocol: { sip: 200, q850: 16 } }, wayMs)
    case 'calling':
    case 'ringing':
      break
  }
  // The phone's answer and our cancel meet on the way, and the answer wins (RFC 3261 section 9.1).
  if (leg.direction === 'outbound' && leg.steps[leg.done]?.do === 'wait-for-cancel')
    return { leg: { ...leg, done: leg.done + 1, restedAt: at }, told: [] }
  const protocol = reject && leg.direction === 'inbound' ? { sip: 603, q850: 21 } : { sip: 487, q850: 16 }
  return finish(leg, at, { verdict: 'hangup', by: 'us', protocol }, wayMs)
}

/** We answer a call that came in; undefined: there is nothing to answer. To answer twice does no harm. */
export function answer(leg: Leg, at: Instant): Played | undefined {
  if (leg.direction === 'outbound' || leg.phase === 'over') return undefined
  return leg.phase === 'talking' ? { leg, told: [] } : answered(leg, at, wayMs)
}

/** Somebody speaks to the phone for a while. */
export function hear(leg: Leg, at: Instant, lastsMs: Milliseconds): Leg {
  if (leg.phase !== 'talking') return leg
  return { ...leg, heardUntil: Math.max(leg.heardUntil ?? 0, at + lastsMs) }
}

/** The sound of the call is set up anew (RFC 3261 section 14), and looked at. */
export function reinvite(leg: Leg, at: Instant): Played {
  return leg.phase === 'talking' ? mediaReport(leg, at, wayMs) : { leg, told: [] }
}
