import type { Claim, Facets, Handle, Key, ListShape, PartRole, Reaction } from '../noun.ts'
import type { Id } from '../vocabulary/id.ts'
import type { SessionEvent } from './events.ts'
import { policyOf } from './limits.ts'
import { mailKeys } from './mail/finding.ts'
import { isImported, isInFlight, isWaiting, isWritten } from './standing.ts'
import type { Reference, Session, Words } from './state.ts'

/** For ever: a batch's row has one session, and the carrier's id of a call finds its session. */
export function keys(event: SessionEvent): readonly Key[] {
  if (event.type === 'session.created') {
    const { batch, callId } = event
    return [
      ...(batch ? [{ use: 'find', kind: 'row', key: `${batch.id}#${batch.row}`, alone: true } as const] : []),
      ...callKey(callId),
    ]
  }
  if (event.type === 'mail.composed' || event.type === 'mail.received') return mailKeys(event)
  return event.type === 'session.moved' || event.type === 'leg.reported' ? callKey(event.callId) : []
}

function callKey(key: string | undefined): Key[] {
  return key === undefined ? [] : [{ use: 'find', kind: 'call', key }]
}

/** The session of an order that its maker named. */
export function referenceClaim({ key }: Pick<Reference, 'key'>): Claim {
  return { kind: 'session_reference', route: key, key }
}

/** What only it may hold, as long as it is there. */
export function claims({ state, reference }: Session): readonly Claim[] {
  return reference && state !== 'erasing' ? [referenceClaim(reference)] : []
}

/** The calls that one caller has made to one of our numbers and its agent are counted by it. */
export function callerHandle({ agent, own, user }: Pick<Session, 'own' | 'user'> & { readonly agent: Id }): Handle {
  return { kind: 'caller', key: `${agent} ${own} ${user}` }
}

/** The text sessions that are live and have their words in a conversation. */
export function writtenInHandle(conversation: Id): Handle {
  return { kind: 'written_in', key: conversation }
}

/** Who has called here stays known as long as the session does; where a text session has its words, as long as it is live. */
export function handles(session: Session): readonly Handle[] {
  const { state, end, kind, direction, agent, own, user, words } = session
  const place = words.at(-1)
  if (kind === 'text') return state === 'live' && place ? [writtenInHandle(place.conversationId)] : []
  if (state === 'erasing' || kind !== 'telephone' || direction !== 'inbound' || isImported({ end })) return []
  return [callerHandle({ agent: agent.id, own, user })]
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
    waits: waits ? true : undefined,
    waiting: waits ? route : undefined,
    queuedAt: waits ? queuedAt : undefined,
    // What is prepared is found by its batch, which is stopped with its agent.
    waitingAgent: isWaiting(session) && state !== 'prepared' ? agent.id : undefined,
    inFlight: isCarried(session) ? true : undefined,
    wasLive: session.attempt.answeredAt !== undefined,
    voicemail: voicemailOf(session),
    imported: isImported(session) ? true : undefined,
  }
}

/** Nobody has to take up again what is only written. */
function isCarried(session: Session): boolean {
  return !isWritten(session) && (isInFlight(session) || session.state === 'wrapping')
}

function voicemailOf(session: Session): boolean | undefined {
  const { answeredAt, voicemail } = session.attempt
  if (answeredAt === undefined || policyOf(session).voicemailMs === null) return undefined
  return voicemail === 'found'
}

type ListName = 'all' | 'by_agent' | 'by_batch' | 'in_line' | 'waiting' | 'waiting_by_agent' | 'in_flight'

/** `in_line`: who waits for a slot on any route; `waiting`: the same by route; `in_flight`: what a process that starts must look after. */
export const lists: Readonly<Record<ListName, ListShape>> = {
  all: { equal: 'listed', sort: 'createdAt' },
  by_agent: { equal: 'agent', sort: 'createdAt' },
  by_batch: { equal: 'batch', sort: 'row' },
  in_line: { equal: 'waits', sort: 'queuedAt' },
  waiting: { equal: 'waiting', sort: 'queuedAt' },
  waiting_by_agent: { equal: 'waitingAgent', sort: 'createdAt' },
  in_flight: { equal: 'inFlight', sort: 'createdAt' },
}

/** The order, the artefacts, the tools used, what the agent was advised and what its model took, what was said elsewhere, and for the rest its timeline; what was counted on a call is in none. */
export function part(event: SessionEvent): PartRole | undefined {
  if (event.type === 'session.created') return { creates: 'order' }
  if (event.type === 'artefact.settled') return { creates: 'artefact' }
  if (event.type === 'tool.called') return { creates: 'tool_call' }
  if (event.type === 'model.used') return { creates: 'usage' }
  if (event.type === 'agent.advised') return { creates: 'advice' }
  if (event.type === 'words.imported') return { creates: 'history' }
  if (event.type === 'mail.composed' || event.type === 'mail.received') return { creates: 'mail' }
  if (event.type === 'turn.taken') return event.words === undefined ? undefined : { creates: 'turn' }
  if (event.type === 'leg.reported' && event.what === 'media') return undefined
  return { creates: 'timeline' }
}

/**
 * The stream of the talk ends with it, the conversation of what is written knows of it, and its reference outlives it, in the same
 * transaction.
 */
export function reactions(event: SessionEvent, session: Session): readonly Reaction[] {
  if (event.type === 'session.erased') return keptReference(event.keeper, session)
  if (isWritten(session)) return writtenReactions(event, session)
  const { streamId } = session
  if (event.type !== 'session.moved' || event.from !== 'live' || streamId === undefined) return []
  return [{ noun: 'stream', id: streamId, command: { type: 'stop', because: event.because } }]
}

function keptReference(id: Id | undefined, { reference }: Session): readonly Reaction[] {
  return id === undefined || !reference
    ? []
    : [{ noun: 'reference', id, command: { type: 'keep', key: reference.key } }]
}

function writtenReactions(event: SessionEvent, { id: sessionId, words }: Session): readonly Reaction[] {
  const attach = { type: 'attach_session', sessionId } as const
  const detach = { type: 'detach_session', sessionId } as const
  const to = (place: Words | undefined, command: typeof attach | typeof detach): Reaction[] =>
    place ? [{ noun: 'conversation', id: place.conversationId, command }] : []
  if (event.type === 'words.placed') return [...to(words.at(-2), detach), ...to(words.at(-1), attach)]
  if (event.type !== 'session.moved' || event.end === undefined || event.from === 'wrapping') return []
  return to(words.at(-1), detach)
}
