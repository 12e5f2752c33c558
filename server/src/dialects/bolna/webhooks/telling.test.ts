import { describe, expect, it } from 'vitest'
import { given, calling, inbound, row, begin, stubborn, type Case } from '#domain/session/given.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import { executionOf, type Execution } from '../executions/execution.ts'
import { toldOf } from './telling.ts'
import { finalStatuses, lawStatuses, statusOf } from '../vocabulary.ts'
import { execution as executionAnswer } from '../wire/answers.ts'

const definition: AgentDefinition = {
  name: 'alice',
  welcome: 'Hello.',
  speech: { by: 'script', lines: [], goodbye: '' },
  limits: {},
  hours: null,
  retry: null,
  route: 'default',
  inbound: { callsPerCaller: -1, exempt: [], rejectUnknown: false },
  announce: null,
  makes: { recording: false, summary: false, extraction: false },
  vendor: {},
}
const open = { balance: 'enough' } as const
const [alice, us] = ['+14155550101', '+18005550111'] as const
const talk = [
  { is: 'turn', who: 'agent', text: 'Hello.', at: 1 },
  { is: 'turn', who: 'user', text: 'Hi.', at: 2 },
] as const

type Ending = { readonly end: NonNullable<Session['end']>; readonly retryAt: number }

function shown(session: Session, ending?: Ending, agent = definition) {
  return executionOf({
    session,
    order: { data: { name: 'Mira' } },
    definition: agent,
    talk,
    artefacts: [],
    earlierCosts: [],
    baseUrl: 'https://calls.example.net',
    completedTold: true,
    ...(ending && { ending }),
  })
}

/** Everything a receiver hears of a session, oldest first. */
function told(call: Case): readonly Execution[] {
  void call.state
  const bodies: Execution[] = []
  let before: Session | undefined
  for (const [index, event] of call.events.entries()) {
    const after = noun.evolve(before, event)
    const recorded = {
      id: `${after.id}.${index + 1}`,
      seq: index + 1,
      account: after.account,
      noun: 'session',
      aggregate: after.id,
      n: index + 1,
      recordedAt: 0,
      request: null,
      event,
    }
    const change = toldOf({ recorded, before, after })
    if (change) {
      const body = shown(change.session, change.ending)
      if (body.status !== change.status) throw new Error(`Told as ${change.status}, shown as ${body.status}.`)
      bodies.push(body)
    }
    before = after
  }
  return bodies
}

const statuses = (call: Case): readonly string[] => told(call).map(({ status }) => status)
const last = (call: Case): Execution => {
  const body = told(call).at(-1)
  if (!body) throw new Error('Nothing was told.')
  return body
}
const answered = (): Case => given().offer().placed().at(2).ringing().at(5).talking()
const hungUp = { verdict: 'hangup', by: 'user', protocol: { sip: 200 } } as const

