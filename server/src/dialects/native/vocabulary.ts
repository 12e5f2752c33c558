import { isId, type Id } from '#domain/vocabulary/id.ts'
import type { BatchStatus } from '#domain/batch/state.ts'
import type { Status } from '#domain/conversation/state.ts'
import type { SessionState } from '#domain/session/state.ts'

/** What an id starts with says what it names. */
export type Prefix =
  | 'account'
  | 'agent'
  | 'batch'
  | 'communication'
  | 'configuration'
  | 'conversation'
  | 'dispatcher'
  | 'endpoint'
  | 'number'
  | 'participant'
  | 'person'
  | 'session'
  | 'wallet'

/** `conversation`, `01k…` to `conversation_01k…`. */
export function showId(prefix: Prefix, id: Id): string {
  return `${prefix}_${id}`
}

/** `conversation_01k…` to `01k…`; undefined: not an id of this kind. */
export function readId(prefix: Prefix, text: string): Id | undefined {
  const bare = text.startsWith(`${prefix}_`) ? text.slice(prefix.length + 1) : ''
  return isId(bare) ? bare : undefined
}

/** The id of an event: its aggregate's and its number within it, `event_01k….7`. */
export function showEventId(id: string): string {
  return `event_${id}`
}

export function readEventId(text: string): string | undefined {
  const [, id, number] = /^event_([0-9a-z]{26})\.(\d{1,10})$/.exec(text) ?? []
  return id !== undefined && isId(id) ? `${id}.${number}` : undefined
}

/** Milliseconds to `2026-11-20T09:05:00.000Z`. */
export function showInstant(at: number): string {
  return new Date(at).toISOString()
}

/** Any RFC 3339 date and time to milliseconds; undefined: it is none. */
export function readInstant(text: string): number | undefined {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(at) ? undefined : at
}

/** Our states in the words of this dialect; `erasing` is seen by nobody, and reads as closed in an event of its own. */
export const statusWords: Record<Status, 'active' | 'inactive' | 'closed'> = {
  active: 'active',
  inactive: 'inactive',
  closed: 'closed',
  erasing: 'closed',
}

/** Of a session; `erasing` as above. */
export const sessionWords: Record<SessionState, Exclude<SessionState, 'erasing'>> = {
  prepared: 'prepared',
  scheduled: 'scheduled',
  queued: 'queued',
  deferred: 'deferred',
  joining: 'joining',
  dialing: 'dialing',
  ringing: 'ringing',
  live: 'live',
  wrapping: 'wrapping',
  ended: 'ended',
  erasing: 'ended',
}

/** Of a batch; `erasing` as above. */
export const batchWords: Record<BatchStatus, Exclude<BatchStatus, 'erasing'>> = {
  created: 'created',
  processed: 'processed',
  scheduled: 'scheduled',
  queued: 'queued',
  running: 'running',
  completed: 'completed',
  stopped: 'stopped',
  failed: 'failed',
  erasing: 'stopped',
}

/** The types of events there are, for filters of webhook endpoints and for the reference. */
export const eventTypes = [
  'conversation.created',
  'conversation.moved',
  'conversation.described',
  'conversation.callbacks_changed',
  'conversation.erased',
  'participant.added',
  'participant.updated',
  'participant.removed',
  'communication.created',
  'communication.updated',
  'stream.attached',
  'stream.ended',
  'stream.started',
  'stream.joined',
  'stream.stopped',
  'stream.forgotten',
  'session.attached',
  'session.detached',
  'late.refused',
  'configuration.written',
  'configuration.deleted',
  'operation.completed',
  'operation.forgotten',
  'endpoint.created',
  'endpoint.changed',
  'endpoint.deleted',
  'session.created',
  'session.moved',
  'session.erased',
  'attempt.ended',
  'slot.asked',
  'slot.returned',
  'leg.reported',
  'turn.taken',
  'tool.called',
  'agent.advised',
  'model.used',
  'words.imported',
  'turn.failed',
  'online.asked',
  'parting.asked',
  'callback.agreed',
  'media.no_audio',
  'voicemail.judged',
  'artefact.settled',
  'words.placed',
  'lease.taken',
  'outcome.fixed',
  'retry.dropped',
  'report.refused',
  'control.changed',
  'control.failed',
  'control.leg_refused',
  'mail.composed',
  'mail.due',
  'mail.settled',
  'mail.received',
  'mail.turn_due',
  'agent.written',
  'agent.deleted',
  'agent.restored',
  'agent.erased',
  'number.written',
  'number.removed',
  'batch.created',
  'batch.rows',
  'batch.advanced',
  'batch.moved',
  'batch.row_ended',
  'batch.erased',
  'dispatcher.created',
  'slots.taken',
  'slots.released',
  'wallet.opened',
  'wallet.credited',
  'wallet.held',
  'wallet.settled',
] as const
