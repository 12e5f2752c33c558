import type { Facets, Key, ListShape, PartRole, Reaction } from '../noun.ts'
import type { SessionEvent } from './events.ts'
import { policyOf } from './limits.ts'
import { isInFlight, isWaiting } from './standing.ts'
import type { Session } from './state.ts'

/** For ever: a batch's row has one session, and the carrier's id of a call finds its session. */
export function keys(event: SessionEvent): readonly Key[] {
  if (event.type === 'session.created') {
    const { batch, callId } = event
    return [
      ...(batch ? [{ use: 'find', kind: 'row', key: `${batch.id}#${batch.row}`, alone: true } as const] : []),
      ...callKey(callId),
    ]
  }
  return event.type === 'session.moved' || event.type === 'leg.reported' ? callKey(event.callId) : []
}

function callKey(key: string | undefined): Key[] {
  return key === undefined ? [] : [{ use: 'find', kind: 'call', key }]
}

/**
 * What its lists sort and filter by: nothing that a report or a turn changes. `wasLive`, `voicemail`: of the last attempt;
 * `voicemail` is undefined where it was not looked for.
 */
export function facets(session: Session): Facets {
  if (session.state === 'erasing') return {}
  const { state, kind, direction, user, own, route, agent, batch, outcome, createdAt, queuedAt, wantsSlot } = session
  const waits = wantsSlot === true
  return {
    listed: true,
    createdAt,
    state,
    outcome: outcome ?? undefined,
    kind,
    direction,
    user,
    own,
    route,
    agent: agent.id,
    batch: batch?.id,
    row: batch?.row,
    waiting: waits ? route : undefined,
    queuedAt: waits ? queuedAt : undefined,
    waitingAgent: isWaiting(session) ? agent.id : undefined,
    inFlight: isInFlight(session) || state === 'wrapping' ? true : undefined,
    wasLive: session.attempt.answeredAt !== undefined,
    voicemail: voicemailOf(session),
  }
}

function voicemailOf(session: Session): boolean | undefined {
  const { answeredAt, voicemail } = session.attempt
  if (answeredAt === undefined || policyOf(session).voicemailMs === null) return undefined
  return voicemail === 'found'
}

type ListName = 'all' | 'by_agent' | 'by_batch' | 'waiting' | 'waiting_by_agent' | 'in_flight'

/** `waiting`: who is in the line for a slot, by route; `in_flight`: what a process that starts must look after. */
export const lists: Readonly<Record<ListName, ListShape>> = {
  all: { equal: 'listed', sort: 'createdAt' },
  by_agent: { equal: 'agent', sort: 'createdAt' },
  by_batch: { equal: 'batch', sort: 'row' },
  waiting: { equal: 'waiting', sort: 'queuedAt' },
  waiting_by_agent: { equal: 'waitingAgent', sort: 'createdAt' },
  in_flight: { equal: 'inFlight', sort: 'createdAt' },
}

/** The order, the artefacts, and for the rest its timeline; who spoke and what was counted is in none. */
export function part(event: SessionEvent): PartRole | undefined {
  if (event.type === 'session.created') return { creates: 'order' }
  if (event.type === 'artefact.settled') return { creates: 'artefact' }
  if (event.type === 'turn.taken' || (event.type === 'leg.reported' && event.what === 'media')) return undefined
  return { creates: 'timeline' }
}

/** The stream of the talk ends with it, in the same transaction. */
export function reactions(event: SessionEvent, { streamId }: Session): readonly Reaction[] {
  if (event.type !== 'session.moved' || event.from !== 'live' || streamId === undefined) return []
  return [{ noun: 'stream', id: streamId, command: { type: 'stop', because: event.because } }]
}
