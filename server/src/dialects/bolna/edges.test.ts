// No edge outside 5.1 is ever written (B5), whatever the carrier does: random carriers over the pure noun, projected as webhooks tell it.
import fc, { type Arbitrary } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyDeed, anyOrder, type Deed } from '#domain/session/arbitrary.ts'
import type { Create, Gate, ReportedWhat } from '#domain/session/commands.ts'
import { voicemailRetryDue } from '#domain/session/ending.ts'
import { Case, inbound, order, row, stubborn } from '#domain/session/given.ts'
import { session as noun } from '#domain/session/session.ts'
import { hasLeft } from '#domain/session/standing.ts'
import type { Session } from '#domain/session/state.ts'
import { hourMs, minuteMs, type Instant, type Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Followed } from '#engine/api.ts'
import { toldOf, type Told } from './webhooks/telling.ts'
import { allowed, everyEdge } from './testing/edges.ts'
import { finalStatuses, statusOf } from './vocabulary.ts'

/** Each run of these tests tries other lives; fast-check prints the seed of one that fails. */
const runs = 5_000

/** One thing a carrier reports, and what becomes of it on the way. */
interface Fated {
  readonly afterMs: Milliseconds
  readonly what: ReportedWhat
  readonly isLost: boolean
  readonly copies: number
  readonly lateMs: Milliseconds
}

/** How one attempt goes: what happens to the dial itself, and the reports in their true order. */
interface Dial {
  readonly gate: Gate & { readonly closedMs?: Milliseconds }
  readonly answer: 'placed' | 'unknown' | 'invalid_number' | 'credentials_refused' | 'carrier_error'
  readonly reports: readonly Fated[]
  /** A machine takes the call: it beeps. */
  readonly beeps: boolean
}

interface Life {
  readonly order: Create
  readonly dials: readonly Dial[]
  /** What else happens, and when. */
  readonly besides: readonly { readonly atMs: Milliseconds; readonly deed: Deed }[]
}

const ended: Arbitrary<ReportedWhat> = fc.record(
  {
    is: fc.constant('ended' as const),
    verdict: fc.constantFrom(
      'busy',
      'no_answer',
      'rejected',
      'invalid_number',
      'unreachable',
      'congestion',
      'hangup',
      'dropped',
    ),
    by: fc.constantFrom('user', 'carrier', 'us'),
    protocol: fc.record({ sip: fc.constantFrom(200, 404, 408, 480, 486, 487, 500, 503, 603) }),
  },
  { requiredKeys: ['is'] },
)
const truths: Arbitrary<readonly ReportedWhat[]> = fc.oneof(
  fc.tuple(fc.constant({ is: 'ringing' as const }), ended),
  fc.tuple(ended),
  fc.tuple(
    fc.constant({ is: 'progress' as const }),
    fc.constant({ is: 'ringing' as const }),
    fc.constant({ is: 'answered' as const, lease: 'here' }),
    fc.constant({ is: 'media' as const, receivedPackets: 50, sentPackets: 50 }),
    ended,
  ),
)
const fate = fc.record({
  afterMs: fc.nat(20_000),
  isLost: fc.nat(5).map((n) => n === 0),
  copies: fc.constantFrom(1, 1, 1, 2, 3),
  lateMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(30_000), fc.nat(3 * hourMs)),
})
const reports: Arbitrary<readonly Fated[]> = truths.chain((told) =>
  fc.array(fate, { minLength: told.length, maxLength: told.length }).map((fates) =>
    fates.flatMap((one, i) => {
      const what = told[i]
      return what ? [{ ...one, what }] : []
    }),
  ),
)
const gate: Arbitrary<Dial['gate']> = fc
  .record({
    balance: fc.nat(9),
    unusable: fc.nat(9),
    closed: fc.nat(4),
    closedMs: fc.integer({ min: 1, max: 24 * hourMs }),
  })
  .map(({ balance, unusable, closed, closedMs }) => ({
    balance: balance === 0 ? 'low' : 'enough',
    ...(unusable === 0 && { unusable: 'number_unusable' }),
    ...(closed === 0 && { closedMs }),
  }))
const dial: Arbitrary<Dial> = fc.record({
  gate,
  answer: fc.constantFrom(
    'placed',
    'placed',
    'placed',
    'placed',
    'unknown',
    'invalid_number',
    'credentials_refused',
    'carrier_error',
  ),
  reports,
  beeps: fc.nat(4).map((n) => n === 0),
})
/** What took place elsewhere is no execution, and begins as what it came to. */
const ordersHere: Arbitrary<Create> = anyOrder.filter(({ to }) => to !== 'ended')
const anyExecution: Arbitrary<Create> = fc.oneof(
  { weight: 6, arbitrary: ordersHere.filter(({ kind }) => kind === 'telephone') },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom({}, row, { to: 'scheduled' as const, dueAt: 1_800_000_600_000 })
      .map((start) => order({ ...start, policy: { retry: stubborn, keepsHours: true, voicemailMs: minuteMs } })),
  },
  fc.constant(order(inbound)),
)
const life: Arbitrary<Life> = fc.record({
  order: anyExecution,
  dials: fc.array(dial, { minLength: 1, maxLength: 5 }),
  besides: fc.array(fc.record({ atMs: fc.oneof(fc.nat(2 * minuteMs), fc.nat(6 * hourMs)), deed: anyDeed }), {
    maxLength: 8,
  }),
})

