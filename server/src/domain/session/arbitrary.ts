// Random orders and random deeds for tests over the state space; what a deed asks for depends on the session it is done to.
import fc, { type Arbitrary } from 'fast-check'
import { dayMs, hourMs, minuteMs, type Instant, type Milliseconds } from '../vocabulary/instant.ts'
import type { Create, Gate, ReportedWhat, SessionCommand } from './commands.ts'
import { begin, idOf, imported, inbound, browser, mail, order, row, stubborn, text } from './given.ts'
import { bounds, limits } from './limits.ts'
import type { Artefact, Policy, RetryPolicy, Session } from './state.ts'

/** Something happens, or time passes: `ms`, or until the next deadline. */
export type Deed =
  | { readonly pass: Milliseconds | 'until due' }
  | { readonly do: string; readonly command: (session: Session, now: Instant) => SessionCommand }

const settings = fc.record({
  declinesPending: fc.boolean(),
  modeAfterConnect: fc.constantFrom('barge', 'whisper', 'spy'),
  openedByProgram: fc.constant(false),
})

const retry: Arbitrary<RetryPolicy> = fc.record({
  max: fc.integer({ min: 1, max: limits.retries }),
  on: fc.subarray(['no_answer', 'busy', 'failed', 'error'] as const),
  onVoicemail: fc.boolean(),
  afterMs: fc.array(fc.integer({ min: minuteMs, max: dayMs }), { minLength: 1, maxLength: limits.retries }),
})

/** Clocks and choices within their bounds; `setupMs` by the bounds of telephone calls. */
const anyPolicy: Arbitrary<Partial<Policy>> = fc.record(
  {
    queueMs: between('queueMs'),
    setupMs: between('setupMs'),
    ringMs: between('ringMs'),
    maxMs: between('maxMs'),
    capMs: between('capMs'),
    silenceMs: fc.option(between('silenceMs')),
    askOnlineMs: fc.option(between('askOnlineMs')),
    saysLastWords: fc.boolean(),
    wrapMs: between('wrapMs'),
    idleMs: fc.option(between('idleMs')),
    tokenMs: between('tokenMs'),
    retry: fc.option(retry, { freq: 4 }),
    keepsHours: fc.boolean(),
    hours: fc.constant({ startHour: 9, endHour: 17, zone: 'America/New_York' }),
    voicemailMs: fc.option(between('voicemailMs')),
    makes: fc.subarray(['recording', 'summary', 'extraction'] as const),
  },
  { requiredKeys: [] },
)

function between(name: keyof typeof bounds): Arbitrary<Milliseconds> {
  const [min, max] = bounds[name]
  return fc.integer({ min, max })
}

const starts: Arbitrary<Partial<Create>> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  fc.constant(row),
  fc.integer({ min: 0, max: 30 * dayMs }).map((ahead) => ({ to: 'scheduled' as const, dueAt: begin + ahead })),
  fc.constant(inbound),
  settings.map((given) => ({ ...inbound, settings: given })),
  settings.map((given) => ({ to: 'scheduled' as const, settings: { ...given, openedByProgram: true } })),
  fc.constant(browser),
  fc.constant(imported),
  fc.constant({ ...text, user: 'u'.repeat(limits.address), own: 'o'.repeat(limits.address) }),
)

/** An order of any kind. */
export const anyOrder: Arbitrary<Create> = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(starts, anyPolicy).map(([start, policy]) => order({ ...start, policy })) },
  {
    weight: 3,
    arbitrary: anyPolicy.map((policy) => order({ policy: { ...policy, retry: stubborn, voicemailMs: 10 * minuteMs } })),
  },
  { weight: 1, arbitrary: anyPolicy.map(({ setupMs: _setup, ...policy }) => order({ ...mail, policy })) },
)

const verdict = fc.constantFrom(
  'busy',
  'no_answer',
  'rejected',
  'invalid_number',
  'unreachable',
  'congestion',
  'hangup',
  'dropped',
)
const protocol = fc.record(
  {
    sip: fc.constantFrom(200, 403, 404, 408, 480, 486, 487, 500, 503, 600, 603),
    q850: fc.constantFrom(1, 16, 17, 18, 19, 21, 34, 42, 127),
    text: fc.string({ maxLength: 300, unit: 'binary-ascii' }),
    scheme: fc.string({ maxLength: 40 }),
  },
  { requiredKeys: [] },
)

