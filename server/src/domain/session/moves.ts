import type { Instant } from '../vocabulary/instant.ts'
import type { Move, Mover, Moves } from '../vocabulary/machine.ts'
import type { ImportedOutcome, SessionMoved } from './events.ts'
import type { End, SessionOutcome, SessionState } from './state.ts'

/** A move that ends something: `outcomes` are those it may carry, or, to `scheduled`, those of the attempt that is retried. */
interface Ending<Outcome extends SessionOutcome> extends Move {
  readonly outcomes: readonly Outcome[]
}

/**
 * Every change of state there is (lifecycle section 2). What is not here cannot be written: `move` does not compile for it.
 * `traffic` is whatever the world reports: carriers, agents, the dispatcher, the makers of artefacts.
 */
export interface SessionMoves extends Moves<SessionState> {
  readonly new: Readonly<
    Record<'prepared' | 'scheduled' | 'queued' | 'joining' | 'live', Move> &
      Record<'dialing' | 'ringing', Move> & { readonly ended: Ending<ImportedOutcome> }
  >
  readonly prepared: { readonly queued: Move; readonly ended: Ending<'stopped'> }
  readonly scheduled: { readonly queued: Move; readonly ended: Ending<'stopped'> }
  readonly queued: {
    readonly deferred: Move
    readonly dialing: Move
    readonly scheduled: Ending<'error'>
    readonly ended: Ending<'stopped' | 'error' | 'balance_low'>
  }
  readonly deferred: {
    readonly dialing: Move
    readonly scheduled: Ending<'error'>
    readonly ended: Ending<'stopped' | 'error' | 'balance_low'>
  }
  readonly joining: { readonly live: Move; readonly ended: Ending<'canceled' | 'failed'> }
  readonly dialing: {
    readonly ringing: Move
    readonly live: Move
    readonly scheduled: Ending<'failed' | 'error'>
    readonly ended: Ending<'stopped' | 'canceled' | 'failed' | 'error'>
  }
  readonly ringing: {
    readonly live: Move
    readonly scheduled: Ending<'no_answer' | 'busy' | 'failed'>
    readonly ended: Ending<'no_answer' | 'busy' | 'canceled' | 'failed'>
  }
  readonly live: { readonly wrapping: Ending<'completed' | 'transferred' | 'failed'> }
  readonly wrapping: {
    readonly scheduled: Ending<'completed'>
    readonly ended: Ending<'completed' | 'transferred' | 'failed'>
  }
  readonly ended: { readonly erasing: Move }
  readonly erasing: Readonly<Record<never, never>>
}

const request: readonly Mover[] = ['request']
const traffic: readonly Mover[] = ['traffic']
const requestOrTraffic: readonly Mover[] = ['request', 'traffic']
const requestOrTime: readonly Mover[] = ['request', 'deadline']
const trafficOrTime: readonly Mover[] = ['traffic', 'deadline']
const any: readonly Mover[] = ['request', 'traffic', 'deadline']

