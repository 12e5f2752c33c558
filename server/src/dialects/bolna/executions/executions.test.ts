import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBolna, phone, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { dayMs, minuteMs } from '#domain/vocabulary/instant.ts'
import { stamp } from '../time.ts'
import { eventList, execution, executionList, logAnswer } from '../wire/answers.ts'

const unknown = 'c2b7f0a4-53de-4f5c-9a57-0d1be2a4c961'
const wholeMs = 10 * minuteMs

let house: BolnaHouse
beforeAll(async () => {
  house = await openBolna()
})
afterAll(() => house.stop())

describe('GET /executions/{id}', () => {
  it('is the execution, in both spellings of its id, and nobody else’s', async () => {
    const line = await house.line()
    const id = await line.call(await line.agent(), phone('01'), { user_data: { name: 'Mira' } })
    await line.pass(wholeMs)
    const shown = await line.execution(id)
    expect(execution.parse(shown)).toEqual(shown)
    expect(Object.keys(shown)).toEqual(Object.keys(execution.shape))
    expect((await line.ask('GET', `/executions/${id.replaceAll('-', '')}`)).body).toEqual(shown)
    const other = await house.line()
    for (const path of ['', '/log', '/events', '/webhooks']) {
      expect((await other.ask('GET', `/executions/${id}${path}`)).status).toBe(404)
      for (const bad of [unknown, 'x', '..%2f', 'a'.repeat(100)])
        expect((await line.ask('GET', `/executions/${bad}${path}`)).status).toBe(404)
    }
  })

  it('wait_for=final answers when the call is over, without asking again', async () => {
    const line = await house.line()
    const id = await line.call(await line.agent(), phone('01'))
    const waiting = line.ask('GET', `/executions/${id}?wait_for=final&timeout=60`)
    await line.pass(wholeMs)
    expect((await waiting).body).toMatchObject({ status: 'completed', x: { is_final: true } })
    expect((await line.ask('GET', `/executions/${id}?wait_for=final`)).body.status).toBe('completed')
  })

  it('wait_for=final answers with what there is when the time is up', async () => {
    const line = await house.line()
    await line.slots(0)
    const id = await line.call(await line.agent(), phone('01'))
    const { status, body } = await line.ask('GET', `/executions/${id}?wait_for=final&timeout=1`)
    expect([status, body.status]).toEqual([200, 'queued'])
  })

  it.each(['timeout=0', 'timeout=61', 'timeout=x', 'wait_for=answer'])('%s is 400', async (query) => {
    const line = await house.line()
    const id = await line.call(await line.agent(), phone('01'))
    expect(await line.ask('GET', `/executions/${id}?${query}`)).toMatchObject({ status: 400, body: { error: 1012 } })
  })

  it('says its place in the line while it waits', async () => {
    const line = await house.line()
    await line.slots(0)
    const agent = await line.agent()
    const ids = [await line.call(agent, phone('01')), await line.call(agent, phone('01'))]
    const places = await Promise.all(ids.map(async (id) => (await line.execution(id)).x))
    expect(places).toMatchObject([
      { waiting_for: 'slot', queue_position: 1 },
      { waiting_for: 'slot', queue_position: 2 },
    ])
  })
})

