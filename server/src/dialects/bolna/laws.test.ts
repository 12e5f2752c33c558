import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBolna, phone, untilEvening, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { showId } from '#dialects/native/vocabulary.ts'
import { hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import type { Execution } from './executions/execution.ts'
import { readId } from './ids.ts'
import { allowed } from './testing/edges.ts'
import { lawStatuses } from './vocabulary.ts'

/**
 * The law "List of Call Statuses", rule by rule (section 2), over the HTTP surface. The calls are placed once, and every rule is
 * looked for in all of them: the webhooks in their order, and the execution as it is read at last.
 */

const second = 1_000
const analysisUrl = 'https://analysis.example.com/make'

interface Walk {
  readonly told: readonly Execution[]
  readonly last: Execution
}

describe('the law of call statuses', () => {
  let house: BolnaHouse
  const walks = {} as Record<keyof typeof calls, Walk>
  const all = (): readonly Walk[] => Object.values(walks)
  const way = (name: keyof typeof calls): readonly string[] => walks[name].told.map(({ status }) => status)
  const ending = (name: keyof typeof calls): Execution => walks[name].told.at(-1) ?? walks[name].last

  /** How each call is brought about, on a line of its own; answers with the execution's id when it is over. */
  const calls = {
    answered: (line: Line) => called(line, phone('01'), { lines: ['We open at nine.', 'And close at five.'] }),
    hungUp: (line: Line) => called(line, phone('09'), { lines: ['We open at nine.'] }),
    dropped: (line: Line) => called(line, phone('17'), { lines: ['We open at nine.', 'And close at five.'] }),
    busy: (line: Line) => called(line, phone('02')),
    busyAtOnce: (line: Line) => called(line, phone('18')),
    unanswered: (line: Line) => called(line, phone('03')),
    declined: (line: Line) => called(line, phone('04')),
    failed: (line: Line) => called(line, phone('05')),
    congested: (line: Line) => called(line, phone('06')),
    silentCarrier: (line: Line) => called(line, phone('10')),
    reordered: (line: Line) => called(line, phone('12')),
    retried: (line: Line) =>
      called(line, phone('19'), {}, { retry_config: { enabled: true, retry_intervals_minutes: [1] } }),
    stopped: async (line: Line) => {
      await line.slots(0)
      const id = await line.call(await line.agent(), phone('01'))
      expect((await line.ask('POST', `/call/${id}/stop`)).status).toBe(200)
      return id
    },
    canceled: async (line: Line) => {
      const id = await line.call(await line.agent(), phone('14'))
      await line.pass(4 * second)
      expect((await line.ask('POST', `/call/${id}/hangup`)).status).toBe(200)
      return id
    },
    error: async (line: Line) => {
      await line.slots(0)
      const id = await line.call(await line.agent(), phone('01'))
      const [number] = (await line.native.get('/phone-numbers')).body.phoneNumbers
      expect((await line.native.remove(`/phone-numbers/${number.id}`)).status).toBe(200)
      await line.slots(1)
      return id
    },
    balanceLow: async (line: Line) => {
      const account = showId('account', line.account)
      await house.trial.admin.post(`/accounts/${account}/wallet/credit`, { cents: 1, because: 'a first cent' })
      return line.call(await line.agent(), phone('01'))
    },
    rescheduled: async (line: Line) => {
      const hours = { calling_guardrails: { call_start_hour: 9, call_end_hour: 21 } }
      const agent = await line.agent({ config: hours })
      const id = await line.call(agent, phone('01'))
      await line.pass(12 * hourMs)
      return id
    },
    wrappedLate: (line: Line) => called(line, phone('01'), { config: { tasks: [{ task_type: 'summarization' }] } }),
  }

  async function called(
    line: Line,
    to: string,
    wish: Parameters<Line['agent']>[0] = {},
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const id = await line.call(await line.agent(wish), to, more)
    await line.pass(40 * second)
    return id
  }

  beforeAll(async () => {
    const rates = {
      perMinute: { network: 1, platform: 2 },
      transcriberPerSecond: 0,
      synthesizerPerCharacter: 0,
      llmPerThousandTokens: 0,
    }
    house = await openBolna({ analysisUrl, rates }, ({ url }) => ({ status: url === analysisUrl ? 500 : 200 }))
    for (const [name, bring] of Object.entries(calls)) {
      const line = await house.line()
      if (name === 'rescheduled') await untilEvening(line)
      const id = await bring(line)
      await line.pass(5 * minuteMs)
      walks[name as keyof typeof calls] = {
        told: line.told.filter((body) => body.id === id),
        last: await line.execution(id),
      }
    }
  })
  afterAll(() => house.stop())

  const bodies = (): readonly Execution[] => all().flatMap(({ told, last }) => [...told, last])
  const pairs = (): readonly (readonly [string, string])[] =>
    all().flatMap(({ told }) => told.slice(1).map((body, i) => [told[i]?.status ?? '', body.status] as const))
  const before = (status: string): ReadonlySet<string> =>
    new Set(pairs().flatMap(([from, to]) => (to === status ? [from] : [])))

  test('B1 every conversation carries status and error_message throughout its lifecycle', () => {
    for (const body of bodies()) {
      expect(lawStatuses).toContain(body.status === 'scheduled' ? 'queued' : body.status)
      expect(body.error_message === null || typeof body.error_message === 'string').toBe(true)
    }
    for (const name of ['busy', 'unanswered', 'failed', 'silentCarrier', 'stopped', 'canceled', 'error'] as const)
      expect(ending(name).error_message).toMatch(/^\S.+/)
    for (const { error_message } of walks.answered.told) expect(error_message).toBeNull()
  })

  test('B2 queued, initiated, ringing, in-progress, call-disconnected, completed, in this order', () => {
    const line = ['queued', 'initiated', 'ringing', 'in-progress', 'call-disconnected', 'completed']
    expect(way('answered')).toEqual(line)
    expect(way('hungUp')).toEqual(line)
    expect(way('reordered')).toEqual(line)
  })

  test('B3 ringing to no-answer', () => {
    expect(way('unanswered')).toEqual(['queued', 'initiated', 'ringing', 'no-answer'])
  })

  test('B4 ringing to busy', () => {
    expect(way('busy')).toEqual(['queued', 'initiated', 'ringing', 'busy'])
  })

  test('B5 no-answer, busy and in-progress only from ringing, completed only from call-disconnected, no other edge', () => {
    for (const status of ['no-answer', 'busy', 'in-progress']) expect([...before(status)]).toEqual(['ringing'])
    expect([...before('completed')]).toEqual(['call-disconnected'])
    expect(way('busyAtOnce')).toEqual(['queued', 'initiated', 'ringing', 'busy'])
    for (const [from, to] of pairs()) expect([from, to, allowed(from, to)]).toEqual([from, to, true])
    for (const { told } of all()) expect(allowed('new', told[0]?.status ?? '')).toBe(true)
  })

  test('B6 completed is final, and means that all post-call processing is finished', () => {
    const completed = all().filter(({ told }) => told.some(({ status }) => status === 'completed'))
    expect(completed.length).toBeGreaterThan(4)
    for (const { told, last } of completed) {
      expect(told.findIndex(({ status }) => status === 'completed')).toBe(told.length - 1)
      expect([last.status, last.x.is_final]).toEqual(['completed', true])
      for (const { x } of [told.at(-1) ?? last, last]) expect(Object.values(x.phases)).not.toContain('pending')
    }
  })

  test('B7 the successful statuses in the chronological order of a normal call', () => {
    const order = ['queued', 'rescheduled', 'initiated', 'ringing', 'in-progress', 'call-disconnected', 'completed']
    expect(lawStatuses.slice(0, 7)).toEqual(order)
    expect(way('rescheduled')).toEqual(order)
  })

  test('B8 queued: received and queued for processing', () => {
    for (const { told } of all()) {
      expect(told[0]).toMatchObject({ status: 'queued', initiated_at: null, x: { sequence: 1 } })
      expect(told[0]?.telephony_data.provider_call_id).toBeNull()
    }
  })

  test('B9 rescheduled: outside allowed hours, with guardrails configured', async () => {
    const [, body] = walks.rescheduled.told
    expect(body).toMatchObject({ status: 'rescheduled', x: { waiting_for: 'guardrail' } })
    const start = new Date(body?.rescheduled_at ?? '')
    expect(start.toLocaleTimeString('en-GB', { timeStyle: 'short', timeZone: 'America/New_York' })).toBe('09:00')
    const line = await house.line()
    await untilEvening(line)
    const id = await line.call(await line.agent(), phone('01'))
    await line.rest()
    expect((await line.execution(id)).status).toBe('initiated')
  })

  test('B10 initiated: the call is initiated from our servers', () => {
    const initiated = all().flatMap(({ told }) => told.filter(({ status }) => status === 'initiated'))
    expect(initiated.length).toBeGreaterThan(10)
    for (const body of initiated) expect(body.initiated_at).toBe(body.updated_at)
    for (const name of ['stopped', 'error', 'balanceLow'] as const) {
      expect(way(name)).not.toContain('initiated')
      expect(ending(name).telephony_data.provider_call_id).toBeNull()
    }
  })

  test('B11 ringing: at the destination', () => {
    const ringing = all().flatMap(({ told }) => told.filter(({ status }) => status === 'ringing'))
    expect(ringing.length).toBeGreaterThan(8)
    for (const { telephony_data } of ringing) {
      expect(telephony_data.post_dial_delay).toBeGreaterThanOrEqual(0)
      expect([telephony_data.ring_duration, telephony_data.hangup_by]).toEqual([null, null])
    }
  })

  test('B12 in-progress: answered, and the conversation is active', () => {
    const live = all().flatMap(({ told }) => told.filter(({ status }) => status === 'in-progress'))
    for (const { telephony_data } of live)
      expect(telephony_data).toMatchObject({ ring_duration: expect.any(Number), hangup_by: null })
    const talked = all().filter(({ last: { transcript } }) => transcript !== '')
    expect(talked.map(({ last: { id } }) => id)).toEqual(live.map(({ id }) => id))
    expect(way('declined')).not.toContain('in-progress')
  })

  test('B13 call-disconnected: the call has been disconnected', () => {
    for (const name of ['answered', 'hungUp', 'dropped'] as const) {
      const body = walks[name].told.find(({ status }) => status === 'call-disconnected')
      expect(body?.conversation_duration).toBeGreaterThan(0)
      expect(body?.telephony_data.hangup_by).toBe(
        { answered: 'API Request', hungUp: 'Callee', dropped: 'Carrier' }[name],
      )
    }
  })

  test('B14 completed: all post-call processing finished, within 2 to 3 minutes of the end also where it never would be', () => {
    const [dropped, completed] = walks.wrappedLate.told.slice(-2)
    expect([dropped?.status, completed?.status]).toEqual(['call-disconnected', 'completed'])
    const took = Date.parse(completed?.updated_at ?? '') - Date.parse(dropped?.updated_at ?? '')
    expect(took).toBeLessThanOrEqual(3 * minuteMs)
    expect(took).toBeGreaterThan(0)
    expect(completed?.error_message).toBe('Post-processing incomplete: summary')
    expect(completed?.x.phases).toMatchObject({ summary: 'failed', transcript: 'done' })
  })

  test('B15 unanswered: balance-low, busy, no-answer', () => {
    expect(way('balanceLow')).toEqual(['queued', 'balance-low'])
    expect(ending('balanceLow').error_message).toBe('Insufficient balance to initiate the call')
    expect(ending('busy')).toMatchObject({ status: 'busy', x: { outcome: 'busy', is_final: true } })
    expect(ending('unanswered')).toMatchObject({ status: 'no-answer', x: { outcome: 'no_answer' } })
    expect(ending('declined')).toMatchObject({ status: 'no-answer', x: { outcome: 'rejected' } })
  })

  test('B16 unsuccessful: canceled, failed, stopped by the user or for want of a provider response, error', () => {
    expect(way('canceled')).toEqual(['queued', 'initiated', 'ringing', 'canceled'])
    expect(way('failed')).toEqual(['queued', 'initiated', 'failed'])
    expect(way('congested')).toEqual(['queued', 'initiated', 'failed'])
    expect(way('stopped')).toEqual(['queued', 'stopped'])
    expect(way('silentCarrier')).toEqual(['queued', 'initiated', 'stopped'])
    expect(way('error')).toEqual(['queued', 'error'])
    expect(ending('error').error_message).toBe('from_phone_number not owned by account')
    for (const name of ['canceled', 'failed', 'stopped', 'silentCarrier', 'error'] as const)
      expect(ending(name).x.is_final).toBe(true)
  })

  test('B17 the payloads of all status events follow the structure of the Get Execution response', () => {
    for (const { told, last } of all()) {
      for (const body of told) expect(differences(body, last)).toEqual([])
      // The last one is what is read from then on, every value of it.
      expect(told.at(-1)).toEqual(last)
    }
  })

  test('B18 the example payload: every field of it, with the type we say we send', async () => {
    const line = await house.line()
    const body = await batched(line)
    expect(body).toMatchObject({ status: 'completed', transfer_call_data: { status: 'completed' } })
    const missing = Object.entries(example).filter(([path, types]) => !types.includes(typeAt(body, path)))
    expect(missing.map(([path, types]) => `${path} is ${typeAt(body, path)}, not ${types.join(' or ')}`)).toEqual([])
    expect(body.conversation_time).toBe(body.conversation_duration)
    expect(body.batch_id).toMatch(/^[0-9a-f]{32}$/)
    for (const key of ['created_at', 'updated_at'] as const)
      expect(body[key]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/)
  })

  /** A row of a batch that is talked to, handed to a person, and completed. */
  async function batched(line: Line): Promise<Execution> {
    const answers = [{ do: 'ring' }, { after: 2_000, do: 'answer' }]
    await line.script(phone('20'), [...answers, { after: 42_000, do: 'hang-up' }])
    await line.script(phone('21'), [...answers, { after: 900_000, do: 'hang-up' }])
    const tools_config = {
      llm_agent: { llm_config: { provider: 'openai', model: 'gpt-4.1-mini' } },
      synthesizer: { provider: 'elevenlabs', provider_config: { model: 'eleven_turbo_v2_5' } },
      transcriber: { provider: 'deepgram', model: 'nova-3', language: 'en' },
    }
    const config = { tasks: [{ task_type: 'conversation', tools_config, task_config: { hangup_after_silence: 60 } }] }
    const form = new FormData()
    form.set('agent_id', await line.agent({ config, lines: ['One moment.'] }))
    form.set('file', new Blob([`contact_number,first_name\n${phone('21')},Mira\n`]), 'people.csv')
    const { batch_id } = (await line.ask('POST', '/batches', form)).body
    await line.rest()
    const schedule = new FormData()
    schedule.set('scheduled_at', new Date(line.now() + 5 * minuteMs).toISOString())
    expect((await line.ask('POST', `/batches/${batch_id}/schedule`, schedule)).status).toBe(200)
    const start = Math.ceil((line.now() + 5 * minuteMs) / (10 * minuteMs)) * 10 * minuteMs
    await line.pass(start - line.now() + 6 * second)
    const [row] = (await line.ask('GET', `/batches/${batch_id}/executions`)).body as Execution[]
    expect(row?.status).toBe('in-progress')
    const session = showId('session', readId(row?.id ?? '') ?? '')
    expect((await line.native.post(`/sessions/${session}/transfer`, { to: phone('20') })).status).toBe(200)
    await line.pass(5 * minuteMs)
    return line.execution(row?.id ?? '')
  }

  test('B19 hangup codes, call latency metrics, and full details through Get Execution', () => {
    expect(ending('busy').telephony_data).toMatchObject({ hangup_by: 'Carrier', hangup_provider_code: 486 })
    expect(ending('busy').x.hangup_code_scheme).toBe('sip')
    expect(ending('unanswered').telephony_data).toMatchObject({ hangup_reason: 'Call unanswered' })
    expect(ending('declined').telephony_data).toMatchObject({ hangup_by: 'Callee', hangup_provider_code: 603 })
    for (const { last } of all()) {
      expect(Object.keys(last)).toContain('latency_data')
      expect(last.status === 'completed' || last.latency_data === null).toBe(true)
      const { hangup_by, hangup_reason } = last.telephony_data
      const wasDialled = last.telephony_data.provider_call_id !== null
      expect([hangup_by !== null, hangup_reason !== null]).toEqual([wasDialled, wasDialled])
    }
  })

  test('B19 the latency of each answer to what the person said', () => {
    const { last } = walks.answered
    const answers = last.transcript.match(/^user: .*\nassistant: /gm) ?? []
    expect(last.latency_data?.llm.turns.map(({ turn }) => turn)).toEqual(answers.map((_, i) => i + 1))
    expect(answers.length).toBeGreaterThan(0)
  })

  test('B20 exactly these 14 statuses, spelt with hyphens, canceled with one l', async () => {
    const names = `queued rescheduled initiated ringing in-progress call-disconnected completed
      balance-low busy no-answer canceled failed stopped error`.split(/\s+/)
    expect(lawStatuses).toEqual(names)
    expect(names).toHaveLength(14)
    const shown = new Set(all().flatMap(({ told }) => told.map(({ status }) => status)))
    expect([...shown].toSorted()).toEqual([...names, 'scheduled'].toSorted())
    const line = await house.line()
    for (const name of names) expect((await line.ask('GET', `/executions?status=${name}`)).status).toBe(200)
    for (const wrong of ['cancelled', 'in_progress', 'no_answer', 'voicemail'])
      expect((await line.ask('GET', `/executions?status=${wrong}`)).status).toBe(400)
  })
})

/** Where two objects have not the same keys, all the way down; what is null in one of them has no keys to compare. */
function differences(one: unknown, other: unknown, path = 'body'): readonly string[] {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return []
  const [own, others] = [Object.entries(one), new Map(Object.entries(other))]
  const isSame = own.length === others.size && own.every(([key]) => others.has(key))
  return isSame ? own.flatMap(([key, value]) => differences(value, others.get(key), `${path}.${key}`)) : [path]
}

function typeAt(body: unknown, path: string): string {
  let value = body
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return 'missing'
    value = (value as Record<string, unknown>)[key]
  }
  return value === null ? 'null' : typeof value
}