const what: Arbitrary<ReportedWhat> = fc.oneof(
  fc.record({ is: fc.constantFrom('placed', 'progress', 'ringing') }),
  { weight: 2, arbitrary: fc.record({ is: fc.constant('ringing') }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('answered'), lease: fc.constantFrom('here', 'there') }) },
  fc.record({ is: fc.constant('media'), receivedPackets: fc.nat(900), sentPackets: fc.nat(900) }),
  fc.record({ is: fc.constant('dtmf'), digits: fc.stringMatching(/^[0-9#*x]{1,40}$/) }),
  {
    weight: 2,
    arbitrary: fc.record(
      { is: fc.constant('ended'), verdict, protocol, by: fc.constantFrom('user', 'carrier', 'us') },
      { requiredKeys: ['is'] },
    ),
  },
)

const unusable = fc.constantFrom('agent_deleted', 'agent_unusable', 'number_unusable', 'credentials_refused')
type Hours = {
  readonly unusable?: NonNullable<Gate['unusable']>
  readonly low: boolean
  readonly closed?: readonly number[]
}
const hours: Arbitrary<Hours> = fc.record(
  { unusable, low: fc.boolean(), closed: fc.array(fc.integer({ min: 1, max: 14 * dayMs }), { maxLength: 20 }) },
  { requiredKeys: ['low'] },
)
const openHours: Arbitrary<Hours> = fc.constant({ low: false })

function gateAt({ unusable: unfit, low, closed }: Hours, now: Instant): Gate {
  return {
    balance: low ? 'low' : 'enough',
    ...(unfit && { unusable: unfit }),
    ...(closed && { closed: { openings: closed.toSorted((a, b) => a - b).map((ms) => now + ms) } }),
  }
}

/** About an earlier attempt, now and then. */
const late = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1)

const offers: Arbitrary<Deed> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: openHours }, { weight: 2, arbitrary: hours }),
    fc.option(fc.integer({ min: 1, max: 9 }), { freq: 6 }),
    late,
  )
  .map(([gate, slot, behind]) =>
    deed('offer', (session, now) => ({
      type: 'offer_slot',
      attempt: session.attempt.number + 1 - behind,
      gate: gateAt(gate, now),
      ...(slot !== null && { slot, lease: 'here' }),
    })),
  )

/** Mostly about the present attempt and in its place; sometimes about an earlier one, repeated, or out of order. */
const reports: Arbitrary<Deed> = fc
  .tuple(what, late, fc.constantFrom(1, 1, 1, 1, 2, 0, -1), fc.option(fc.string({ maxLength: 150 })), fc.nat(9))
  .map(([told, behind, step, callId, second]) =>
    deed(`report ${told.is}`, ({ attempt, control }) => ({
      type: 'report',
      attempt: attempt.number - behind,
      sequence: Math.max(0, (attempt.reports ?? 0) + step),
      what: told,
      ...(callId !== null && { callId }),
      ...(second < 3 && control?.second && { leg: control.second.leg, sequence: control.second.reports + step }),
    })),
  )

const answers: Arbitrary<Deed> = fc
  .tuple(
    late,
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ is: fc.constant('placed'), callId: fc.string({ maxLength: 150 }) }) },
      fc.record({ is: fc.constant('unknown') }),
      fc.record({
        is: fc.constant('refused'),
        cause: fc.constantFrom('credentials_refused', 'invalid_number', 'carrier_error', 'congestion'),
      }),
    ),
  )
  .map(([behind, answer]) =>
    deed('dial_answered', ({ attempt }) => ({ type: 'dial_answered', attempt: attempt.number - behind, answer })),
  )

const settling: Arbitrary<Deed> = fc
  .tuple(
    fc.constantFrom('recording', 'transcript', 'summary', 'extraction', 'cost'),
    fc.constantFrom('done', 'skipped', 'failed'),
    late,
    fc.nat(500),
    fc.boolean(),
  )
  .map(([any, state, behind, cost, isAny]) =>
    deed('settle', ({ attempt, artefacts }) => {
      // Mostly what is waited for, so that random lives come to their end.
      const awaited = (Object.keys(artefacts) as Artefact[]).find((name) => artefacts[name] === 'pending')
      const artefact = isAny ? any : (awaited ?? any)
      const settled = { type: 'settle', artefact, state, attempt: attempt.number - behind } as const
      return artefact === 'cost' ? { ...settled, cost } : settled
    }),
  )

