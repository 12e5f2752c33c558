import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'
import { openWords } from '../calls/conversation/words.ts'
import { unknownSession } from '../calls/sessions/views.ts'
import type { Seat } from './api.ts'

/** The counts of what is told of the only connection a session has, as a carrier counts its reports. */
const joined = 1
const left = 2

/**
 * The user comes: the session goes live with its stream and conversation, or goes on where they had lost their connection, in this
 * process or in the one before. Whether the token's time is up is decided here, by what is due first.
 */
export function join(unit: Unit, id: Id, lease: string): Session | Refused {
  const session = unit.state(noun, id)
  if (!session) return unknownSession()
  switch (session.state) {
    case 'joining':
      return goLive(unit, session, lease)
    case 'live': {
      const done = unit.run(noun, id, { type: 'take_lease', lease })
      return isRefused(done) ? done : done.state
    }
    case 'prepared':
    case 'scheduled':
    case 'queued':
    case 'deferred':
    case 'dialing':
    case 'ringing':
    case 'wrapping':
    case 'ended':
    case 'erasing':
      return over
  }
}

/** The user is gone. Where no process has carried the session since the one they were connected to, that one lost it. */
export function leave(unit: Unit, id: Id, lease: string): Refused | object {
  const session = unit.state(noun, id)
  if (session?.state !== 'live') return {}
  const { number: attempt } = session.attempt
  if (session.attempt.lease !== lease) return unit.run(noun, id, { type: 'lose', attempt, cause: 'lost_lease' })
  const what = { is: 'ended', verdict: 'hangup', by: 'user' } as const
  return unit.run(noun, id, { type: 'report', attempt, sequence: left, what })
}

/** Why nobody of this role can come into a browser session now. */
export function whyNot({ state }: Session, role: Seat['role']): Refused | undefined {
  if (state === 'live') return undefined
  if (state !== 'joining') return over
  return role === 'user' ? undefined : refuse('wrong_state', 'Wait until its user has joined.')
}

export const over: Refused = refuse('closed', 'It is over: nobody can come in, and nothing more can be said in it.')

/** Where no conversation can be made, the session goes live all the same; whoever talks tries again. */
function goLive(unit: Unit, { id, attempt: { number: attempt } }: Session, lease: string): Session | Refused {
  const done = unit.run(noun, id, { type: 'report', attempt, sequence: joined, what: { is: 'answered', lease } })
  if (isRefused(done)) return done
  const opened = openWords(unit, done.state)
  return isRefused(opened) ? done.state : opened
}