describe('lists of executions (4.2)', () => {
  let line: Line
  let agent: string
  const ids: string[] = []
  beforeAll(async () => {
    line = await house.line()
    agent = await line.agent()
    for (const digits of ['01', '02', '03', '05', '01']) {
      ids.push(await line.call(agent, phone(digits)))
      await line.pass(wholeMs)
    }
    ids.push(await line.call(await line.agent(), phone('01'), { scheduled_at: stamp(line.now() + dayMs) }))
  })
  const list = async (query = '', of = '/executions') => (await line.ask('GET', `${of}${query}`)).body
  const idsOf = (body: { readonly data: readonly { readonly id: string }[] }) => body.data.map(({ id }) => id)

  it('D1 D20 D52 without dates are all, newest first, in an envelope with both names of the page', async () => {
    const body = await list()
    expect(executionList.parse(body)).toEqual(body)
    expect(body).toMatchObject({
      page_number: 1,
      page: 1,
      page_size: 20,
      total: 6,
      has_more: false,
      filters: {},
      sorts: { created_at: 'desc' },
    })
    expect(idsOf(body)).toEqual(ids.toReversed())
    expect(body.data[1]).toEqual(await line.execution(ids[4] ?? ''))
  })

  it('of an agent are its own, also in version 1, as a bare list', async () => {
    expect(idsOf(await list('', `/v2/agent/${agent}/executions`))).toEqual(ids.slice(0, 5).toReversed())
    const bare = await list('', `/agent/${agent}/executions`)
    expect(idsOf({ data: bare })).toEqual(ids.slice(0, 5).toReversed())
    expect(await list('', `/agent/${agent}/execution/${ids[0]}`)).toEqual(await line.execution(ids[0] ?? ''))
    expect((await line.ask('GET', `/agent/${agent}/execution/${ids[5]}`)).status).toBe(404)
    for (const path of [`/v2/agent/${unknown}/executions`, `/agent/${unknown}/executions`])
      expect((await line.ask('GET', path)).status).toBe(404)
  })

  it('have pages by number; larger ones are cut down to 50', async () => {
    const pages = await Promise.all([1, 2, 3, 4].map((page) => list(`?page_number=${page}&page_size=2`)))
    expect(pages.map(idsOf)).toEqual([
      ids.slice(4, 6).toReversed(),
      ids.slice(2, 4).toReversed(),
      ids.slice(0, 2).toReversed(),
      [],
    ])
    expect(pages.map(({ has_more, total }) => [has_more, total])).toEqual([
      [true, 6],
      [true, 6],
      [false, 6],
      [false, 6],
    ])
    expect((await list('?page_size=1000')).page_size).toBe(50)
  })

  it.each([
    ['status=busy', [1]],
    ['status=busy,no-answer', [2, 1]],
    ['status=completed&provider=sip-trunk', [4, 0]],
    ['status=scheduled', [5]],
    ['provider=plivo', []],
    ['call_type=inbound', []],
    ['call_type=outbound&status=failed', [3]],
    ['answered_by_voice_mail=true', []],
    ['answered_by_voice_mail=false&status=completed', []],
    [`user_number=${encodeURIComponent(phone('02'))}`, [1]],
    [`batch_id=${unknown}`, []],
    ['batch_id=x', []],
    [`agent_id=${unknown}`, []],
    ['agent_id=x', []],
  ])('%s filters', async (query, expected) => {
    const body = await list(`?${query}`)
    expect(idsOf(body)).toEqual(expected.map((index) => ids[index]))
    expect(body.total).toBe(expected.length)
    expect(Object.keys(body.filters).toSorted()).toEqual(new URLSearchParams(query).keys().toArray().toSorted())
  })

  it('from and to are inclusive, on created_at, with or without a zone', async () => {
    const at = (await line.execution(ids[1] ?? '')).created_at
    const both = `from=${encodeURIComponent(at)}&to=${encodeURIComponent(at)}`
    expect(idsOf(await list(`?${both}`))).toEqual([ids[1]])
    const bare = at.slice(0, 23)
    expect(idsOf(await list(`?from=${bare}&to=${bare}`, `/v2/agent/${agent}/executions`))).toEqual([ids[1]])
  })

  it.each([
    ['from=2026-11-10', 1010],
    ['to=2026-11-10', 1010],
    ['from=2026-11-10T00:00:00Z&to=2026-11-17T00:01:01Z', 1011],
    ['from=soon&to=2026-11-10', 1012],
    ['from=2026-11-11&to=2026-11-10', 1012],
    ['status=done', 1012],
    ['call_type=sideways', 1012],
    ['page_number=0', 1012],
    ['page_size=x', 1012],
    ['answered_by_voice_mail=maybe', 1012],
    ['view=short', 1012],
  ])('%s is refused', async (query, code) => {
    for (const path of ['/executions', `/v2/agent/${agent}/executions`])
      expect(await line.ask('GET', `${path}?${query}`)).toMatchObject({ status: 400, body: { error: code } })
  })

  it('a wrong word among the statuses is named by its parameter', async () => {
    for (const query of ['status=bogus', 'status=busy,bogus'])
      expect((await line.ask('GET', `/executions?${query}`)).body.message).toBe('Invalid query parameter: status')
  })

  it('of an id that is far too long is not found, in these words', async () => {
    for (const path of ['/executions/', '/v2/agent/', '/batches/']) {
      const { status, body } = await line.ask('GET', `${path}${'a'.repeat(5_000)}`)
      expect([status, body]).toEqual([404, { error: 404, message: body.message, detail: body.message }])
    }
  })

  it('exactly seven days, as clients reckon them, are not too much', async () => {
    const query = '?from=2026-11-10T00:00:00.000Z&to=2026-11-17T00:00:59.000Z'
    expect((await line.ask('GET', `/executions${query}`)).status).toBe(200)
  })

  it('D23 view=summary is the trimmed form', async () => {
    const { data } = await list('?view=summary&status=busy')
    expect(data).toEqual([
      {
        id: ids[1],
        agent_id: agent,
        status: 'busy',
        conversation_duration: 0,
        created_at: expect.any(String),
        x: { outcome: 'busy' },
      },
    ])
  })
})