describe('the law, rule by rule', () => {
  it('B1 every body has a status and an error_message', () => {
    for (const body of told(answered().at(46).ended(hungUp).settled())) {
      expect(lawStatuses).toContain(body.status)
      expect(body.error_message).toBeNull()
    }
    expect(last(given().offer().ringing().ended({ verdict: 'busy' })).error_message).toBe('Call recipient was busy')
  })

  it('B2 the main line, in its order', () => {
    expect(statuses(answered().at(46).ended(hungUp).settled())).toEqual([
      'queued',
      'initiated',
      'ringing',
      'in-progress',
      'call-disconnected',
      'completed',
    ])
  })

  it('B3 ringing to no-answer', () => {
    expect(statuses(given().offer().ringing().ended({ verdict: 'no_answer' }))).toEqual([
      'queued',
      'initiated',
      'ringing',
      'no-answer',
    ])
  })

  it('B4 ringing to busy', () => {
    expect(statuses(given().offer().ringing().ended({ verdict: 'busy' })).slice(-2)).toEqual(['ringing', 'busy'])
  })

  it('B5 busy, no-answer and in-progress come from ringing only, which is written where the carrier left it out', () => {
    expect(statuses(given().offer().ended({ verdict: 'busy' })).slice(-2)).toEqual(['ringing', 'busy'])
    expect(statuses(given().offer().ended({ verdict: 'no_answer' })).slice(-2)).toEqual(['ringing', 'no-answer'])
    const skipped = told(given().offer().answered())
    expect(skipped.map(({ status }) => status).slice(-2)).toEqual(['ringing', 'in-progress'])
    expect(skipped.at(-1)?.telephony_data.ring_duration).toBe(0)
  })

  it('B6 completed is final: nothing follows, and only it says that all processing is finished', () => {
    const call = answered().at(46).ended(hungUp)
    expect(last(call)).toMatchObject({ status: 'call-disconnected', x: { is_final: false }, smart_status: null })
    call.settled()
    expect(last(call)).toMatchObject({ status: 'completed', x: { is_final: true }, smart_status: 'completed' })
    call.ended(hungUp).ringing()
    expect(statuses(call)).toHaveLength(6)
  })

  it('B7 the successful statuses in their chronological order, rescheduled between queued and initiated', () => {
    const closed = { balance: 'enough', closed: { openings: [begin + 3_600_000] } } as const
    const call = calling({ keepsHours: true }).look(closed).at(3_600).offer(open, { attempt: 1 })
    call.ringing().talking().at(3_700).ended(hungUp).settled()
    expect(statuses(call)).toEqual([
      'queued',
      'rescheduled',
      'initiated',
      'ringing',
      'in-progress',
      'call-disconnected',
      'completed',
    ])
  })

  it('B8 queued: received, nothing else is known', () => {
    expect(last(given())).toMatchObject({
      status: 'queued',
      initiated_at: null,
      scheduled_at: null,
      telephony_data: { provider_call_id: null, hangup_by: null, duration: '0' },
      x: { sequence: 1, waiting_for: 'slot', attempt: 1 },
    })
  })

  it('B9 rescheduled: outside the calling hours, with the next start', () => {
    const closed = { balance: 'enough', closed: { openings: [begin + 3_600_000] } } as const
    expect(last(calling({ keepsHours: true }).look(closed))).toMatchObject({
      status: 'rescheduled',
      rescheduled_at: expect.stringMatching(/\+00:00$/),
      x: { waiting_for: 'guardrail', next_attempt_at: expect.any(String) },
    })
  })

  it('B10 initiated: the dial', () => {
    expect(last(given().offer())).toMatchObject({ status: 'initiated', initiated_at: expect.any(String) })
  })

  it('B11 ringing: with the time since the dial', () => {
    expect(last(given().offer().placed().at(2).ringing())).toMatchObject({
      status: 'ringing',
      telephony_data: { post_dial_delay: 2, ring_duration: null, provider_call_id: 'CA1' },
    })
  })

  it('B12 in-progress: answered, with the time it rang', () => {
    expect(last(given().offer().at(2).ringing().at(5).answered())).toMatchObject({
      status: 'in-progress',
      conversation_duration: 0,
      transcript: '',
      telephony_data: { ring_duration: 3, hangup_by: null },
    })
  })

  it('B13 D13 call-disconnected: duration, transcript and who hung up; no cost, recording or extraction yet', () => {
    expect(last(answered().at(32.24).ended(hungUp))).toMatchObject({
      status: 'call-disconnected',
      conversation_duration: 27.2,
      conversation_time: 27.2,
      transcript: 'assistant: Hello.\nuser: Hi.\n',
      total_cost: 0,
      extracted_data: null,
      telephony_data: {
        duration: '28',
        recording_url: null,
        hangup_by: 'Callee',
        hangup_reason: 'Call recipient hungup',
        hangup_provider_code: 200,
      },
      x: { hangup_code_scheme: 'sip' },
    })
  })

  it('B14 completed within three minutes of the disconnect, whatever is missing, which is named', () => {
    const call = calling({ makes: ['summary'] })
      .offer()
      .ringing()
      .talking()
      .at(30)
      .ended(hungUp)
      .settle('cost')
    call.at(30 + 180)
    expect(last(call)).toMatchObject({
      status: 'completed',
      error_message: 'Post-processing incomplete: summary',
      x: { phases: { summary: 'failed', cost: 'done' } },
    })
  })

  it('B15 balance-low, busy and no-answer: never talked, and final', () => {
    const low = given().offer({ balance: 'low' })
    expect(statuses(low)).toEqual(['queued', 'balance-low'])
    expect(last(low)).toMatchObject({
      error_message: 'Insufficient balance to initiate the call',
      telephony_data: { hangup_by: null, hangup_reason: null, provider_call_id: null },
      x: { is_final: true, outcome: 'balance_low' },
    })
    for (const verdict of ['busy', 'no_answer'] as const)
      expect(last(given().offer().ringing().ended({ verdict }))).toMatchObject({
        conversation_duration: 0,
        transcript: '',
        x: { is_final: true },
      })
  })

  it('B16 canceled, failed, stopped and error', () => {
    expect(last(given().offer().ringing().do({ type: 'hang_up' }))).toMatchObject({
      status: 'canceled',
      telephony_data: { hangup_by: 'API Request', hangup_reason: 'Call canceled' },
    })
    expect(last(given().offer().ended({ verdict: 'invalid_number' }))).toMatchObject({
      status: 'failed',
      telephony_data: { hangup_reason: 'Call recipient number invalid' },
    })
    const stopped = given().do({ type: 'stop', cause: 'stopped_by_request' })
    expect(last(stopped)).toMatchObject({ status: 'stopped', error_message: 'Stopped by user' })
    expect(last(given().offer().at(61))).toMatchObject({
      status: 'stopped',
      error_message: 'No response from telephony provider within 60 s',
      x: { outcome: 'provider_no_response' },
    })
    expect(last(given().offer({ balance: 'enough', unusable: 'number_unusable' }))).toMatchObject({
      status: 'error',
      error_message: 'from_phone_number not owned by account',
    })
  })

  it('B17 B18 the bodies of all events have one structure, that of a read, with every field of the law', () => {
    const bodies = [
      ...told(answered().at(46).ended(hungUp).settled()),
      ...told(given(inbound).answered().at(20).ended(hungUp).settled()),
      ...told(calling({ retry: stubborn }).offer().ringing().ended({ verdict: 'busy' })),
    ]
    const keys = Object.keys(executionAnswer.shape)
    for (const body of bodies) {
      expect(Object.keys(body)).toEqual(keys)
      executionAnswer.parse(body)
      for (const part of ['telephony_data', 'usage_breakdown', 'cost_breakdown', 'x'] as const)
        expect(Object.keys(body[part]).toSorted()).toEqual(Object.keys(bodies[0]?.[part] ?? {}).toSorted())
    }
  })

  it('B19 who hung up and why is told with every end', () => {
    for (const call of [
      answered().at(46).ended(hungUp).settled(),
      given().offer().ringing().ended({ verdict: 'busy' }),
    ])
      expect(last(call).telephony_data).toMatchObject({
        hangup_by: expect.any(String),
        hangup_reason: expect.any(String),
      })
  })

  it('B20 exactly 14 statuses, spelt with hyphens, canceled with one l', () => {
    expect(lawStatuses).toHaveLength(14)
    expect(new Set(lawStatuses).size).toBe(14)
    for (const status of lawStatuses) expect(status).toMatch(/^[a-z]+(-[a-z]+)?$/)
    expect(lawStatuses).toContain('canceled')
    expect([...finalStatuses].toSorted()).toEqual(
      ['balance-low', 'busy', 'canceled', 'completed', 'error', 'failed', 'no-answer', 'stopped'].toSorted(),
    )
  })
})

