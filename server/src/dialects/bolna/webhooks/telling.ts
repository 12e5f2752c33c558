import type { SessionEvent } from '#domain/session/events.ts'
import type { End, Session, SessionState } from '#domain/session/state.ts'
import type { Followed, Recorded } from '#engine/api.ts'
import { endingStatus, isExecution, openStatus, statusOf, type ExecutionStatus } from '../vocabulary.ts'

/** A change of status that receivers are told of (section 6). */
export interface Told {
  readonly status: ExecutionStatus
  readonly session: Session
  /** An attempt's ending that will be retried: `scheduled` follows in the same transaction (D37). */
  readonly ending?: { readonly end: End; readonly retryAt: number }
}

/**
 * The status an event brings; undefined: none. `from`: the state it finds. An attempt that talked (a voicemail) is no ending to
 * them: it goes on to `scheduled`.
 */
export function statusAfter(event: SessionEvent, from: SessionState | undefined): ExecutionStatus | undefined {
  switch (event.type) {
    case 'session.created':
      return event.to === 'ended' ? undefined : openStatus(event.to)
    case 'session.moved':
      return event.to === 'ended' ? endingStatus(event.outcome ?? 'stopped', from === 'wrapping') : openStatus(event.to)
    case 'attempt.ended':
      return from === 'wrapping' ? undefined : endingStatus(event.outcome, false)
    case 'slot.asked':
    case 'slot.returned':
    case 'leg.reported':
    case 'turn.taken':
    case 'online.asked':
    case 'parting.asked':
    case 'callback.agreed':
    case 'media.no_audio':
    case 'voicemail.judged':
    case 'artefact.settled':
    case 'words.placed':
    case 'lease.taken':
    case 'outcome.fixed':
    case 'retry.dropped':
    case 'tool.called':
    case 'agent.advised':
    case 'model.used':
    case 'words.imported':
    case 'turn.failed':
    case 'mail.composed':
    case 'mail.due':
    case 'mail.settled':
    case 'mail.received':
    case 'mail.turn_due':
    case 'report.refused':
    case 'session.erased':
    case 'control.changed':
    case 'control.failed':
    case 'control.leg_refused':
      return undefined
  }
}

/** What an event of a session is to them; undefined: nothing. One for each change of the shown status, none for `prepared` (D36). */
export function toldOf({ recorded, before, after }: Followed): Told | undefined {
  const { event } = recorded as Recorded<SessionEvent>
  const session = after as Session
  if (!isExecution(session)) return undefined
  const found = (before ?? undefined) as Session | undefined
  const status = statusAfter(event, found?.state)
  if (status === undefined || status === 'prepared') return undefined
  if (event.type === 'attempt.ended') return { status, session, ending: { end: event.end, retryAt: event.retryAt } }
  return found && statusOf(found) === status ? undefined : { status, session }
}

/** What happened after its end: a late artefact, told only to who asked for amendments (5.7). */
export function isAmendment({ event }: Recorded<SessionEvent>): boolean {
  return event.type === 'artefact.settled' && event.late === true
}
