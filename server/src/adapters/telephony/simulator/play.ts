import type { Protocol } from '#domain/session/state.ts'
import type { Verdict } from '#domain/session/commands.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import { dueOf, type Due, type Leg, type Played } from './leg.ts'
import type { PlannedStep } from './plan.ts'
import { lengthOf, type Rejection } from './script.ts'
import { andThen, finish, mediaReport, report, speech } from './telling.ts'

/** When the sound of a call is looked at for the first time, from the answer. */
const firstMediaMs: Milliseconds = 1_000
const beepMs: Milliseconds = 500

/** Everything a leg does by itself until `now`, each thing at its own instant. */
export function play(leg: Leg, now: Instant): Played {
  let played: Played = { leg, told: [] }
  for (;;) {
    const due = dueOf(played.leg)
    if (!due || due.at > now) return played
    played = andThen(played, (next) => act(next, due))
  }
}

function act(leg: Leg, { at, what }: Due): Played {
  switch (what) {
    case 'media':
      return mediaReport({ ...leg, mediaAt: null }, at)
    case 'step': {
      const step = leg.steps[leg.done]
      return step ? take({ ...leg, done: leg.done + 1, restedAt: at }, step, at) : { leg, told: [] }
    }
    case 'ring_guard':
      if (leg.direction === 'inbound') return finish(leg, at, { by: 'user', protocol: { sip: 487 } })
      return finish(leg, at, leg.phase === 'ringing' ? rejections.no_answer : notReached)
    case 'limit_guard':
      return finish(leg, at, { verdict: 'dropped', by: 'carrier', protocol: { sip: 200, q850: 102 } })
  }
}

function take(leg: Leg, step: PlannedStep, at: Instant): Played {
  switch (step.do) {
    case 'ring':
      return report({ ...leg, phase: 'ringing', ringingAt: at }, at, { is: 'ringing' })
    case 'answer':
      return answered(leg, at)
    case 'say':
      return say(leg, step, at)
    case 'beep':
      return speech(leg, { at, text: '', lastsMs: beepMs, beep: true })
    case 'dtmf':
      return report(leg, at, { is: 'dtmf', digits: step.digits })
    case 'hang-up':
      return finish(leg, at, { verdict: 'hangup', by: 'user', protocol: { sip: 200, q850: 16 } })
    case 'reject':
      return finish(leg, at, 'because' in step ? rejections[step.because] : declined(step))
    case 'drop':
      return finish(leg, at, { verdict: 'dropped', by: 'carrier', protocol: { q850: 41 } })
    case 'silent':
      return { leg: { ...leg, silentFrom: leg.silentFrom ?? at }, told: [] }
    case 'lose':
      return faulty(leg, { loses: step.reports ?? 'next' })
    case 'repeat':
      return faulty(leg, { repeats: true })
    case 'reorder':
      return faulty(leg, { reorders: true })
    case 'delay':
      return faulty(leg, { delayMs: step.by })
    case 'wait-for-agent':
    case 'wait-for-cancel':
      return { leg, told: [] }
  }
}

/** The call is answered, by the phone or by us. */
export function answered(leg: Leg, at: Instant, laterMs: Milliseconds = 0): Played {
  const talking = { ...leg, phase: 'talking', answeredAt: at, restedAt: at, mediaAt: at + firstMediaMs } as const
  return report(talking, at, { is: 'answered' }, laterMs)
}

function say(leg: Leg, step: Extract<PlannedStep, { do: 'say' }>, at: Instant): Played {
  const lastsMs = lengthOf(step.text)
  const said: Leg = { ...leg, heardUntil: null, restedAt: at + (step.for ?? lastsMs) }
  return speech(said, { at, text: step.text, lastsMs })
}

function faulty(leg: Leg, faults: Partial<Leg['line']>): Played {
  return { leg: { ...leg, line: { ...leg.line, ...faults } }, told: [] }
}

interface Refusing {
  readonly verdict?: Verdict
  readonly protocol: Protocol
  readonly by: 'user' | 'carrier'
}

/** How a call that is not answered ends: the carrier's verdict, SIP final status and Q.850 cause. */
const rejections: Readonly<Record<Rejection, Refusing>> = {
  busy: { verdict: 'busy', by: 'carrier', protocol: { sip: 486, q850: 17 } },
  no_answer: { verdict: 'no_answer', by: 'carrier', protocol: { sip: 480, q850: 19 } },
  rejected: { verdict: 'rejected', by: 'user', protocol: { sip: 603, q850: 21 } },
  invalid_number: { verdict: 'invalid_number', by: 'carrier', protocol: { sip: 404, q850: 1 } },
  unreachable: { verdict: 'unreachable', by: 'carrier', protocol: { sip: 480, q850: 20 } },
  congestion: { verdict: 'congestion', by: 'carrier', protocol: { sip: 503, q850: 42 } },
}

/** The phone never rang. */
const notReached: Refusing = { verdict: 'unreachable', by: 'carrier', protocol: { sip: 408, q850: 18 } }

/** A status of one's own, without a verdict: whoever is told has to read it. */
function declined({ sip, q850 }: { readonly sip: number; readonly q850?: number }): Refusing {
  return { by: 'carrier', protocol: { sip, ...(q850 !== undefined && { q850 }) } }
}