/** The law's example payload: its paths, and the types of the column "We send". */
const example: Readonly<Record<string, readonly string[]>> = {
  id: ['string'],
  agent_id: ['string'],
  batch_id: ['string'],
  conversation_time: ['number'],
  total_cost: ['number'],
  status: ['string'],
  error_message: ['string', 'null'],
  answered_by_voice_mail: ['boolean', 'null'],
  transcript: ['string'],
  created_at: ['string'],
  updated_at: ['string'],
  'usage_breakdown.synthesizer_characters': ['number'],
  'usage_breakdown.synthesizer_model': ['string'],
  'usage_breakdown.transcriber_duration': ['number'],
  'usage_breakdown.transcriber_model': ['string'],
  'usage_breakdown.llm_tokens': ['number'],
  'usage_breakdown.llmTokens': ['number'],
  'usage_breakdown.llm_model': ['object'],
  'usage_breakdown.llmModel': ['object'],
  'telephony_data.duration': ['string'],
  'telephony_data.to_number': ['string'],
  'telephony_data.from_number': ['string'],
  'telephony_data.recording_url': ['string', 'null'],
  'telephony_data.hosted_telephony': ['boolean'],
  'telephony_data.provider_call_id': ['string'],
  'telephony_data.call_type': ['string'],
  'telephony_data.provider': ['string'],
  'telephony_data.hangup_by': ['string'],
  'telephony_data.hangup_reason': ['string'],
  'telephony_data.ring_duration': ['number'],
  'telephony_data.post_dial_delay': ['number'],
  'telephony_data.to_number_carrier': ['string', 'null'],
  'transfer_call_data.provider_call_id': ['string'],
  'transfer_call_data.status': ['string'],
  'transfer_call_data.duration': ['string'],
  'transfer_call_data.cost': ['number'],
  'transfer_call_data.to_number': ['string'],
  'transfer_call_data.from_number': ['string'],
  'transfer_call_data.recording_url': ['string', 'null'],
  'transfer_call_data.hangup_by': ['string'],
  'transfer_call_data.hangup_reason': ['string'],
  'batch_run_details.status': ['string'],
  'batch_run_details.created_at': ['string'],
  'batch_run_details.updated_at': ['string'],
  'batch_run_details.retried': ['number'],
  extracted_data: ['object', 'null'],
  context_details: ['object'],
  extraction_webhook_status: ['boolean'],
}
