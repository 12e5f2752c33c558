import type { SessionEvent } from '#domain/session/events.ts'
import type { End, Session } from '#domain/session/state.ts'
import type { Followed, Recorded } from '#engine/api.ts'
import { endingStatus, statusOf, type ExecutionStatus } from './vocabulary.ts'

/** A change of status that receivers are told of (section 6). */
export interface Told {
  readonly status: ExecutionStatus
  readonly session: Session
  /** An attempt's ending that will be retried: `scheduled` follows in the same transaction (D37). */
  readonly ending?: { readonly end: End; readonly retryAt: number }
}

/** What an event of a session is to them; undefined: nothing. One for each change of the shown status, none for `prepared` (D36). */
export function toldOf({ recorded, before, after }: Followed): Told | undefined {
  const { event } = recorded as Recorded<SessionEvent>
  const session = after as Session
  if (session.kind !== 'telephone') return undefined
  switch (event.type) {
    case 'session.created':
    case 'session.moved': {
      const status = statusOf(session)
      const same = before !== undefined && statusOf(before as Session) === status
      return same || status === 'prepared' ? undefined : { status, session }
    }
    case 'attempt.ended': {
      // An attempt that talked (a voicemail) is not an ending to them: it goes on to `scheduled`.
      const wasLive = (before as Session).attempt.answeredAt !== undefined
      if (wasLive) return undefined
      const { end, retryAt, outcome } = event
      return { status: endingStatus(outcome, wasLive), session, ending: { end, retryAt } }
    }
    case 'slot.asked':
    case 'leg.reported':
    case 'turn.taken':
    case 'online.asked':
    case 'media.no_audio':
    case 'voicemail.judged':
    case 'artefact.settled':
    case 'words.placed':
    case 'lease.taken':
    case 'outcome.fixed':
    case 'report.refused':
    case 'session.erased':
    case 'control.changed':
    case 'control.failed':
      return undefined
  }
}

/** What happened after its end: a late artefact, told only to who asked for amendments (5.7). */
export function isAmendment({ event }: Recorded<SessionEvent>): boolean {
  return event.type === 'artefact.settled' && event.late === true
}
