import type { SessionEvent } from '#domain/session/events.ts'
import type { End, SessionOutcome, SessionState } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Recorded } from '#engine/api.ts'
import type { Sessions } from '#services/calls/api.ts'
import { isAmendment, statusAfter } from '../webhooks/telling.ts'
import type { ExecutionStatus } from '../vocabulary.ts'

/** A change of status, also of an attempt that is retried. */
export interface Change {
  readonly recorded: Recorded<SessionEvent>
  readonly sequence: number
  readonly status: ExecutionStatus
  readonly attempt: number
  readonly because: string
  readonly by: string
  readonly end?: End
  /** When the next attempt is due, of an ending that is retried. */
  readonly retryAt?: Instant
}

/** One dial, as the timeline tells of it. */
export interface PastDial {
  readonly attempt: number
  dialedAt?: Instant
  ringingAt?: Instant
  answeredAt?: Instant
  endedAt?: Instant
  callId?: string
  outcome?: SessionOutcome
  end?: End
  cost?: number
}

/** Where words of an attempt are: communications of a conversation after a part number. */
export interface Placement {
  readonly attempt: number
  readonly conversationId: Id
  readonly after: number
}

export interface History {
  readonly changes: readonly Change[]
  readonly dials: readonly PastDial[]
  readonly placements: readonly Placement[]
  /** Late artefacts, which those who want amendments are told of. */
  readonly amendments: readonly Recorded<SessionEvent>[]
}

/** A session's past, of all its events in order. */
export function historyOf(events: readonly Recorded<SessionEvent>[]): History {
  const changes: Change[] = []
  const dials = new Map<number, PastDial>()
  const placements: Placement[] = []
  let state: SessionState | undefined
  let attempt = 0
  for (const recorded of events) {
    const { event } = recorded
    const status = statusAfter(event, state)
    if (event.type === 'session.moved' && event.to === 'dialing') attempt = event.attempt ?? attempt + 1
    if (status !== undefined) changes.push(changeOf(recorded, status, changes.length + 1, attempt))
    if (event.type === 'session.created') {
      state = event.to
      if (event.to === 'ringing') attempt = 1
    }
    noteDial(dials, event, attempt)
    if (event.type === 'session.moved') state = event.to
    if (event.type === 'words.placed') {
      const { conversationId, after } = event
      placements.push({ attempt, conversationId, after })
    }
  }
  return { changes, dials: [...dials.values()], placements, amendments: events.filter(isAmendment) }
}

function changeOf(
  recorded: Recorded<SessionEvent>,
  status: ExecutionStatus,
  sequence: number,
  attempt: number,
): Change {
  const { event } = recorded
  const about = { recorded, sequence, status, attempt: Math.max(1, attempt) }
  if (event.type === 'attempt.ended') {
    const { end, retryAt } = event
    return { ...about, by: end.by, because: end.cause, end, retryAt }
  }
  if (event.type !== 'session.created' && event.type !== 'session.moved') throw new Error('Only moves bring a status.')
  const { by, because } = event
  return { ...about, by, because, ...(event.type === 'session.moved' && event.end && { end: event.end }) }
}

function noteDial(dials: Map<number, PastDial>, event: SessionEvent, number: number): void {
  const dial = number === 0 ? undefined : dials.getOrInsertComputed(number, (attempt) => ({ attempt }))
  if (dial === undefined) return
  if (event.type === 'session.created' && event.callId !== undefined) dial.callId = event.callId
  if (event.type === 'session.created' && event.to === 'ringing') dial.ringingAt = event.at
  if ((event.type === 'leg.reported' || event.type === 'session.moved') && event.callId !== undefined)
    dial.callId = event.callId
  if (event.type === 'session.moved') noteMove(dial, event)
  if (event.type === 'attempt.ended' && event.attempt === number) {
    const { outcome, end, at } = event
    Object.assign(dial, { outcome, end, endedAt: dial.endedAt ?? at })
  }
  if (event.type === 'artefact.settled' && event.artefact === 'cost' && event.cost !== undefined) dial.cost = event.cost
}

function noteMove(dial: PastDial, event: Extract<SessionEvent, { type: 'session.moved' }>): void {
  const { to, at, from, outcome, end } = event
  if (to === 'dialing') dial.dialedAt = at
  if (to === 'ringing') dial.ringingAt = at
  if (to === 'live') dial.answeredAt = at
  const ended = to === 'wrapping' || (to === 'ended' && (from === 'dialing' || from === 'ringing'))
  if (ended) Object.assign(dial, { outcome, end, endedAt: at })
}

const readAtOnce = 500
const eventsMost = 20_000

/** Its whole timeline; undefined: no such session. */
export async function everyEvent(
  { timeline }: Pick<Sessions, 'timeline'>,
  account: string,
  id: Id,
): Promise<readonly Recorded<SessionEvent>[] | undefined> {
  const events: Recorded<SessionEvent>[] = []
  for (let after = 0; events.length < eventsMost;) {
    const page = await timeline(account, id, { after, limit: readAtOnce })
    if (!page) return undefined
    events.push(...page.items)
    if (page.next === undefined) break
    after = page.next
  }
  return events
}
