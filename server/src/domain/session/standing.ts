import type { Cause, Session, SessionState } from './state.ts'

/** Not begun, or between two attempts: nothing is dialled. */
export function isWaiting({ state }: Pick<Session, 'state'>): boolean {
  return state === 'prepared' || state === 'scheduled' || state === 'queued' || state === 'deferred'
}

/** Something is up: a dial, a call, an exchange, or a browser expected. */
export function isInFlight({ state }: { readonly state: SessionState }): boolean {
  return state === 'joining' || state === 'dialing' || state === 'ringing' || state === 'live'
}

/** Rule 9: it has neither legs nor slots, and its turns take no time. */
export function isWritten({ kind }: Pick<Session, 'kind'>): boolean {
  return kind === 'text' || kind === 'email'
}

/** It took place elsewhere: nothing of it happened here, and nobody here is told of it. */
export function isImported({ end }: Pick<Session, 'end'>): boolean {
  return end?.cause === 'imported'
}

/** Rule 7: holds a slot from `dialing` to the end of `live`. */
export function needsSlot({ kind, direction }: Pick<Session, 'kind' | 'direction'>): boolean {
  return kind === 'telephone' && direction === 'outbound'
}

/** Rule 10: nobody but the user and the agent is in the call, or being called into it. */
export function isAlone({ control }: Pick<Session, 'control'>): boolean {
  return control?.second === undefined || control.second.state === 'ended'
}

/** The agent has left the two it brought together; nothing it does matters any more. */
export function hasLeft({ control }: Pick<Session, 'control'>): boolean {
  return control?.agent === 'left'
}

const passingOver: ReadonlySet<Cause> = new Set(['batch_stopped', 'batch_expired', 'agent_deleted'])

/** Nobody was dialled for it, only because its batch or its agent was stopped: whoever it was for may be called by another. */
export function wasPassedOver({ state, attempt, end }: Pick<Session, 'state' | 'attempt' | 'end'>): boolean {
  return state === 'ended' && attempt.number === 0 && end !== null && passingOver.has(end.cause)
}
