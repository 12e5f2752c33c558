import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isRefused } from '../../vocabulary/refusal.ts'
import type { ReportedWhat } from '../commands.ts'
import type { SessionEvent } from '../events.ts'
import { endingControl, withControl } from './control.ts'
import { alice, bob, type Call, connected, offered, opened, plain, us } from './given.ts'
import { agentMoves } from './moves.ts'
import type { AgentRegion } from './state.ts'

/** One thing that programs, carriers, time or requests do to a call; data, so that a failure can be read. */
type Step =
  | { readonly ask: object }
  | { readonly report: ReportedWhat; readonly leg: string | undefined }
  | { readonly pass: number }
  | { readonly serve: true }
  | { readonly hangUp: true }

const id = fc.constantFrom('a', 'b', 'c')
const ms = fc.integer({ min: 1, max: 125_000 })
const legs = fc.constantFrom(undefined, 'present', 's1', 's4', 's9')
const programs = fc.constantFrom('one', 'two')

const asked: fc.Arbitrary<Step> = fc
  .oneof(
    fc.record({ type: fc.constant('answer' as const), id, until: ms }),
    fc.record({ type: fc.constant('connect' as const), id, ringMs: ms, until: ms }),
    fc.record({ type: fc.constant('transfer' as const), id, ringMs: ms }),
    fc.record({ type: fc.constant('answer_done' as const), id, failed: fc.option(fc.constant('no line')) }),
    fc.record({ type: fc.constant('mode' as const), mode: fc.constantFrom('barge', 'whisper', 'spy') }),
    fc.record({ type: fc.constantFrom('close', 'disconnect') }),
    fc.record({ type: fc.constantFrom('attach_media', 'lose_media'), lease: programs }),
    fc.record({ type: fc.constant('offer' as const), offerId: id }),
    fc.record({ type: fc.constant('claim' as const), offerId: id, program: programs, ready: fc.boolean() }),
  )
  .map((ask) => ({ ask }))

/** Instants are drawn from now on, a ring time in whole seconds, and no failure is no key. */
function spoken(drawn: object, { now, session }: Call): object {
  const parts = Object.entries(drawn).flatMap(([key, value]): [string, unknown][] => {
    if (key === 'until') return [['until', now + Number(value) - 1_000]]
    if (key === 'id' && 'failed' in drawn) return [['id', session.control?.waiting?.id ?? value]]
    return value === null ? [] : [[key, value]]
  })
  return { to: bob, from: us, ...Object.fromEntries(parts) }
}

const what: fc.Arbitrary<ReportedWhat> = fc.oneof(
  fc.constantFrom<ReportedWhat>({ is: 'placed' }, { is: 'ringing' }, { is: 'answered' }, { is: 'progress' }),
  fc.constant<ReportedWhat>({ is: 'media', receivedPackets: 10, sentPackets: 10 }),
  fc
    .constantFrom('busy', 'no_answer', 'hangup', 'dropped')
    .map((verdict) => ({ is: 'ended', verdict }) as ReportedWhat),
)
const reported: fc.Arbitrary<Step> = fc.record({ report: what, leg: legs })
const passed: fc.Arbitrary<Step> = fc.record({ pass: fc.integer({ min: 0, max: 40_000 }) })
const served: fc.Arbitrary<Step> = fc.constant({ serve: true })
const hungUp: fc.Arbitrary<Step> = fc.constant({ hangUp: true })

/** Takes a step; true: it was refused, and yet changed something. */
function take(call: Call, step: Step): boolean {
  const { state } = call.session
  const before = call.session
  if ('ask' in step) {
    const done = call.try(spoken(step.ask, call) as Parameters<Call['try']>[0])
    return isRefused(done) && call.session !== before
  }
  if ('report' in step) call.report(step.report, step.leg === 'present' ? before.control?.second?.leg : step.leg)
  else if ('pass' in step) call.pass(step.pass)
  else if ('serve' in step && state === 'queued') call.giveSlot()
  else if ('hangUp' in step && state !== 'ended' && state !== 'wrapping') call.run({ type: 'hang_up' })
  return false
}

const calls = {
  offered,
  'offered, may decline': () => offered({ declinesPending: true }),
  opened,
  plain,
  connected,
}
const lives = fc.record({
  given: fc.constantFrom(...(Object.keys(calls) as (keyof typeof calls)[])),
  steps: fc.array(
    fc.oneof(
      { weight: 12, arbitrary: asked },
      { weight: 8, arbitrary: reported },
      { weight: 2, arbitrary: passed },
      { weight: 2, arbitrary: served },
      { weight: 1, arbitrary: hungUp },
    ),
    { maxLength: 24 },
  ),
})

function lived({ given, steps }: { given: keyof typeof calls; steps: readonly Step[] }): Call {
  const call = calls[given]()
  for (const step of steps) if (take(call, step)) throw new Error('What is refused changes nothing.')
  return call
}