/** The same with what brings each about, for publishing. */
export const moves: SessionMoves = {
  new: {
    prepared: { by: request, on: 'a row of a batch' },
    scheduled: { by: request, on: 'ordered for later, or opened by a program' },
    queued: { by: request, on: 'ordered' },
    joining: { by: request, on: 'a browser session' },
    dialing: { by: request, on: 'an e-mail session' },
    ringing: { by: traffic, on: 'an inbound call' },
    live: { by: requestOrTraffic, on: 'a text session' },
    ended: {
      by: request,
      on: 'took place elsewhere, and is imported',
      outcomes: ['completed', 'transferred', 'no_answer', 'canceled', 'failed'],
    },
  },
  prepared: {
    queued: { by: requestOrTime, on: 'its batch starts' },
    ended: { by: requestOrTime, on: 'stopped, or its batch was not started', outcomes: ['stopped'] },
  },
  scheduled: {
    queued: { by: requestOrTime, on: 'its time has come, or its program connects' },
    ended: { by: requestOrTime, on: 'stopped, or its program did not connect', outcomes: ['stopped'] },
  },
  queued: {
    deferred: { by: traffic, on: 'outside the calling hours' },
    dialing: { by: traffic, on: 'a slot is free' },
    scheduled: { by: trafficOrTime, on: 'cannot be placed, to be tried again', outcomes: ['error'] },
    ended: {
      by: any,
      on: 'stopped, cannot be placed, or waited too long',
      outcomes: ['stopped', 'error', 'balance_low'],
    },
  },
  deferred: {
    dialing: { by: traffic, on: 'an opening, and a slot is free' },
    scheduled: { by: trafficOrTime, on: 'cannot be placed, to be tried again', outcomes: ['error'] },
    ended: {
      by: any,
      on: 'stopped, cannot be placed, or waited too long',
      outcomes: ['stopped', 'error', 'balance_low'],
    },
  },
  joining: {
    live: { by: traffic, on: 'the user joined' },
    ended: { by: any, on: 'nobody joined', outcomes: ['canceled', 'failed'] },
  },
  dialing: {
    ringing: { by: traffic, on: 'the called party is alerted' },
    live: { by: traffic, on: 'the first mail was sent (e-mail only)' },
    scheduled: { by: trafficOrTime, on: 'could not connect, to be tried again', outcomes: ['failed', 'error'] },
    ended: {
      by: any,
      on: 'could not connect, canceled, or nothing was heard',
      outcomes: ['stopped', 'canceled', 'failed', 'error'],
    },
  },
  ringing: {
    live: { by: traffic, on: 'answered' },
    scheduled: { by: trafficOrTime, on: 'not answered, to be tried again', outcomes: ['no_answer', 'busy', 'failed'] },
    ended: { by: any, on: 'not answered, or canceled', outcomes: ['no_answer', 'busy', 'canceled', 'failed'] },
  },
  live: {
    wrapping: {
      by: any,
      on: 'the line dropped, or somebody or something ended it',
      outcomes: ['completed', 'transferred', 'failed'],
    },
  },
  wrapping: {
    scheduled: { by: trafficOrTime, on: 'a voicemail answered, to be tried again', outcomes: ['completed'] },
    ended: {
      by: trafficOrTime,
      on: 'nothing is left to settle',
      outcomes: ['completed', 'transferred', 'failed'],
    },
  },
  ended: { erasing: { by: request, on: 'deleted' } },
  erasing: {},
}

type Target<From extends SessionState> = keyof SessionMoves[From] & SessionMoved['to']
type OutcomeOf<From extends SessionState, To> = To extends keyof SessionMoves[From]
  ? SessionMoves[From][To] extends Ending<infer Outcome>
    ? Outcome
    : never
  : never

/** How a move is recorded: when, by whom as the context names them, and why. */
export interface Recorded {
  readonly at: Instant
  readonly by: string
  readonly because: string
}

type Told = Omit<SessionMoved, 'type' | 'from' | 'to' | keyof Recorded | 'outcome' | 'end'>
type Carried<From extends SessionState, To> = To extends 'wrapping' | 'ended'
  ? { readonly outcome: OutcomeOf<From, To>; readonly end: End }
  : To extends 'dialing'
    ? Told & { readonly attempt: number }
    : To extends 'deferred'
      ? Told & { readonly openings: readonly Instant[]; readonly giveUpAt: Instant }
      : Told

/** The event of an allowed move. */
export function move<From extends SessionState, To extends Target<From>>(
  from: From,
  to: To,
  told: Recorded & Carried<From, To>,
): SessionMoved {
  return { type: 'session.moved', from, to, ...told }
}

/** Whether the table lets a move carry this outcome. */
export function carries<Outcome extends SessionOutcome>(
  { outcomes }: { readonly outcomes: readonly Outcome[] },
  outcome: SessionOutcome,
): outcome is Outcome {
  return outcomes.some((one) => one === outcome)
}

/** Whether the table has a move at all; `outcome`: carrying this one. */
export function allows(from: SessionState | 'new', to: SessionState, outcome?: SessionOutcome | null): boolean {
  const targets: { readonly [To in SessionState]?: Move & { readonly outcomes?: readonly SessionOutcome[] } } =
    moves[from]
  const found = targets[to]
  if (found === undefined) return false
  return outcome === undefined || outcome === null || (found.outcomes ?? []).includes(outcome)
}