describe('what is not known yet', () => {
  const phases = (call: Case): readonly string[] => [...new Set(Object.values(last(call).x.phases))]

  it('every phase is pending until the call is over; of one that was never live all are skipped', () => {
    const call = given()
    expect(phases(call)).toEqual(['pending'])
    expect(phases(call.offer().placed())).toEqual(['pending'])
    expect(phases(call.at(2).ringing())).toEqual(['pending'])
    expect(phases(call.at(5).talking())).toEqual(['pending'])
    expect(last(call.at(46).ended(hungUp)).x.phases).toMatchObject({ cost: 'pending', recording: 'skipped' })
    expect(phases(call.settled())).not.toContain('pending')
    expect(phases(given().offer().ringing().ended({ verdict: 'busy' }))).toEqual(['skipped'])
    expect(phases(calling({ retry: stubborn }).offer().ringing().ended({ verdict: 'busy' }))).toEqual(['pending'])
  })

  it('a voicemail is neither found nor none before the call is over', () => {
    const looks = { ...definition, limits: { voicemailMs: 30_000 } }
    const call = calling({ voicemailMs: 30_000 }).offer().ringing().talking()
    expect(shown(call.state, undefined, looks).answered_by_voice_mail).toBeNull()
    expect(shown(call.at(46).ended(hungUp).state, undefined, looks).answered_by_voice_mail).toBe(false)
  })
})