const secondMoves: Readonly<Record<string, readonly string[]>> = {
  none: ['dialing'],
  dialing: ['ringing', 'ended'],
  ringing: ['answered', 'ended'],
  answered: ['ended'],
  ended: ['dialing'],
}

/** The states a region went through, as its events say. */
function path(events: readonly SessionEvent[], region: (event: SessionEvent) => string | undefined): readonly string[] {
  return events.flatMap((event) => region(event) ?? [])
}

function pairs(states: readonly string[]): readonly (readonly [string, string])[] {
  return states.slice(1).map((to, i) => [states[i]!, to] as const)
}

describe('random lives', () => {
  test('only allowed moves of the agent and of the second leg are written', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const { events } = lived(life)
        const agents = path(events, (event) =>
          event.type === 'control.changed' ? (event.regions.agent ?? undefined) : undefined,
        )
        for (const [from, to] of pairs(['none', ...agents])) {
          expect(from === to || Object.keys(agentMoves[from as AgentRegion]).includes(to), `${from} → ${to}`).toBe(true)
        }
        const seconds = path(events, (event) =>
          event.type === 'control.changed' ? event.regions.second?.state : undefined,
        )
        for (const [from, to] of pairs(['none', ...seconds])) {
          expect(from === to || secondMoves[from]?.includes(to), `${from} → ${to}`).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('whatever waits has a deadline, and each command that was taken is answered once', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const call = calls[life.given]()
        for (const step of life.steps) {
          const { waiting } = call.session.control ?? {}
          const from = call.events.length
          take(call, step)
          const now = call.session.control?.waiting
          if (!waiting || now?.id === waiting.id) continue
          // It failed, once, or its success is the change that took it away.
          const answers = call.events
            .slice(from)
            .filter(
              (event) =>
                (event.type === 'control.failed' && event.id === waiting.id) ||
                (event.type === 'control.changed' && event.regions.waiting === null && event.on !== 'attempt_ended'),
            )
          expect(answers, JSON.stringify(call.events.slice(from))).toHaveLength(1)
        }
        const { waiting } = call.session.control ?? {}
        expect(waiting === undefined || call.session.state !== 'ended').toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('time alone ends each of them; then nothing waits, nothing rings, nobody is there, and all is refused', () => {
    fc.assert(
      fc.property(lives, fc.array(asked, { minLength: 1, maxLength: 6 }), (life, more) => {
        const call = lived(life)
        call.pass(24 * 3_600_000)
        const { session } = call
        expect(session.state).toBe('ended')
        const { agent = 'none', waiting, second, media, offer } = session.control ?? {}
        expect(['none', 'disconnected', 'left']).toContain(agent)
        expect(agent === 'left').toBe(session.outcome === 'transferred')
        expect([waiting, offer, second?.state ?? 'ended', media?.state ?? 'none']).toEqual([
          undefined,
          undefined,
          'ended',
          'none',
        ])
        for (const step of more) take(call, step)
        for (const command of [
          { type: 'answer', id: 'x', until: call.now + 1_000 },
          { type: 'connect', id: 'x', to: us, from: alice, ringMs: 5_000, until: call.now + 1_000 },
          { type: 'transfer', id: 'x', to: bob, from: us, ringMs: 5_000 },
          { type: 'mode', mode: 'spy' },
          { type: 'close' },
          { type: 'disconnect' },
          { type: 'attach_media', lease: 'x' },
          { type: 'offer', offerId: 'x' },
          { type: 'claim', offerId: 'x', program: 'x', ready: true },
        ] as const) {
          expect(call.refusal(command).code).toBe('closed')
        }
        expect(call.session).toBe(session)
      }),
      { numRuns: 300 },
    )
  })

  test('every second leg that was not ended by its carrier is hung up', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const call = lived(life)
        call.pass(24 * 3_600_000)
        const dialled = call.effects.filter(
          ({ kind, payload }) => kind === 'telephony.dial' && (payload as { leg: string | null }).leg !== null,
        )
        for (const { payload } of dialled) {
          const { leg, reference } = payload as { leg: string; reference: string }
          const ended = call.events.some(
            (event) =>
              event.type === 'control.changed' &&
              event.on === 'ended' &&
              event.regions.second?.leg === leg &&
              event.regions.second.state === 'ended',
          )
          const hungUpToo = call.effects.some(
            (effect) =>
              effect.kind === 'telephony.hang_up' && (effect.payload as { reference: string }).reference === reference,
          )
          expect(ended || hungUpToo, leg).toBe(true)
        }
        const keys = call.effects.filter(({ kind }) => kind === 'telephony.dial').map(({ key }) => key)
        expect(new Set(keys).size).toBe(keys.length)
      }),
      { numRuns: 200 },
    )
  })

  test('what follows a decision follows once', () => {
    const call = connected()
    const at = call.now
    const moved = { type: 'session.moved', at, from: 'live', to: 'wrapping', by: 'test', because: 'test' } as const
    const once = withControl(call.session, [moved])
    expect(withControl(call.session, once)).toEqual(once)
    expect(once.slice(0, -1)).toEqual(endingControl(call.session, at))
  })
})
