import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { begin, given, inbound, row, stubborn, type Case } from '#domain/session/given.ts'
import { allows, moves } from '#domain/session/moves.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session, SessionOutcome, SessionState } from '#domain/session/state.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { SessionCommand, Verdict } from '#domain/session/commands.ts'
import { toldOf } from './webhooks/telling.ts'
import { allowed } from './testing/edges.ts'
import { endingStatus, finalStatuses, openStatus, statusOf, type ExecutionStatus } from './vocabulary.ts'

/** The statuses a session showed, also of attempts that were retried, `prepared` with them. */
function way(events: Case['events']): readonly ExecutionStatus[] {
  const shown: ExecutionStatus[] = []
  let before: Session | undefined
  for (const [index, event] of events.entries()) {
    const after = noun.evolve(before, event)
    const recorded = { id: `${after.id}.${index}`, seq: index, n: index, recordedAt: 0, request: null, event }
    const about = { account: after.account, noun: 'session', aggregate: after.id }
    const told = toldOf({ recorded: { ...recorded, ...about }, before, after })
    if (told) shown.push(told.status)
    else if (after.state === 'prepared' && before === undefined) shown.push('prepared')
    before = after
  }
  return shown
}

function expectOnEdges(shown: readonly ExecutionStatus[]): void {
  let from: ExecutionStatus | 'new' = 'new'
  for (const to of shown) {
    expect(allowed(from, to), `${from} → ${to} in ${shown.join(' ')}`).toBe(true)
    from = to
  }
}

describe('the diagram (5.1, B2–B6)', () => {
  it('every move of the machine, with each outcome it may carry, is an edge', () => {
    const calls: readonly SessionState[] = [
      'prepared',
      'scheduled',
      'queued',
      'deferred',
      'dialing',
      'ringing',
      'live',
      'wrapping',
    ]
    const isCalls = (state: string): state is SessionState => calls.some((one) => one === state) || state === 'ended'
    const status = (state: SessionState, outcome: SessionOutcome | undefined, from: SessionState): ExecutionStatus =>
      state === 'ended' || state === 'erasing'
        ? endingStatus(outcome ?? 'stopped', from === 'wrapping')
        : openStatus(state)
    for (const from of calls)
      for (const [to, move] of Object.entries(
        moves[from] as Record<string, { outcomes?: readonly SessionOutcome[] }>,
      )) {
        // E-mail alone goes live from its dial; by telephone it rings first.
        if (!isCalls(to) || (from === 'dialing' && to === 'live')) continue
        for (const outcome of move.outcomes ?? [undefined]) {
          expect(allows(from, to, outcome)).toBe(true)
          const isRetry = to === 'scheduled' && outcome !== undefined && from !== 'wrapping'
          const path = isRetry
            ? [openStatus(from as 'queued'), endingStatus(outcome, false), 'scheduled' as const]
            : [openStatus(from as 'queued'), status(to, outcome, from)]
          for (const [index, one] of path.slice(1).entries())
            expect([path[index], one, allowed(path[index] ?? 'new', one)]).toEqual([path[index], one, true])
        }
      }
  })

  it('whatever happens to a call, in any order, stays on its edges, ends once, and a final word is the last', () => {
    const met = new Set<ExecutionStatus>()
    fc.assert(
      fc.property(
        fc.constantFrom('queued', 'scheduled', 'batch', 'inbound'),
        fc.array(step, { maxLength: 40 }),
        (kind, steps) => {
          const call = made(kind)
          for (const take of steps) take(call)
          while (call.fireNext());
          const shown = way(call.events)
          expectOnEdges(shown)
          for (const one of shown) met.add(one)
          expect(finalStatuses.has(shown.at(-1) ?? 'queued')).toBe(true)
          expect(shown.at(-1)).toBe(statusOf(call.state))
          expect(shown.filter((one) => one === 'completed').length).toBeLessThanOrEqual(1)
          expect(call.state.sequence).toBe(shown.length)
        },
      ),
      { numRuns: 1_000 },
    )
    // A walk that never talks, or is never retried, would prove little.
    for (const one of ['completed', 'scheduled', 'rescheduled', 'no-answer', 'busy', 'failed'] as const)
      expect(met).toContain(one)
  })
})