describe('D37 a retry', () => {
  const busy = (): Case =>
    calling({ retry: stubborn }).offer().placed().at(2).ringing().at(6).ended({ verdict: 'busy' })

  it('is told as the ending of the attempt, not final, and then as scheduled; a reader only sees scheduled', () => {
    const call = busy()
    const [ending, scheduled] = told(call).slice(-2)
    expect(ending).toMatchObject({
      status: 'busy',
      retry_count: 0,
      scheduled_at: null,
      retry_history: [{ attempt: 1, status: 'busy', provider_call_id: 'CA1' }],
      telephony_data: { hangup_reason: 'Call recipient was busy', ring_duration: 4 },
      x: { sequence: 4, is_final: false, attempt: 1, outcome: 'busy', waiting_for: null },
    })
    expect(scheduled).toMatchObject({
      status: 'scheduled',
      error_message: null,
      retry_count: 1,
      scheduled_at: ending?.x.next_attempt_at,
      telephony_data: { hangup_by: null },
      x: { sequence: 5, is_final: false, outcome: null, waiting_for: 'retry' },
    })
    expect(statusOf(call.state)).toBe('scheduled')
  })

  it('walks the diagram again, for the same execution, and completes once', () => {
    const call = busy().at(1_806).offer().at(1_808).ringing().talking().at(1_900).ended(hungUp).settled()
    expect(statuses(call).slice(4)).toEqual([
      'scheduled',
      'queued',
      'initiated',
      'ringing',
      'in-progress',
      'call-disconnected',
      'completed',
    ])
    expect(last(call)).toMatchObject({ retry_count: 1, x: { attempt: 2, sequence: 11, is_final: true } })
    expect(new Set(told(call).map(({ id }) => id)).size).toBe(1)
  })

  it('of a voicemail goes from call-disconnected to scheduled; only the last attempt completes (B6)', () => {
    const policy = { retry: stubborn, voicemailMs: 30_000 }
    const call = calling(policy)
      .offer()
      .ringing()
      .talking()
      .at(20)
      .do({ type: 'agent_ends', cause: 'voicemail' })
      .settled()
    expect(statuses(call).slice(-2)).toEqual(['call-disconnected', 'scheduled'])
    expect(last(call).retry_history).toMatchObject([{ attempt: 1, status: 'call-disconnected' }])
    call.do({ type: 'stop', cause: 'stopped_by_request' })
    expect(last(call)).toMatchObject({ status: 'stopped', x: { is_final: true } })
  })
})

describe('what is told of other calls', () => {
  it('D36 a row of a batch is told from queued on', () => {
    expect(statuses(given(row))).toEqual([])
    expect(statuses(given(row).do({ type: 'queue', because: 'its batch starts' }))).toEqual(['queued'])
    expect(last(given(row).do({ type: 'queue', because: 'its batch starts' }))).toMatchObject({
      batch_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      batch_run_details: { status: 'queued', retried: 0 },
    })
  })

  it('D41 an inbound call is told from ringing on, with the caller as from_number', () => {
    const call = given({ ...inbound, user: alice, own: us })
      .at(3)
      .answered()
      .at(20)
      .ended(hungUp)
      .settled()
    expect(statuses(call)).toEqual(['ringing', 'in-progress', 'call-disconnected', 'completed'])
    expect(last(call)).toMatchObject({
      initiated_at: null,
      user_number: alice,
      agent_number: us,
      context_details: { recipient_phone_number: us },
      telephony_data: { call_type: 'inbound', from_number: alice, to_number: us, hangup_by: 'Caller' },
    })
  })

  it('sessions that are no telephone calls are not told', () => {
    expect(statuses(given({ kind: 'text', direction: 'inbound', to: 'live' }))).toEqual([])
    expect(statuses(given({ kind: 'browser', direction: 'inbound', to: 'joining' }))).toEqual([])
  })
})