const talk: Arbitrary<Deed> = fc.oneof(
  fc
    .tuple(fc.constantFrom('user', 'agent'), fc.integer({ min: -minuteMs, max: hourMs }))
    .map(([who, lasts]) => deed('turn', (_session, now) => ({ type: 'turn', who, quietFrom: now + lasts }))),
  fc.constantFrom('beep', 'check', 'live').map((sign) => deed('sign', () => ({ type: 'voicemail_sign', sign }))),
  fc
    .constantFrom('agent_hangup', 'agent_error', 'voicemail', 'voicemail', 'handed_over')
    .map((cause) => deed('agent_ends', () => ({ type: 'agent_ends', cause, note: 'n'.repeat(300) }))),
  fc.nat(20).map((n) =>
    deed('words', ({ kind }) => {
      const placed = { type: 'place_words', conversationId: idOf(200 + n), after: n } as const
      return kind === 'text' || kind === 'email' ? placed : { ...placed, streamId: idOf(300) }
    }),
  ),
  fc.tuple(fc.boolean(), fc.nat(limits.tool * 2)).map(([follows, length]) =>
    deed('note_tool', () => ({
      type: 'note_tool',
      after: follows ? idOf(500) : null,
      call: { id: 't1', name: 'look', arguments: {}, output: 'o'.repeat(length), isError: false, latencyMs: 1 },
    })),
  ),
  fc
    .tuple(fc.integer({ min: -1 }), fc.nat())
    .map(([promptTokens, completionTokens]) =>
      deed('note_usage', () => ({ type: 'note_usage', attempt: 1, model: 'small', promptTokens, completionTokens })),
    ),
  fc.nat(limits.advice * 2).map((length) => deed('advise', () => ({ type: 'advise', text: 'a'.repeat(length) }))),
  fc
    .tuple(fc.nat(400), fc.boolean())
    .map(([length, again]) =>
      deed('fail_turn', () => ({ type: 'fail_turn', because: 'b'.repeat(length), ...(again && { again }) })),
    ),
)

const requests: Arbitrary<Deed> = fc.oneof(
  fc
    .constantFrom<SessionCommand>(
      { type: 'queue', because: 'its batch starts' },
      { type: 'stop', cause: 'stopped_by_request' },
      { type: 'hang_up', note: 'enough' },
      { type: 'take_lease', lease: 'there' },
      { type: 'reject', attempt: 1, note: 'not known' },
    )
    .map((command) => deed(command.type, () => command)),
  fc
    .constantFrom('lost_lease', 'media_lost', 'carrier_drop', 'conversation_closed')
    .map((cause) => deed('lose', ({ attempt }) => ({ type: 'lose', attempt: attempt.number, cause }))),
  fc
    .integer({ min: 0, max: 40 * dayMs })
    .map((ahead) => deed('call_back', (_session, now) => ({ type: 'call_back', dueAt: now + ahead }))),
)

/** The first mail, answers, and what comes of them, mostly of the one that is on its way. */
const mailing: Arbitrary<Deed> = fc
  .tuple(
    fc.constantFrom('compose', 'settle', 'settle', 'take', 'leave'),
    fc.constantFrom('sent', 'sent', 'refused', 'unknown'),
    fc.boolean(),
    fc.nat(3),
  )
  .map(([name, is, flag, n]) => deed(`${name}_mail`, (session) => mailed(name, is, flag, n, session)))

