import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBolna, phone, shop, untilEvening, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { showId } from '#dialects/native/vocabulary.ts'
import { hourMs, minuteMs, type Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Asked } from '#services/ports.ts'
import type { Execution } from './executions/execution.ts'
import { readId } from './ids.ts'

/**
 * The timelines of section 6.1 against the simulated carrier on a test clock: exactly those webhooks in that order, and each body
 * is the execution as `GET /executions/{id}` shows it at that moment. What one transaction writes at once nobody can read in
 * between; a test names the webhooks of which that is so.
 */

const analysisUrl = 'https://analysis.example.com/make'
const second = 1_000
const step: Milliseconds = 500
const rates = {
  perMinute: { network: 1, platform: 2 },
  transcriberPerSecond: 0.01,
  synthesizerPerCharacter: 0.001,
  llmPerThousandTokens: 0,
}

/** One execution that is looked at again and again: how it is shown when it first has each of its statuses. */
class Watched {
  readonly line: Line
  readonly id: string
  readonly begun: number
  readonly seen = new Map<number, Execution>()

  constructor(line: Line, id: string) {
    this.line = line
    this.id = id
    this.begun = line.now()
  }

  async look(): Promise<Execution> {
    const shown = await this.line.execution(this.id)
    return this.seen.getOrInsert(shown.x.sequence, shown)
  }

  async pass(ms: Milliseconds): Promise<void> {
    for (let gone = 0; gone < ms; gone += step) {
      await this.line.pass(Math.min(step, ms - gone))
      await this.look()
    }
  }

  /** What the receiver was told, without what a transfer tells besides. */
  get told(): readonly Execution[] {
    return this.line.told.filter((body) => body.id === this.id && !('reason' in body))
  }

  /** Each webhook with the seconds since the order. */
  get times(): readonly string[] {
    return this.told.map(({ status, updated_at }) => `${status} +${(Date.parse(updated_at) - this.begun) / second}`)
  }

  get statuses(): readonly string[] {
    return this.told.map(({ status }) => status)
  }

  one(status: string, nth = 0): Execution {
    const found = this.told.filter((body) => body.status === status)[nth]
    if (!found) throw new Error(`It was not told ${status}, but ${this.statuses.join(', ')}.`)
    return found
  }

  /** How an execution was shown when a webhook told of it; undefined: nobody read it then. */
  at({ status, x: { sequence } }: Execution): Execution | undefined {
    const shown = this.seen.get(sequence)
    return shown?.status === status ? shown : undefined
  }
}

/** Every body is what was read at its moment, but those of `unread`; `x.sequence` counts, and only the last is final. */
function expectMoments(call: Watched, unread: readonly string[] = []): void {
  const { told } = call
  expect(told.filter((body) => !call.at(body)).map(({ status }) => status)).toEqual(unread)
  const read = told.flatMap((body) => call.at(body) ?? [])
  const bodies = told.filter((body) => call.at(body))
  expect(read).toEqual(bodies.map((body, i) => asRead(body, read[i] ?? body)))
  expect(told.map(({ x: { sequence } }) => sequence)).toEqual(told.map((_, i) => i + 1))
  expect(told.map(({ x }) => x.is_final)).toEqual(told.map((_, i) => i === told.length - 1))
}

/**
 * What a reader sees otherwise than it was told, and why: the place in the line is counted when somebody asks; the carrier gives the
 * call its id when it has taken the order, and `initiated` is written before it gets the order, so that a crash dials nobody
 * twice; artefacts are settled one by one, and the carrier's last counts come when we have hung up. `extraction_webhook_status`
 * needs no exception: it is true in the body of `completed` (D60), and in GET once that body has been delivered.
 */
function asRead(body: Execution, shown: Execution): Execution {
  const { telephony_data: telephony, x } = body
  const { provider_call_id } = body.status === 'initiated' ? shown.telephony_data : telephony
  const { phases, media } = body.status === 'call-disconnected' ? shown.x : x
  return {
    ...body,
    telephony_data: { ...telephony, provider_call_id },
    x: { ...x, queue_position: shown.x.queue_position, phases, media },
  }
}

