import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { LegReport } from '#services/calls/ports.ts'
import { patienceMs, type PlannedStep } from './plan.ts'

/** One call as the simulated carrier has it: plain data, and everything it will do by itself follows from it. */
export interface Leg {
  readonly account: string
  readonly reference: string
  readonly callId: string
  readonly direction: 'outbound' | 'inbound'
  readonly phase: 'calling' | 'ringing' | 'talking' | 'over'
  readonly steps: readonly PlannedStep[]
  /** How many steps are done, and when the last one was over. */
  readonly done: number
  readonly restedAt: Instant
  readonly calledAt: Instant
  readonly ringingAt: Instant | null
  readonly answeredAt: Instant | null
  /** When the agent's words since the phone spoke last are over; null: it said none. */
  readonly heardUntil: Instant | null
  /** No packets come from the phone from here on. */
  readonly silentFrom: Instant | null
  /** When the first media report is due. */
  readonly mediaAt: Instant | null
  /** The longest it rings and talks, by the carrier's own guards. */
  readonly ringMs: Milliseconds
  readonly limitMs: Milliseconds
  readonly line: Line
}

/** How the carrier tells of a leg, and what it knows itself. */
export interface Line {
  /** The number of the last report. */
  readonly sequence: number
  /** The reports that decide, as they would be told if nothing went wrong. */
  readonly known: readonly LegReport[]
  readonly loses: 'nothing' | 'next' | 'all'
  readonly repeats: boolean
  readonly reorders: boolean
  /** Waits for the report that goes before it. */
  readonly held: Told | null
  readonly delayMs: Milliseconds
}

/** Something to tell at an instant. */
export type Told =
  | { readonly at: Instant; readonly kind: 'leg'; readonly report: LegReport }
  | {
      readonly at: Instant
      readonly kind: 'speech'
      readonly text: string
      readonly lastsMs: Milliseconds
      readonly beep?: true
    }

/** What became of a leg, and what is to be told of it. */
export interface Played {
  readonly leg: Leg
  readonly told: readonly Told[]
}

export type NewLeg = Pick<
  Leg,
  'account' | 'reference' | 'callId' | 'direction' | 'steps' | 'calledAt' | 'ringMs' | 'limitMs'
>

export function newLeg(given: NewLeg): Leg {
  return {
    ...given,
    phase: given.direction === 'inbound' ? 'ringing' : 'calling',
    done: 0,
    restedAt: given.calledAt,
    ringingAt: given.direction === 'inbound' ? given.calledAt : null,
    answeredAt: null,
    heardUntil: null,
    silentFrom: null,
    mediaAt: null,
    line: {
      sequence: 0,
      known: [],
      loses: 'nothing',
      repeats: false,
      reorders: false,
      held: null,
      delayMs: 0,
    },
  }
}

/** What a leg does next by itself, and when. */
export type Due = { readonly at: Instant; readonly what: 'media' | 'step' | 'ring_guard' | 'limit_guard' }

/** The earliest thing due; undefined: nothing will happen unless somebody does something. */
export function dueOf(leg: Leg): Due | undefined {
  const dues = [mediaDue(leg), stepDue(leg), guardDue(leg)].filter((due) => due !== undefined)
  return dues.toSorted((a, b) => a.at - b.at)[0]
}

function mediaDue({ phase, mediaAt }: Leg): Due | undefined {
  return phase === 'talking' && mediaAt !== null ? { at: mediaAt, what: 'media' } : undefined
}

function stepDue(leg: Leg): Due | undefined {
  const { phase, direction, steps, done, restedAt, heardUntil } = leg
  const step = steps[done]
  // Who calls us does nothing but wait until we answer.
  if (!step || phase === 'over' || (direction === 'inbound' && phase !== 'talking')) return undefined
  switch (step.do) {
    case 'wait-for-cancel':
      return undefined
    case 'wait-for-agent': {
      const until = heardUntil ?? restedAt + (step.atMost ?? patienceMs)
      return { at: Math.max(restedAt, until) + step.after, what: 'step' }
    }
    case 'ring':
    case 'answer':
    case 'say':
    case 'beep':
    case 'dtmf':
    case 'hang-up':
    case 'reject':
    case 'drop':
    case 'silent':
    case 'lose':
    case 'repeat':
    case 'reorder':
    case 'delay':
      return { at: restedAt + step.after, what: 'step' }
  }
}

/** A carrier's guard is not exact, and comes after ours where both are set to the same time. */
const graceMs: Milliseconds = 5_000
/** How long callers wait for us to answer. */
const callerWaitsMs: Milliseconds = 40_000

function guardDue(leg: Leg): Due | undefined {
  const { phase, direction, calledAt, ringingAt, answeredAt, ringMs, limitMs } = leg
  switch (phase) {
    case 'calling':
    case 'ringing':
      return direction === 'inbound'
        ? { at: calledAt + callerWaitsMs, what: 'ring_guard' }
        : { at: (ringingAt ?? calledAt) + ringMs + graceMs, what: 'ring_guard' }
    case 'talking':
      return { at: (answeredAt ?? calledAt) + limitMs, what: 'limit_guard' }
    case 'over':
      return undefined
  }
}
