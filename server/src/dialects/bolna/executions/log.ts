import type { SessionEvent } from '#domain/session/events.ts'
import type { SessionState } from '#domain/session/state.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Recorded } from '#engine/api.ts'
import { statusAfter } from '../webhooks/telling.ts'
import { stamp } from '../time.ts'
import type { Spoken } from './words.ts'

/** A row of a call's log (3.11). No speech pipeline runs here, so no row claims to be one of its requests or responses. */
export interface LogRow {
  readonly created_at: string
  /** The older name of the same (D51). */
  readonly timestamp: string
  readonly type: 'event'
  readonly component: 'system' | 'carrier' | 'conversation'
  readonly provider: string
  readonly data: string
}

/** What happened and what was said, oldest first. */
export function logOf(events: readonly Recorded<SessionEvent>[], said: readonly Spoken[]): readonly LogRow[] {
  const rows: (readonly [at: Instant, row: LogRow])[] = []
  let state: SessionState | undefined
  for (const { event } of events) {
    const words = sentenceOf(event, state)
    if (words) rows.push([event.at, rowOf(event.at, ...words)])
    if (event.type === 'session.created' || event.type === 'session.moved') state = event.to
  }
  for (const { at, who, text } of said) {
    const name = who === 'agent' ? 'assistant' : 'user'
    rows.push([at, rowOf(at, 'conversation', `${name}: ${text}`)])
  }
  return rows.toSorted(([a], [b]) => a - b).map(([, row]) => row)
}

function rowOf(at: Instant, component: LogRow['component'], data: string): LogRow {
  const moment = stamp(at)
  return { created_at: moment, timestamp: moment, type: 'event', component, provider: 'colloquy', data }
}

type Words = readonly [component: LogRow['component'], data: string]

/** Undefined: nothing anybody outside would miss. */
function sentenceOf(event: SessionEvent, state: SessionState | undefined): Words | undefined {
  switch (event.type) {
    case 'session.created':
    case 'session.moved':
      return ['system', `${statusAfter(event, state)}: ${event.because}`]
    case 'attempt.ended':
      return [
        'system',
        `attempt ${event.attempt} ended: ${event.end.cause}; the next is due at ${stamp(event.retryAt)}`,
      ]
    case 'slot.asked':
      return ['system', 'waits for a free slot']
    case 'slot.returned':
      return ['system', `slot given back: ${event.because}`]
    case 'leg.reported':
      return [
        'carrier',
        event.digits === undefined ? `reported ${event.what}` : `digits received: ${event.digits.length}`,
      ]
    case 'online.asked':
      return ['system', 'the user is asked whether they are still there']
    case 'parting.asked':
      return ['system', 'the agent says its last words: nobody said anything for too long']
    case 'callback.agreed':
      return ['system', `another call was agreed for ${stamp(event.dueAt)}`]
    case 'media.no_audio':
      return ['carrier', 'no sound was received since the answer']
    case 'voicemail.judged':
      return ['system', `voicemail ${event.verdict}`]
    case 'artefact.settled':
      return ['system', `${event.artefact} ${event.state}${event.because === undefined ? '' : `: ${event.because}`}`]
    case 'outcome.fixed':
      return ['system', `outcome ${event.outcome} is fixed; no retry follows`]
    case 'retry.dropped':
      return ['system', 'no retry follows: its batch was stopped']
    case 'report.refused':
      return ['carrier', `refused a report of ${event.what}: ${event.because}`]
    case 'control.failed':
      return ['system', `${event.command} came to nothing: ${event.because}`]
    case 'control.leg_refused':
      return ['carrier', `refused a report of ${event.what} on the second leg: ${event.because}`]
    case 'control.changed':
      return event.regions.second === undefined
        ? undefined
        : ['system', `second leg ${event.regions.second?.state ?? 'gone'}`]
    case 'turn.taken':
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
    case 'words.placed':
    case 'lease.taken':
    case 'session.erased':
      return undefined
  }
}