type Arrivals = { readonly at: Instant; readonly act: () => void }[]

/** Lives it: the carrier's reports come when they arrive, dials happen as slots are offered, and time brings the rest. */
function live({ order: ordered, dials, besides }: Life): Case {
  const one = new Case(ordered)
  const { now: begun } = one
  const arrivals: Arrivals = besides.map(({ atMs, deed }) => ({ at: begun + atMs, act: () => perform(one, deed) }))
  if (one.state.state === 'ringing') report(one, 1, dials[0], arrivals)
  for (let round = 0; round < 200 && one.state.state !== 'ended'; round++) {
    const { state, attempt } = one.state
    const next = dials[attempt.number]
    if (next && (state === 'queued' || state === 'deferred')) dialOnce(one, next, arrivals)
    arrivals.sort((a, b) => a.at - b.at)
    const [first] = arrivals
    const due = noun.deadline(one.state)
    if (first && (due === undefined || first.at <= due.at)) {
      arrivals.shift()
      one.jump(Math.max(one.now, first.at))
      first.act()
    } else if (!one.fireNext()) break
  }
  for (const { act } of arrivals) act()
  while (one.fireNext());
  return one
}

function dialOnce(one: Case, dial: Dial, arrivals: Arrivals): void {
  const { attempt, state } = one.state
  const {
    gate: { closedMs, ...open },
    answer,
  } = dial
  const number = attempt.number + 1
  const closed = closedMs !== undefined && state === 'queued' ? { closed: { openings: [one.now + closedMs] } } : {}
  one.try({ type: 'offer_slot', attempt: number, slot: 1, lease: 'here', gate: { ...open, ...closed } })
  if (one.state.attempt.number !== number) return
  const cause = answer === 'placed' || answer === 'unknown' ? undefined : answer
  const placed = { is: 'placed', callId: `CA${number}` } as const
  const came = cause ? ({ is: 'refused', cause } as const) : answer === 'placed' ? placed : ({ is: 'unknown' } as const)
  one.try({ type: 'dial_answered', attempt: number, answer: came })
  report(one, number, dial, arrivals)
}

/** Puts on their way what the carrier tells of an attempt: lost, repeated, late, and so out of order. */
function report(one: Case, attempt: number, dial: Dial | undefined, arrivals: Arrivals): void {
  let happened = one.now
  for (const [i, { afterMs, what, isLost, copies, lateMs }] of (dial?.reports ?? []).entries()) {
    happened += afterMs
    if (isLost) continue
    const act = (): void => {
      one.try({ type: 'report', attempt, sequence: i + 1, what })
      if (dial?.beeps && what.is === 'answered') one.try({ type: 'voicemail_sign', sign: 'beep' })
    }
    for (let copy = 1; copy <= copies; copy++) arrivals.push({ at: happened + lateMs * copy, act })
  }
}

function perform(one: Case, deed: Deed): void {
  if ('do' in deed) one.try(deed.command(one.state, one.now))
  else if (deed.pass === 'until due') one.fireNext()
  else one.jump(one.now + deed.pass)
}

/** Every event with the state it found and left, and what the receiver is told of it. */
function follow(one: Case): readonly { before: Session | undefined; after: Session; told: Told | undefined }[] {
  let before: Session | undefined
  return one.events.map((event, i) => {
    const after = noun.evolve(before, event)
    const recorded = { event, n: i + 1 } as unknown as Followed['recorded']
    const told = toldOf({ recorded, before, after })
    const step = { before, after, told }
    before = after
    return step
  })
}

/** What is wrong with a life as Bolna's API tells of it; nothing: an empty list. */
function complaints(one: Case, walked: Set<string>): readonly string[] {
  const wrong: string[] = []
  let last = 'new'
  let isOver = false
  for (const { before, after, told } of follow(one)) {
    const shown = statusOf(after)
    const status = told?.status ?? (before === undefined ? shown : undefined)
    if (status === undefined) {
      if (before && statusOf(before) !== shown) wrong.push(`${statusOf(before)} became ${shown}, and nobody was told`)
      continue
    }
    walked.add(`${last} ${status}`)
    if (!allowed(last, status)) wrong.push(`${last} to ${status}`)
    if (isOver) wrong.push(`${status} after an end`)
    if (told?.ending === undefined && shown !== status) wrong.push(`told ${status}, but ${shown} is read`)
    isOver = told?.ending === undefined && finalStatuses.has(status)
    if (isOver !== (after.state === 'ended')) wrong.push(`${status} while it is ${after.state}`)
    last = status
  }
  if (one.state.state === 'ended' && !isOver) wrong.push(`it ended, and the last that was told is ${last}`)
  return wrong
}