describe('what happened on a call', () => {
  it('D51 the log has what happened and what was said, oldest first, in the vendor’s envelope', async () => {
    const line = await house.line()
    const id = await line.call(await line.agent({ lines: ['We open at nine.'] }), phone('01'))
    await line.pass(wholeMs)
    const { body } = await line.ask('GET', `/executions/${id}/log`)
    expect(logAnswer.parse(body)).toEqual(body)
    const said = body.data.filter(({ component }: { component: string }) => component === 'conversation')
    const text = said.map(({ data }: { data: string }) => `${data}\n`).join('')
    expect(text).toBe((await line.execution(id)).transcript)
    const times = body.data.map(({ created_at }: { created_at: string }) => created_at)
    expect(times).toEqual(times.toSorted())
    expect(body.data[0]).toMatchObject({ data: expect.stringMatching(/^queued/), timestamp: times[0] })
    const page = await line.ask('GET', `/executions/${id}/log?page_number=2&page_size=3`)
    expect(page.body.data).toEqual(body.data.slice(3, 6))
  })

  it('the history has each status, each attempt, and what came too late', async () => {
    const line = await house.line()
    const retry_config = { enabled: true, max_retries: 1, retry_intervals_minutes: [5] }
    const id = await line.call(await line.agent(), phone('18'), { retry_config })
    await line.pass(2 * wholeMs)
    const { body } = await line.ask('GET', `/executions/${id}/events`)
    expect(eventList.parse(body)).toEqual(body)
    expect(
      body.data.map(({ sequence, status, attempt }: Record<string, unknown>) => [sequence, status, attempt]),
    ).toEqual([
      [1, 'queued', 1],
      [2, 'initiated', 1],
      [3, 'ringing', 1],
      [4, 'busy', 1],
      [5, 'scheduled', 1],
      [6, 'queued', 1],
      [7, 'initiated', 2],
      [8, 'ringing', 2],
      [9, 'in-progress', 2],
      [10, 'call-disconnected', 2],
      [11, 'completed', 2],
    ])
    const shown = await line.execution(id)
    expect(shown).toMatchObject({ status: 'completed', retry_count: 1, x: { sequence: 11, attempt: 2 } })
    expect(body.attempts).toMatchObject([
      {
        attempt: 1,
        status: 'busy',
        hangup_reason: 'Call recipient was busy',
        conversation_duration: 0,
        transcript: '',
      },
      {
        attempt: 2,
        status: 'completed',
        transcript: shown.transcript,
        conversation_duration: shown.conversation_duration,
        provider_call_id: shown.telephony_data.provider_call_id,
      },
    ])
    expect(body.attempts[0].provider_call_id).toBe(shown.retry_history?.[0]?.provider_call_id)
  })

  it('keeps what a carrier reports after the end, and changes nothing for it', async () => {
    const line = await house.line()
    const id = await line.call(await line.agent(), phone('13'))
    await line.pass(wholeMs)
    const { body } = await line.ask('GET', `/executions/${id}/events`)
    expect(body.refused.length).toBeGreaterThan(0)
    expect(body.refused[0]).toMatchObject({ what: expect.any(String), because: expect.any(String) })
    expect((await line.execution(id)).status).toBe(body.data.at(-1).status)
  })
})

describe('recordings (D24)', () => {
  it('are not there yet, for nobody, with or without a key, and no execution says so', async () => {
    const line = await house.line()
    const id = await line.call(await line.agent(), phone('01'))
    await line.pass(wholeMs)
    expect((await line.execution(id)).telephony_data.recording_url).toBeNull()
    for (const url of [`/recordings/call/${id}`, `/recordings/transfer/${id}`, '/recordings/call/x']) {
      const answer = await house.trial.app.fastify.inject({ url, headers: { range: 'bytes=0-' } })
      expect([answer.statusCode, answer.json().message]).toEqual([404, 'Recording not found'])
    }
    expect((await house.trial.app.fastify.inject({ url: '/recordings/x' })).json().message).toBe('Route not found')
  })
})