function mailed(
  name: string,
  is: 'sent' | 'refused' | 'unknown',
  flag: boolean,
  n: number,
  { state, mail: { outgoing, received = 0 } = {} }: Session,
): SessionCommand {
  const words = { conversationId: idOf(200), words: idOf(201) }
  switch (name) {
    case 'compose': {
      const answers = state === 'dialing' ? 0 : received
      const messageId = `<${received}.${n}@example.com>`
      const afterwards = n === 0 ? { afterwards: { cause: 'agent_hangup' } as const } : {}
      return { type: 'compose_mail', messageId, subject: 'Hello', ...words, answers, ...afterwards }
    }
    case 'settle':
      return { type: 'settle_mail', messageId: outgoing?.messageId ?? '<0@example.com>', is, temporary: flag }
    case 'take':
      return { type: 'take_mail', messageId: `<${received}.${n}@example.org>`, ...words, automatic: flag }
    default:
      return { type: 'leave_mail', note: 'n'.repeat(300) }
  }
}

/** What an agent's program does; most of it is refused for a call that no program steers. */
const steering: Arbitrary<Deed> = fc
  .tuple(
    fc.constantFrom(
      'offer',
      'claim',
      'answer',
      'answer_done',
      'connect',
      'transfer',
      'mode',
      'close',
      'disconnect',
      'attach',
      'lose',
    ),
    fc.boolean(),
    fc.integer({ min: 1_000, max: 120_000 }),
  )
  .map(([name, fails, ms]) => deed(name, (session, now) => steer(name, fails, ms, session, now)))

function steer(name: string, fails: boolean, ms: number, { control }: Session, now: Instant): SessionCommand {
  const [id, to, from, until] = [`c${now % 97}`, '+14155550109', '+18005550111', now + ms]
  const offerId = control?.offer?.id ?? idOf(400)
  switch (name) {
    case 'offer':
      return { type: 'offer', offerId: idOf(400 + (ms % 5)) }
    case 'claim':
      return { type: 'claim', offerId, program: 'p1', ready: fails }
    case 'answer':
      return { type: 'answer', id, until }
    case 'answer_done':
      return { type: 'answer_done', id: control?.waiting?.id ?? id, ...(fails && { failed: 'no' }) }
    case 'connect':
      return { type: 'connect', id, to, from, ringMs: ms, until }
    case 'transfer':
      return { type: 'transfer', id, to, from, ringMs: ms }
    case 'mode':
      return { type: 'mode', mode: fails ? 'spy' : 'whisper' }
    case 'close':
      return { type: 'close' }
    case 'attach':
      return { type: 'attach_media', lease: 'here' }
    case 'lose':
      return { type: 'lose_media', lease: 'here' }
    default:
      return { type: 'disconnect' }
  }
}

const passing: Arbitrary<Deed> = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
    fc.integer({ min: 0, max: 10 * minuteMs }),
    fc.integer({ min: 0, max: 2 * dayMs }),
    { weight: 3, arbitrary: fc.constant('until due' as const) },
  )
  .map((pass) => ({ pass }))

/** One thing that happens to a session. */
export const anyDeed: Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: reports },
  { weight: 4, arbitrary: offers },
  { weight: 4, arbitrary: passing },
  { weight: 3, arbitrary: talk },
  { weight: 2, arbitrary: answers },
  { weight: 3, arbitrary: settling },
  { weight: 1, arbitrary: requests },
  { weight: 3, arbitrary: steering },
  { weight: 2, arbitrary: mailing },
)

/** Dialled, rung and answered at once: what few random lives get to. */
const answered: readonly Deed[] = [
  deed('queue', () => ({ type: 'queue', because: 'its batch starts' })),
  deed('offer', (session, now) => ({
    type: 'offer_slot',
    attempt: session.attempt.number + 1,
    gate: gateAt({ low: false }, now),
    slot: 1,
    lease: 'here',
  })),
  ...(['ringing', 'answered'] as const).map((is) =>
    deed(is, ({ attempt }) => ({
      type: 'report',
      attempt: attempt.number,
      sequence: (attempt.reports ?? 0) + 1,
      what: { is },
    })),
  ),
]

/** What happens to a session; some calls are answered first. */
export function anyDeeds(maxLength: number): Arbitrary<readonly Deed[]> {
  return fc
    .tuple(fc.array(anyDeed, { maxLength }), fc.nat(3))
    .map(([deeds, kind]) => (kind === 0 ? [...answered, ...deeds] : deeds))
}

function deed(name: string, command: Extract<Deed, { do: string }>['command']): Deed {
  return { do: name, command, toString: () => name } as Deed
}