describe('B5: no edge outside 5.1 is ever written', () => {
  test(`${runs} carriers that lose, repeat, delay and reorder what they report`, () => {
    fc.assert(
      fc.property(life, (lived) => {
        expect(complaints(live(lived), new Set())).toEqual([])
      }),
      { numRuns: runs },
    )
  })

  test('they are lively: every edge of 5.1 is walked', () => {
    const walked = new Set<string>()
    fc.assert(
      fc.property(life, (lived) => {
        complaints(live(lived), walked)
      }),
      { numRuns: runs / 2, seed: 20_261_121 },
    )
    expect([...walked].toSorted()).toEqual(everyEdge.map(([from, to]) => `${from} ${to}`).toSorted())
  })

  test('and whatever else happens, in any order', () => {
    fc.assert(
      fc.property(anyExecution, fc.array(anyDeed, { maxLength: 40 }), (ordered, deeds) => {
        const one = new Case(ordered)
        for (const deed of deeds) perform(one, deed)
        while (one.fireNext());
        expect(complaints(one, new Set())).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })
})

/** The states as AnyReach shows them (lifecycle section 3); its API comes later, its law is kept from now on. */
function reached(session: Session, shown: string | undefined): string {
  const { kind, state, outcome, end, past } = session
  // A9: what is over does not change again.
  if (shown !== undefined && anyReachFinal.has(shown)) return shown
  if (hasLeft(session)) return 'transferred'
  const wasLive = past.some((one) => one.wasLive)
  switch (state) {
    case 'prepared':
    case 'scheduled':
    case 'deferred':
    case 'queued':
    case 'dialing':
      return wasLive ? 'in_progress' : 'triggered'
    case 'joining':
      return 'token_created'
    case 'ringing':
      return wasLive ? 'in_progress' : 'ringing'
    case 'live':
      return 'in_progress'
    case 'wrapping':
      return voicemailRetryDue(session) ? 'in_progress' : String(outcome)
    case 'ended':
    case 'erasing':
      break
  }
  const spoke = shown === 'in_progress' || kind === 'text'
  switch (outcome) {
    case 'completed':
    case 'transferred':
      return outcome
    case 'no_answer':
    case 'busy':
      return spoke ? 'completed' : 'unanswered'
    case 'canceled':
      return spoke ? 'completed' : 'cancelled'
    case 'stopped':
      return spoke ? 'completed' : end?.cause === 'no_response' ? 'failed' : 'cancelled'
    case 'failed':
      return wasLive && session.attempt.answeredAt === undefined ? 'completed' : 'failed'
    case 'error':
    case 'balance_low':
    case null:
      return 'failed'
  }
}

const anyReachFinal = new Set(['completed', 'failed', 'cancelled', 'transferred', 'unanswered'])
/** AnyReach section 2.2, by channel: where each may begin and what may follow; a retry leads from `ringing` back to `triggered`. */
const anyReach: Readonly<Record<Session['kind'], Readonly<Record<string, string>>>> = {
  telephone: {
    new: 'triggered ringing',
    triggered: 'ringing unanswered cancelled failed',
    ringing: 'triggered in_progress unanswered cancelled failed',
    in_progress: 'completed transferred failed',
  },
  browser: {
    new: 'token_created',
    token_created: 'in_progress cancelled failed',
    in_progress: 'completed transferred failed',
  },
  text: { new: 'in_progress', in_progress: 'completed transferred failed' },
  email: { new: 'triggered', triggered: 'in_progress failed cancelled', in_progress: 'completed transferred failed' },
}

describe("AnyReach's tables on the same lives", () => {
  test('A9: never a terminal status and then another one, and no move outside 2.2', () => {
    fc.assert(
      fc.property(fc.oneof(ordersHere, anyExecution), fc.array(anyDeed, { maxLength: 40 }), (ordered, deeds) => {
        const one = new Case(ordered)
        for (const deed of deeds) perform(one, deed)
        while (one.fireNext());
        const wrong: string[] = []
        let shown: string | undefined
        for (const { after } of follow(one)) {
          const next = reached(after, shown)
          const targets = (anyReach[after.kind][shown ?? 'new'] ?? '').split(' ')
          if (next !== shown && !targets.includes(next)) wrong.push(`${shown} to ${next}`)
          shown = next
        }
        expect(wrong).toEqual([])
        expect(anyReachFinal).toContain(shown)
      }),
      { numRuns: 2_000 },
    )
  })
})
