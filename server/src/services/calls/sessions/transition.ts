import type { Context } from '#domain/noun.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Sessions } from '../api.ts'

/** How many deadlines that change no state (a question, a note of missing sound) are looked past. */
const lookedPast = 8

/** The next change of state that time alone brings: what its deadlines would decide, one after the other. */
export const nextTransition: Sessions['nextTransition'] = (session) => {
  let after: Session = session
  for (let i = 0; i < lookedPast; i++) {
    const due = noun.deadline(after)
    if (!due) return undefined
    const decided = noun.decide(after, due.command, atInstant(session, due.at))
    if (isRefused(decided) || decided.events.length === 0) return undefined
    for (const event of decided.events) after = noun.evolve(after, event)
    if (after.state !== session.state) return { to: after.state, at: due.at, because: due.because }
  }
  return undefined
}

/** Only looked at, never stored: the ids it gives are of no consequence. */
function atInstant({ id, account }: Session, now: number): Context<SessionEvent> {
  return {
    now,
    self: id,
    account,
    by: 'deadline',
    next: 1,
    id: () => id,
    taken: () => undefined,
    found: () => undefined,
  }
}
