import type { Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { Settle } from './commands.ts'
import { endWrap } from './ending.ts'
import type { ArtefactSettled, SessionEvent } from './events.ts'
import { evolve } from './evolve.ts'
import type { Artefact, Session } from './state.ts'

type Deciders = Context<SessionEvent>

/**
 * An artefact is there, or will never be. With the last one the session ends (rule 8); one that comes after the end is kept and
 * shown, and one of an earlier attempt is refused (rule 2).
 */
export function decideSettle(session: Session, settle: Settle, context: Deciders): Decision<SessionEvent> | Refused {
  const { artefact, attempt, state } = settle
  const present = session.artefacts[artefact]
  if (attempt !== session.attempt.number) return { events: [refused(settle, 'it is of another attempt', context)] }
  switch (session.state) {
    case 'wrapping':
      return { events: present === 'pending' ? settled(session, [settledBy(settle, context)], context) : [] }
    case 'ended':
      // Only what was given up may still come; told again it is known.
      if (present !== 'failed' || state !== 'done') return { events: [] }
      return { events: [{ ...settledBy(settle, context), late: true }] }
    case 'prepared':
    case 'scheduled':
    case 'queued':
    case 'deferred':
      return { events: [refused(settle, 'its attempt is over', context)] }
    case 'joining':
    case 'dialing':
    case 'ringing':
    case 'live':
    case 'erasing':
      return refuse('wrong_state', 'Nothing is settled before the line has dropped.')
  }
}

/** The bound of wrapping: what is still open has failed (Bolna D14). */
export function failPending(session: Session, context: Deciders): SessionEvent[] {
  const { attempt, artefacts } = session
  const open = (Object.keys(artefacts) as Artefact[]).filter((artefact) => artefacts[artefact] === 'pending')
  const failed = open.map((artefact): ArtefactSettled => {
    const because = 'it was not there in time'
    return { type: 'artefact.settled', at: context.now, artefact, attempt: attempt.number, state: 'failed', because }
  })
  return settled(session, failed, context)
}

function settled(session: Session, events: readonly ArtefactSettled[], context: Deciders): SessionEvent[] {
  const after = events.reduce(evolve, session)
  const isOpen = Object.values(after.artefacts).includes('pending')
  return [...events, ...(isOpen ? [] : endWrap(after, context))]
}

function settledBy({ type: _type, ...settle }: Settle, { now: at }: Deciders): ArtefactSettled {
  return { type: 'artefact.settled', at, ...settle }
}

function refused({ artefact, attempt }: Settle, because: string, { now: at }: Deciders): SessionEvent {
  return { type: 'report.refused', at, what: artefact, attempt, because }
}
