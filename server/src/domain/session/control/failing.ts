import type { Instant } from '../../vocabulary/instant.ts'
import type { SessionEvent } from '../events.ts'
import type { Cause, Session } from '../state.ts'
import { endedLeg } from './ending.ts'
import { changed, controlOf, failed } from './regions.ts'
import type { SecondLeg } from './state.ts'

export interface Failing {
  /** What brought it about; `ended`: the carrier says that the leg is over, else it is hung up. */
  readonly on: string
  readonly cause: Cause
  /** What the command is told, where that is not the cause. */
  readonly because?: string
  /** The leg as it now is, where a report has just changed it. */
  readonly second?: SecondLeg
}

/** A connect or transfer comes to nothing: its command is told why, and the agent goes on as before (TF13, R5). */
export function failSecond(
  session: Session,
  at: Instant,
  { on, cause, because = cause, second = session.control?.second }: Failing,
): readonly SessionEvent[] {
  const { agent, waiting, ringHeldMs = 0 } = controlOf(session)
  if (!second) return []
  const held = agent === 'pending' ? { ringHeldMs: ringHeldMs + at - second.dialedAt } : {}
  return [
    ...(waiting ? [failed(waiting, at, because)] : []),
    changed(session, at, on, { second: endedLeg(second, at, cause), ...held }),
  ]
}
