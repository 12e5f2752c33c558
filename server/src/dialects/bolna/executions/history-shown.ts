import type { SessionEvent } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import type { Recorded } from '#engine/api.ts'
import { cents, pastStatus, providerCode, transcriptOf } from './execution.ts'
import { hangupOf } from './hangups.ts'
import type { Change, History, PastDial } from './history.ts'
import { uuidOf } from '../ids.ts'
import { seconds, stamp, stampOrNull } from '../time.ts'
import type { Spoken } from './words.ts'

/** The answer of `GET /executions/{id}/events`: every status it had, each attempt, and what came too late. */
export function shownHistory(
  session: Session,
  events: readonly Recorded<SessionEvent>[],
  { changes, dials }: History,
  said: readonly Spoken[],
) {
  const isCompleted = changes.at(-1)?.status === 'completed'
  const last = isCompleted ? dials.at(-1) : undefined
  return {
    id: uuidOf(session.id),
    data: changes.map((change) => shownChange(session, change)),
    attempts: dials.map((dial) => shownDial(session, dial, said, dial === last)),
    refused: events.flatMap(({ event }) =>
      event.type === 'report.refused'
        ? [
            {
              at: stamp(event.at),
              what: event.what,
              attempt: event.attempt ?? null,
              provider_sequence: event.sequence ?? null,
              because: event.because,
            },
          ]
        : [],
    ),
  }
}

function shownChange({ direction }: Session, { recorded, status, sequence, attempt, by, because, ...more }: Change) {
  const { end, retryAt } = more
  const hangup = end && hangupOf(end.cause, direction)
  return {
    sequence,
    status,
    at: stamp(recorded.event.at),
    attempt,
    by,
    because,
    outcome: hangup?.outcome ?? null,
    hangup_by: hangup?.by ?? null,
    hangup_reason: hangup?.reason ?? null,
    next_attempt_at: stampOrNull(retryAt),
  }
}

function shownDial({ direction }: Session, dial: PastDial, said: readonly Spoken[], isCompleted: boolean) {
  const { attempt, dialedAt, ringingAt, answeredAt, endedAt, outcome, end } = dial
  const hangup = end && hangupOf(end.cause, direction)
  const talked = answeredAt !== undefined && endedAt !== undefined ? seconds(endedAt - answeredAt) : 0
  return {
    attempt,
    status: isCompleted ? 'completed' : outcome === undefined ? null : pastStatus(outcome, answeredAt !== undefined),
    initiated_at: stampOrNull(dialedAt),
    ringing_at: stampOrNull(ringingAt),
    answered_at: stampOrNull(answeredAt),
    ended_at: stampOrNull(endedAt),
    provider_call_id: dial.callId ?? null,
    hangup_by: hangup?.by ?? null,
    hangup_reason: hangup?.reason ?? null,
    hangup_provider_code: providerCode(end),
    outcome: hangup?.outcome ?? null,
    conversation_duration: talked,
    transcript: transcriptOf(said.filter((one) => one.attempt === attempt)),
    total_cost: cents(dial.cost ?? 0),
  }
}