describe('section 6.1: one webhook for each change of status', () => {
  let house: BolnaHouse
  let line: Line
  /** Looked at while the operator's program is asked for the summary and the extraction: the call is being wrapped up then. */
  let watched: Watched | undefined
  async function analyse(body: string): Promise<Asked> {
    await watched?.look()
    const { artefact } = JSON.parse(body) as { artefact: string }
    const value = artefact === 'summary' ? 'They talked.' : { General: { Outcome: { objective: 'yes' } } }
    return { status: 200, body: JSON.stringify(value) }
  }
  beforeAll(async () => {
    const options = { analysisUrl, rates, publicUrl: 'https://calls.example.net' }
    house = await openBolna(options, ({ url, body }) => (url === analysisUrl ? analyse(body ?? '') : { status: 200 }))
  })
  afterAll(() => house.stop())
  beforeEach(async () => {
    line = await house.line()
  })

  const tasks = (task: object = {}) => ({
    tasks: [
      { task_type: 'conversation', task_config: task },
      { task_type: 'summarization' },
      { task_type: 'extraction' },
    ],
  })

  async function order(agent: string, to: string, more: Readonly<Record<string, unknown>> = {}): Promise<Watched> {
    watched = new Watched(line, await line.call(agent, to, more))
    await watched.look()
    await line.rest()
    return watched
  }

  /** Orders a call while no slot is free, so that it can be looked at before it is dialled. */
  async function dial(agent: string, to: string, more: Readonly<Record<string, unknown>> = {}): Promise<Watched> {
    await line.slots(0)
    const call = await order(agent, to, more)
    await release(call)
    return call
  }

  async function release(call: Watched): Promise<void> {
    await call.look()
    await line.slots(10)
    await line.rest()
    await call.look()
  }

  const hangUp = (call: Watched) => line.ask('POST', `/call/${call.id}/hangup`)

  test('answered', async () => {
    const call = await dial(await line.agent({ config: tasks(), lines: ['We open at nine.'] }), phone('01'))
    await call.pass(30 * second)
    expect(call.times.slice(0, 4)).toEqual(['queued +0', 'initiated +0', 'ringing +2', 'in-progress +5'])
    expect(call.statuses.slice(4)).toEqual(['call-disconnected', 'completed'])
    expectMoments(call)
    expect(call.one('queued')).toMatchObject({ initiated_at: null, x: { waiting_for: 'slot', outcome: null } })
    expect(call.one('initiated').initiated_at).toBe(call.one('initiated').updated_at)
    expect(call.one('ringing').telephony_data).toMatchObject({ post_dial_delay: 2, ring_duration: null })
    expect(call.one('ringing').telephony_data.provider_call_id).toMatch(/^sim/)
    expect(call.one('in-progress').telephony_data).toMatchObject({ ring_duration: 3, hangup_by: null })
    const dropped = call.one('call-disconnected')
    expect(dropped.conversation_duration).toBeGreaterThan(5)
    expect(dropped.transcript).toMatch(/^assistant: Hello, this is the shop\.\nuser: Hello, yes, this is me\.\n.*\n$/s)
    expect(dropped).toMatchObject({ total_cost: 0, summary: null, extracted_data: null, smart_status: null })
    expect(dropped.telephony_data).toMatchObject({ hangup_by: 'API Request', recording_url: null })
    const { transcript, conversation_duration } = dropped
    expect(call.one('completed')).toMatchObject({ transcript, conversation_duration, extraction_webhook_status: true })
    expect(call.one('completed')).toMatchObject({ summary: 'They talked.', smart_status: 'completed' })
    expect(call.one('completed').total_cost).toBeGreaterThanOrEqual(3)
    expect(call.one('completed').extracted_data).toEqual({ General: { Outcome: { objective: 'yes' } } })
  })

  test('no answer: it rings for 60 s', async () => {
    const call = await dial(await line.agent(), phone('14'))
    await call.pass(90 * second)
    expect(call.times).toEqual(['queued +0', 'initiated +0', 'ringing +2', 'no-answer +62'])
    expectMoments(call)
    expect(call.one('no-answer')).toMatchObject({ error_message: 'Call unanswered', x: { outcome: 'no_answer' } })
    const { telephony_data } = call.one('no-answer')
    expect(telephony_data).toMatchObject({ hangup_by: 'Carrier', hangup_reason: 'Call unanswered', ring_duration: 60 })
  })

  test('busy', async () => {
    const call = await dial(await line.agent(), phone('02'))
    await call.pass(20 * second)
    expect(call.times).toEqual(['queued +0', 'initiated +0', 'ringing +2', 'busy +6'])
    expectMoments(call)
    const { telephony_data, x } = call.one('busy')
    expect(telephony_data).toMatchObject({ hangup_by: 'Carrier', hangup_reason: 'Call recipient was busy' })
    expect([telephony_data.hangup_provider_code, x.hangup_code_scheme, x.outcome]).toEqual([486, 'sip', 'busy'])
  })

  test('busy, where the carrier skipped the ringing: it is written with no time in it', async () => {
    const call = await dial(await line.agent(), phone('18'))
    await call.pass(20 * second)
    expect(call.times).toEqual(['queued +0', 'initiated +0', 'ringing +2', 'busy +2'])
    expectMoments(call, ['ringing'])
    expect(call.one('busy').telephony_data.ring_duration).toBe(0)
  })

  test('outside hours: 22:10 at the called party, 9 to 21', async () => {
    const calling_guardrails = { call_start_hour: 9, call_end_hour: 21 }
    const agent = await line.agent({ config: { ...tasks(), calling_guardrails } })
    await untilEvening(line)
    await line.slots(0)
    const call = await order(agent, phone('09'))
    await call.look()
    expect(call.times).toEqual(['queued +0', 'rescheduled +0'])
    const opening = call.begun + 10 * hourMs + 50 * minuteMs
    expect(call.one('rescheduled').x.waiting_for).toBe('guardrail')
    expect(Date.parse(call.one('rescheduled').rescheduled_at ?? '')).toBe(opening)
    await line.slots(10)
    await line.pass(opening - line.now() - second)
    expect(call.statuses).toHaveLength(2)
    await call.pass(30 * second)
    const walked = ['initiated', 'ringing', 'in-progress', 'call-disconnected', 'completed']
    expect(call.statuses).toEqual(['queued', 'rescheduled', ...walked])
    expect(call.times[2]).toBe('initiated +39000')
    expectMoments(call, ['queued'])
  })

  test('balance low', async () => {
    const path = `/accounts/${showId('account', line.account)}/wallet/credit`
    expect((await house.trial.admin.post(path, { cents: 1, because: 'a first cent' })).body).toEqual({ balance: 1 })
    const call = await dial(await line.agent(), phone('01'))
    await call.pass(20 * second)
    expect(call.statuses).toEqual(['queued', 'balance-low'])
    expectMoments(call)
    const low = call.one('balance-low')
    expect(low.error_message).toBe('Insufficient balance to initiate the call')
    const nobody = { hangup_by: null, hangup_reason: null, hangup_provider_code: null, provider_call_id: null }
    expect(low.telephony_data).toMatchObject(nobody)
  })

  test('voicemail', async () => {
    const config = tasks({ voicemail: true })
    const call = await dial(await line.agent({ config, lines: ['We open at nine.', 'Are you there?'] }), phone('08'))
    await call.pass(30 * second)
    const walked = ['queued +0', 'initiated +0', 'ringing +2', 'in-progress +9']
    expect(call.times.slice(0, 4)).toEqual(walked)
    expect(call.statuses.slice(4)).toEqual(['call-disconnected', 'completed'])
    expectMoments(call)
    expect(call.one('in-progress').answered_by_voice_mail).toBeNull() // nothing is decided yet
    for (const status of ['call-disconnected', 'completed']) {
      expect(call.one(status)).toMatchObject({ answered_by_voice_mail: true, x: { outcome: 'voicemail' } })
      const { telephony_data } = call.one(status)
      expect(telephony_data).toMatchObject({ hangup_by: 'API Request', hangup_reason: 'voicemail_detected' })
    }
  })

  test('voicemail, of an agent as it is made here: it listens, the beep tells, and it is tried again', async () => {
    const retry_config = { enabled: true, max_retries: 1, retry_on_voicemail: true, retry_intervals_minutes: [30] }
    const call = await dial(await line.agent({ config: tasks({ voicemail: true }) }), phone('08'), { retry_config })
    await call.pass(30 * second)
    expect(call.statuses.slice(3)).toEqual(['in-progress', 'call-disconnected', 'scheduled'])
    expect(call.one('call-disconnected').telephony_data.hangup_reason).toBe('voicemail_detected')
    expect(call.one('scheduled')).toMatchObject({ retry_count: 1, x: { waiting_for: 'retry' } })
    await line.pass(hourMs)
    const last = await line.execution(call.id)
    expect(last).toMatchObject({ status: 'completed', answered_by_voice_mail: true, x: { outcome: 'voicemail' } })
  })

  test.each([
    ['01', 'user_hangup', 'Callee'],
    ['09', 'user_hangup', 'Callee'],
    ['12', 'user_hangup', 'Callee'],
    ['16', 'media_lost', 'Error'],
    ['17', 'carrier_drop', 'Carrier'],
  ])('an agent as it is made here leaves it to the phone how a call ends: %s', async (digits, outcome, hangup_by) => {
    const call = await dial(await line.agent(), phone(digits))
    await call.pass(45 * second)
    expect(call.one('completed')).toMatchObject({ telephony_data: { hangup_by }, x: { outcome } })
  })

  test('transfer, with the webhook before the call to the person', async () => {
    const [person, talker] = [phone('20'), phone('21')]
    const answers = [
      { after: 2_000, do: 'ring' },
      { after: 3_000, do: 'answer' },
    ]
    await line.script(person, [...answers, { after: 232_000, do: 'hang-up' }])
    await line.script(talker, [...answers, { after: 900_000, do: 'hang-up' }])
    const pre_call_webhook_param = {
      reason: 'wants %(call_transfer_number)s',
      call: '%(call_sid)s',
      was: '%(summary)s',
    }
    const tools = { tools_params: { transfer: { pre_call_webhook_param } } }
    const task = { hangup_after_silence: 60, trigger_user_online_message_after: 60 }
    const [first, ...rest] = tasks(task).tasks
    const config = { tasks: [{ ...first, tools_config: { api_tools: tools } }, ...rest] }
    const call = await dial(await line.agent({ config, lines: ['One moment.'] }), talker)
    await call.pass(8 * second)
    const session = showId('session', readId(call.id) ?? '')
    expect((await line.native.post(`/sessions/${session}/transfer`, { to: person })).status).toBe(200)
    await line.rest()
    const before = line.told.filter((body) => 'reason' in body)
    const shown = await line.execution(call.id)
    await call.pass(5 * minuteMs)
    expect(call.times.slice(0, 4)).toEqual(['queued +0', 'initiated +0', 'ringing +2', 'in-progress +5'])
    expect(call.times.slice(4)).toEqual(['call-disconnected +245', 'completed +245'])
    expectMoments(call)

    const template = { reason: `wants ${person}`, call: shown.telephony_data.provider_call_id, was: '' }
    const { transfer_call_data } = shown
    const asTold = { ...transfer_call_data, provider_call_id: null, status: 'initiated' }
    expect(before).toEqual([{ ...shown, transfer_call_data: asTold, ...template }])
    expect(before[0]).toMatchObject({ status: 'in-progress', x: { sequence: 4 } })
    const leg = { to_number: person, from_number: shop, duration: '232' }
    expect(call.one('call-disconnected').transfer_call_data).toMatchObject({ ...leg, status: 'call-disconnected' })
    expect(call.one('completed').transfer_call_data).toMatchObject({ ...leg, status: 'completed' })
    expect(call.one('completed')).toMatchObject({ x: { outcome: 'transferred' }, conversation_duration: 240 })
    // Four started minutes of the second leg.
    expect(call.one('call-disconnected').transfer_call_data).toMatchObject({ cost: 0 })
    expect(call.one('completed')).toMatchObject({
      transfer_call_data: { cost: 4 },
      cost_breakdown: { transfer_cost: 4 },
    })
  })

  describe('auto-retry', () => {
    const retry_config = (max_retries: number) => ({
      retry_config: { enabled: true, max_retries, retry_on_statuses: ['no-answer'], retry_intervals_minutes: [30] },
    })

    test('no answer, and half an hour later an answer', async () => {
      const call = await dial(await line.agent({ config: tasks() }), phone('19'), retry_config(2))
      await call.pass(40 * second)
      const missed = ['queued +0', 'initiated +0', 'ringing +2', 'no-answer +27', 'scheduled +27']
      expect(call.times).toEqual(missed)
      await line.pass(29 * minuteMs)
      await line.slots(0)
      await call.pass(minuteMs)
      await release(call)
      await call.pass(30 * second)
      const answered = ['initiated', 'ringing', 'in-progress', 'call-disconnected', 'completed']
      expect(call.statuses.slice(5)).toEqual(['queued', ...answered])
      expect(call.times[5]).toBe('queued +1827')
      // D37: whoever polls only ever reads `scheduled`.
      expectMoments(call, ['no-answer'])

      const [ended, waits] = [call.one('no-answer'), call.one('scheduled')]
      const due = waits.scheduled_at
      expect(Date.parse(due ?? '')).toBe(call.begun + 27 * second + 30 * minuteMs)
      const row = { attempt: 1, status: 'no-answer', at: ended.updated_at, hangup_reason: 'Call unanswered' }
      expect(ended).toMatchObject({ retry_count: 0, retry_history: [row], x: { outcome: 'no_answer', attempt: 1 } })
      expect(ended.x.next_attempt_at).toBe(due)
      const { sequence } = ended.x
      // Apart from what `scheduled` adds, the ending is what was written with it.
      const { telephony_data, retry_history } = call.seen.get(sequence + 1) ?? ended
      expect(ended).toMatchObject({ telephony_data: { ...telephony_data, ...hungUpOf(ended) }, retry_history })
      expect(waits).toMatchObject({ retry_count: 1, x: { waiting_for: 'retry', next_attempt_at: due } })
      expect(call.one('initiated', 1)).toMatchObject({ retry_count: 1, x: { attempt: 2 } })
      expect(call.one('completed')).toMatchObject({ retry_count: 1, retry_history: [row], x: { attempt: 2 } })
    })

    const hungUpOf = ({ telephony_data: { hangup_by, hangup_reason, hangup_provider_code } }: Execution) => ({
      hangup_by,
      hangup_reason,
      hangup_provider_code,
    })

    test('all retries used: the last one is final', async () => {
      const call = await dial(await line.agent(), phone('03'), retry_config(1))
      await call.pass(40 * second)
      await line.pass(29 * minuteMs)
      await line.slots(0)
      await call.pass(minuteMs)
      await release(call)
      await call.pass(minuteMs)
      const walk = ['queued', 'initiated', 'ringing', 'no-answer']
      expect(call.statuses).toEqual([...walk, 'scheduled', ...walk])
      expectMoments(call, ['no-answer'])
      expect(call.one('no-answer', 1)).toMatchObject({ retry_count: 1, x: { is_final: true, next_attempt_at: null } })
      await line.pass(24 * hourMs)
      expect(call.statuses).toHaveLength(9)
    })

    test('busy is none of what it is asked for', async () => {
      const call = await dial(await line.agent(), phone('02'), retry_config(2))
      await call.pass(20 * second)
      expect(call.statuses).toEqual(['queued', 'initiated', 'ringing', 'busy'])
      expectMoments(call)
    })
  })

  test('stopped while queued', async () => {
    await line.slots(0)
    const call = await order(await line.agent(), phone('01'))
    await call.pass(5 * second)
    const stopped = await line.ask('POST', `/call/${call.id}/stop`)
    expect(stopped.body).toEqual({ message: 'done', status: 'stopped', execution_id: call.id })
    await call.look()
    await line.slots(10)
    await call.pass(10 * second)
    expect(call.times).toEqual(['queued +0', 'stopped +5'])
    expectMoments(call)
    expect(call.one('queued').x.waiting_for).toBe('slot')
    expect(call.one('stopped')).toMatchObject({ error_message: 'Stopped by user', initiated_at: null })
    expect(call.one('stopped').telephony_data).toMatchObject({ hangup_by: null, provider_call_id: null })
  })

  test('provider silent', async () => {
    const call = await dial(await line.agent(), phone('10'))
    await call.pass(90 * second)
    expect(call.times).toEqual(['queued +0', 'initiated +0', 'stopped +60'])
    expectMoments(call)
    const error_message = 'No response from telephony provider within 60 s'
    expect(call.one('stopped')).toMatchObject({ error_message, x: { outcome: 'provider_no_response' } })
  })

  test('provider that reports 90 s late: stopped stays stopped, whatever it tells then', async () => {
    const call = await dial(await line.agent(), phone('13'))
    await call.pass(3 * minuteMs)
    expect(call.times).toEqual(['queued +0', 'initiated +0', 'stopped +60'])
    expectMoments(call)
  })

  test('live hangup', async () => {
    const call = await dial(await line.agent({ config: tasks() }), phone('07'))
    await call.pass(8 * second)
    expect((await hangUp(call)).body).toEqual({ message: 'done', status: 'call-disconnected', execution_id: call.id })
    await call.pass(10 * second)
    expect(call.times.slice(3)).toEqual(['in-progress +5', 'call-disconnected +8', 'completed +8'])
    expectMoments(call)
    const by = { hangup_by: 'API Request', hangup_reason: 'Call ended' }
    expect(call.one('completed')).toMatchObject({ telephony_data: by, x: { outcome: 'api_hangup' } })
    // What the carrier counted last counts, though it tells it after our hang-up: 3 s of 50 packets.
    expect(call.one('completed').x.media).toMatchObject({ rx_packets: 150, tx_packets: 150 })
  })

  test('hangup before the answer: canceled', async () => {
    const call = await dial(await line.agent(), phone('14'))
    await call.pass(4 * second)
    expect((await hangUp(call)).body).toMatchObject({ status: 'canceled' })
    await call.pass(10 * second)
    expect(call.times.slice(2)).toEqual(['ringing +2', 'canceled +4'])
    expectMoments(call)
    const by = { hangup_by: 'API Request', hangup_reason: 'Call canceled' }
    expect(call.one('canceled')).toMatchObject({ telephony_data: by, x: { outcome: 'canceled' } })
  })

  test('inbound', async () => {
    const agent_id = await line.agent({ config: tasks(), lines: ['We open at nine.'] })
    const [number] = (await line.ask('GET', '/phone-numbers/all')).body
    const linked = await line.ask('POST', '/inbound/setup', { agent_id, phone_number_id: number.id })
    expect(linked).toMatchObject({ status: 200, body: { phone_number: shop } })
    const script = [{ do: 'wait-for-agent' }, { do: 'say', text: 'Thank you.' }, { after: 300, do: 'hang-up' }]
    const dialled = await line.native.post('/simulator/calls', { from: phone('30'), to: shop, script })
    const [arrived] = (await line.ask('GET', '/executions')).body.data as Execution[]
    const call = new Watched(line, arrived?.id ?? '')
    watched = call
    expect(dialled.body.sessionId).toBe(showId('session', readId(call.id) ?? ''))
    await call.look()
    await call.pass(20 * second)
    expect(call.statuses).toEqual(['ringing', 'in-progress', 'call-disconnected', 'completed'])
    expectMoments(call)
    const ends = { call_type: 'inbound', from_number: phone('30'), to_number: shop, hangup_by: 'Caller' }
    expect(call.one('completed')).toMatchObject({ user_number: phone('30'), agent_number: shop, initiated_at: null })
    expect(call.one('completed')).toMatchObject({ telephony_data: ends, x: { outcome: 'user_hangup' } })
  })
})