function made(kind: string): Case {
  const policy = { retry: stubborn, keepsHours: kind === 'scheduled', voicemailMs: 30_000 }
  if (kind === 'batch') return given({ ...row, policy })
  if (kind === 'inbound') return given({ ...inbound, policy: {} })
  return given(kind === 'scheduled' ? { to: 'scheduled', dueAt: begin + 600_000, policy } : { policy })
}

type Step = (call: Case) => void
const open = { balance: 'enough' } as const

/** A command that may well be refused: then nothing happens. */
function attempt(command: (call: Case) => SessionCommand): Step {
  return (call) => {
    const decided = call.try(command(call))
    if (isRefused(decided)) expect(decided.refusal.message).not.toBe('')
  }
}

const report = (what: Extract<SessionCommand, { type: 'report' }>['what'], old = false): Step =>
  attempt(({ state, events }) => {
    // Every report that is looked at leaves an event, so this rises.
    const sequence = old ? 1 : events.length + 1
    return { type: 'report', attempt: state.attempt.number, what, sequence }
  })

const verdicts: readonly Verdict[] = [
  'busy',
  'no_answer',
  'rejected',
  'invalid_number',
  'unreachable',
  'congestion',
  'hangup',
  'dropped',
]
const closed = (call: Case) => ({ balance: 'enough', closed: { openings: [call.now + 3_600_000] } }) as const
const offer = (gate: (call: Case) => Extract<SessionCommand, { type: 'offer_slot' }>['gate']): Step =>
  attempt((call) => ({
    type: 'offer_slot',
    attempt: call.state.attempt.number + 1,
    slot: 1,
    lease: 'here',
    gate: gate(call),
  }))

/** What usually comes next. */
const onward: Step = (call) => {
  const { state } = call.state
  const ways: Partial<Record<SessionState, Step>> = {
    prepared: attempt(() => ({ type: 'queue', because: 'its batch starts' })),
    scheduled: () => void call.fireNext(),
    queued: offer(() => open),
    deferred: offer(() => open),
    dialing: report({ is: 'ringing' }),
    ringing: report({ is: 'answered', lease: 'here' }),
    live: report({ is: 'ended', verdict: 'hangup', by: 'user' }),
    wrapping: attempt(() => ({ type: 'settle', artefact: 'cost', attempt: call.state.attempt.number, state: 'done' })),
  }
  ways[state]?.(call)
}

const wait =
  (seconds: number): Step =>
  (call) =>
    void call.jump(call.now + seconds * 1_000)

const surprises = fc.constantFrom<Step>(
  (call) => void call.fireNext(),
  offer(closed),
  offer(() => ({ balance: 'low' })),
  offer(() => ({ balance: 'enough', unusable: 'number_unusable' })),
  report({ is: 'progress' }),
  report({ is: 'ringing' }, true),
  report({ is: 'answered', lease: 'here' }),
  report({ is: 'media', receivedPackets: 50, sentPackets: 50 }),
  attempt(({ state }) => ({
    type: 'dial_answered',
    attempt: state.attempt.number,
    answer: { is: 'refused', cause: 'credentials_refused' },
  })),
  attempt(() => ({ type: 'hang_up' })),
  attempt(() => ({ type: 'stop', cause: 'stopped_by_request' })),
  attempt(() => ({ type: 'agent_ends', cause: 'agent_hangup' })),
  attempt(() => ({ type: 'agent_ends', cause: 'voicemail' })),
  attempt(() => ({ type: 'agent_ends', cause: 'agent_error', note: 'x' })),
  attempt(({ state }) => ({ type: 'lose', attempt: state.attempt.number, cause: 'lost_lease' })),
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(onward) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }).map(wait) },
  { weight: 1, arbitrary: fc.integer({ min: 21, max: 4_000 }).map(wait) },
  { weight: 3, arbitrary: surprises },
  { weight: 1, arbitrary: fc.constantFrom(...verdicts).map((verdict) => report({ is: 'ended', verdict })) },
)
