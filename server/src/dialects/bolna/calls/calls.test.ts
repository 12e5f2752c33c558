import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openBolna, phone, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { dayMs, minuteMs } from '#domain/vocabulary/instant.ts'
import { stamp } from '../time.ts'

let house: BolnaHouse
let line: Line
let agent: string
beforeAll(async () => {
  house = await openBolna()
  line = await house.line()
  agent = await line.agent()
})
afterAll(() => house.stop())
afterEach(() => line.slots(10))

const order = (more: Readonly<Record<string, unknown>> = {}) => ({
  agent_id: agent,
  recipient_phone_number: phone('01'),
  ...more,
})
const place = (body: unknown) => line.ask('POST', '/call', body)
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/

describe('POST /call (4.1)', () => {
  it('answers queued, with the id under all its names; also for a scheduled call', async () => {
    for (const more of [{}, { scheduled_at: stamp(line.now() + 10 * minuteMs) }]) {
      const { status, body } = await place(order(more))
      expect(status).toBe(200)
      expect(body).toEqual({
        message: 'done',
        status: 'queued',
        execution_id: expect.stringMatching(uuid),
        run_id: body.execution_id,
        call_id: body.execution_id,
      })
    }
  })

  it('takes the aliases of the tutorial: recipient and from_number', async () => {
    const { body } = await place({
      agent_id: agent,
      recipient: { phone_number: phone('01'), name: 'Mira' },
      from_number: '+18005550111',
    })
    expect(await line.execution(body.execution_id)).toMatchObject({
      context_details: { recipient_data: { name: 'Mira' }, recipient_phone_number: phone('01') },
    })
  })

  it('takes the agent in both spellings (D4)', async () => {
    expect((await place(order({ agent_id: agent.replaceAll('-', '') }))).status).toBe(200)
  })

  it('D57 a call at once has no scheduled_at; a scheduled one has its time until it is due', async () => {
    const at = line.now() + 10 * minuteMs
    const [now, later] = [
      await line.call(agent, phone('01')),
      await line.call(agent, phone('01'), { scheduled_at: stamp(at) }),
    ]
    expect((await line.execution(now)).scheduled_at).toBeNull()
    expect(await line.execution(later)).toMatchObject({
      status: 'scheduled',
      scheduled_at: stamp(at),
      x: { waiting_for: 'schedule', next_attempt_at: stamp(at) },
    })
  })

  it('gives retry_config back as it was given, with the defaults filled', async () => {
    const id = await line.call(agent, phone('01'), { retry_config: { enabled: true, max_retries: 2 } })
    expect((await line.execution(id)).retry_config).toEqual({
      enabled: true,
      max_retries: 2,
      retry_on_statuses: ['no-answer', 'busy', 'failed'],
      retry_on_voicemail: false,
      retry_intervals_minutes: [30, 60, 120],
    })
  })

  const mistakes: readonly (readonly [string, () => unknown, number])[] = [
    ['no body', () => undefined, 1001],
    ['null', () => 'null', 1001],
    ['no agent', () => ({ recipient_phone_number: phone('01') }), 1001],
    ['no number', () => ({ agent_id: agent }), 1002],
    ['a number with spaces', () => order({ recipient_phone_number: '+1 202 555 0101' }), 1003],
    ['a number without plus', () => order({ recipient_phone_number: '12025550101' }), 1003],
    ['a number that begins with 0', () => order({ recipient_phone_number: '+02025550101' }), 1003],
    ["somebody else's number", () => order({ from_phone_number: '+12025550199' }), 1004],
    ['an unreadable number to call from', () => order({ from_phone_number: 'shop' }), 1004],
    ['a start a minute ahead', () => order({ scheduled_at: stamp(line.now() + minuteMs) }), 1005],
    ['a start in the past', () => order({ scheduled_at: '2001-01-01T00:00:00Z' }), 1005],
    ['a start without a zone', () => order({ scheduled_at: '2036-11-13T09:02:00' }), 1006],
    ['no time at all', () => order({ scheduled_at: 'tomorrow' }), 1006],
    ['an empty start', () => order({ scheduled_at: '' }), 1006],
    ['a number for a time', () => order({ scheduled_at: 5 }), 1006],
    ['a start in two years', () => order({ scheduled_at: stamp(line.now() + 730 * dayMs) }), 1007],
    ['four retries', () => order({ retry_config: { enabled: true, max_retries: 4 } }), 1008],
    ['a retry of a stopped call', () => order({ retry_config: { retry_on_statuses: ['stopped'] } }), 1008],
    ['a retry that is no object', () => order({ retry_config: 'yes' }), 1008],
    ['26 KB of variables', () => order({ user_data: { text: 'x'.repeat(26_000) } }), 1009],
    ['variables that are a list', () => order({ user_data: [] }), 1013],
  ]
  it.each(mistakes)('%s is refused', async (_, body, code) => {
    const { status, body: answer } = await place(body())
    expect([status, answer.error]).toEqual([400, code])
    expect(answer.detail).toBe(answer.message)
  })

  it('names the field of a wrong retry_config', async () => {
    const { body } = await place(order({ retry_config: { max_retries: 4 } }))
    expect(body.message).toBe('retry_config is invalid: max_retries')
  })

  it('D50 an unknown agent, one that cannot be, and that of another account are not found', async () => {
    const other = await house.line()
    for (const agent_id of ['8a51d3c2-6a0f-4f0e-9d3b-2f6f1c7b5e10', 'nonsense', await other.agent()]) {
      const { status, body } = await place(order({ agent_id }))
      expect([status, body.message]).toEqual([404, 'Agent not found'])
    }
  })

  it('D59 without a default number there is nothing to call from', async () => {
    const bare = await house.trial.account('bare', 'test')
    const { app } = house.trial
    const headers = { authorization: `Bearer ${bare.made?.bearer}` }
    const task = { task_type: 'conversation' }
    const made = await app.fastify.inject({
      method: 'POST',
      url: '/v2/agent',
      headers,
      payload: { agent_config: { agent_name: 'a', tasks: [task] } },
    })
    const payload = { agent_id: made.json().agent_id, recipient_phone_number: phone('01') }
    const { statusCode, body } = await app.fastify.inject({ method: 'POST', url: '/call', headers, payload })
    expect([statusCode, JSON.parse(body).error]).toEqual([400, 1004])
  })
})

describe('an Idempotency-Key (4.1)', () => {
  const send = async (key: string, payload: object) =>
    house.trial.app.fastify.inject({
      method: 'POST',
      url: '/call',
      headers: { authorization: `Bearer ${line.key}`, 'idempotency-key': key },
      payload,
    })

  it('gives the first answer again, and says so; the number is called once', async () => {
    const [first, second] = [await send('order-1', order()), await send('order-1', order())]
    expect(second.body).toBe(first.body)
    expect([first.headers['idempotency-replayed'], second.headers['idempotency-replayed']]).toEqual([undefined, 'true'])
  })

  it('for another request is 409', async () => {
    await send('order-2', order())
    const answer = await send('order-2', order({ recipient_phone_number: phone('02') }))
    expect([answer.statusCode, answer.json().error]).toEqual([409, 2003])
  })

  it.each(['', 'a b', 'x'.repeat(129)])('%j is none', async (key) => {
    expect((await send(key, order())).statusCode).toBe(400)
  })
})

describe('POST /call/{id}/stop', () => {
  const stop = (id: string) => line.ask('POST', `/call/${id}/stop`)

  it('stops what waits, and nothing is dialled; D17 again is 200 again', async () => {
    await line.slots(0)
    const queued = await line.call(agent, phone('01'))
    const scheduled = await line.call(agent, phone('01'), { scheduled_at: stamp(line.now() + 10 * minuteMs) })
    for (const id of [queued, scheduled]) {
      for (const _ of ['once', 'again'])
        expect((await stop(id)).body).toEqual({ message: 'done', status: 'stopped', execution_id: id })
      expect(await line.execution(id)).toMatchObject({
        status: 'stopped',
        error_message: 'Stopped by user',
        initiated_at: null,
        telephony_data: { hangup_by: null, hangup_reason: null },
        x: { is_final: true, outcome: 'stopped' },
      })
    }
  })

  it('D16 is refused for what is in flight or over', async () => {
    const id = await line.call(agent, phone('01'))
    for (const seconds of [1, 2, 4, 600]) {
      await line.pass(seconds * 1000)
      const { status, body } = await stop(id)
      expect([status, body.error, body.message]).toEqual([400, 2001, 'Call is not queued or scheduled'])
    }
    expect(await line.execution(id)).toMatchObject({ status: 'completed', x: { outcome: 'user_hangup' } })
  })

  it('of a call that is unknown, or another account’s, is 404', async () => {
    const other = await house.line()
    const foreign = await other.call(await other.agent(), phone('01'))
    for (const id of ['c2b7f0a4-53de-4f5c-9a57-0d1be2a4c961', foreign, 'x'])
      expect(await stop(id)).toMatchObject({ status: 404, body: { message: 'Execution not found' } })
  })
})

describe('POST /call/{id}/hangup', () => {
  const hangUp = (id: string, body?: unknown) => line.ask('POST', `/call/${id}/hangup`, body)

  it('ends a live call, which then completes', async () => {
    const id = await line.call(agent, phone('07'))
    await line.pass(8_000)
    expect((await hangUp(id, { reason: 'the customer asked' })).body).toMatchObject({ status: 'call-disconnected' })
    await line.pass(1_000)
    expect(await line.execution(id)).toMatchObject({
      status: 'completed',
      error_message: null,
      telephony_data: { hangup_by: 'API Request', hangup_reason: 'Call ended' },
      x: { outcome: 'api_hangup' },
    })
  })

  it('cancels one that rings', async () => {
    const id = await line.call(agent, phone('14'))
    await line.pass(5_000)
    expect((await hangUp(id)).body).toEqual({ message: 'done', status: 'canceled', execution_id: id })
    expect(await line.execution(id)).toMatchObject({
      status: 'canceled',
      telephony_data: { hangup_by: 'API Request', hangup_reason: 'Call canceled' },
    })
  })

  it('is 409 for one that waits or is over', async () => {
    await line.slots(0)
    const id = await line.call(agent, phone('01'))
    expect(await hangUp(id)).toMatchObject({ status: 409, body: { error: 2004 } })
    await line.ask('POST', `/call/${id}/stop`)
    expect(await hangUp(id)).toMatchObject({ status: 409, body: { error: 2004 } })
  })
})

describe('POST /v2/agent/{id}/stop', () => {
  it('stops all queued and rescheduled calls of the agent, scheduled ones only if asked', async () => {
    const own = await line.agent()
    await line.slots(0)
    const queued = [await line.call(own, phone('01')), await line.call(own, phone('01'))]
    const scheduled = await line.call(own, phone('01'), { scheduled_at: stamp(line.now() + 10 * minuteMs) })
    const other = await line.call(agent, phone('01'))
    const first = await line.ask('POST', `/v2/agent/${own}/stop`)
    expect(first.body.stopped_executions.toSorted()).toEqual(queued.toSorted())
    expect((await line.execution(scheduled)).status).toBe('scheduled')
    const second = await line.ask('POST', `/v2/agent/${own}/stop?include=scheduled`)
    expect(second.body).toEqual({ stopped_executions: [scheduled] })
    expect((await line.execution(other)).status).toBe('queued')
  })

  it('of an unknown agent is 404', async () => {
    expect((await line.ask('POST', '/v2/agent/8a51d3c2-6a0f-4f0e-9d3b-2f6f1c7b5e10/stop')).status).toBe(404)
  })
})

describe('who may ask (D2)', () => {
  const ask = (authorization?: string) =>
    house.trial.app.fastify.inject({ url: '/user/me', headers: authorization === undefined ? {} : { authorization } })

  it.each([undefined, '', 'abc', 'Basic abc', 'Bearer', 'Bearer  '])('%j is 401: Access denied', async (header) => {
    const answer = await ask(header)
    expect([answer.statusCode, answer.json()]).toEqual([
      401,
      { error: 401, message: 'Access denied', detail: 'Access denied' },
    ])
  })

  it.each(['Bearer x', `Bearer bn-${'0'.repeat(64)}`, 'Bearer sa-1'])('%j is 403', async (header) => {
    const answer = await ask(header)
    expect([answer.statusCode, answer.json().message]).toEqual([403, 'Unrecognized access token'])
  })

  it('takes the bn- key and every other bearer key of the account', async () => {
    expect((await ask(`Bearer ${line.key}`)).statusCode).toBe(200)
    expect((await ask(String(line.native.headers['authorization']))).statusCode).toBe(200)
  })
})

describe('requests as their clients send them', () => {
  const inject = (method: 'GET' | 'POST' | 'DELETE', url: string, payload: string | Buffer = '') =>
    house.trial.app.fastify.inject({
      method,
      url,
      payload,
      headers: { authorization: `Bearer ${line.key}`, 'content-type': 'application/json' },
    })

  it('a JSON type without a body is no mistake on GET, DELETE and POST', async () => {
    expect((await inject('GET', '/user/me')).statusCode).toBe(200)
    expect((await inject('DELETE', `/v2/agent/${await line.agent()}`)).statusCode).toBe(200)
    expect((await inject('POST', `/v2/agent/${agent}/stop`)).statusCode).toBe(200)
  })

  it.each(['{', '{"a":}', '"\\ud800"', '{"__proto__":{}}'])('%s is 400 with a reason', async (text) => {
    const answer = await inject('POST', '/call', text)
    expect([answer.statusCode, answer.json().error]).toEqual([400, 1013])
  })

  it('a body that is not UTF-8 is 400 with a reason', async () => {
    const answer = await inject('POST', '/call', Buffer.from('{"agent_id":"\u00ff"}', 'latin1'))
    expect([answer.statusCode, answer.json().error]).toEqual([400, 1013])
    expect(answer.body).toContain('UTF-8')
  })

  it('an unknown path below theirs is 404 in their words, whatever the verb and the body', async () => {
    for (const url of [
      '/call',
      '/call/a/b',
      '/executions/a/b/c',
      '/v2/agent/a/b/c',
      '/batches/a/b',
      '/inbound/x',
      '/user',
    ])
      for (const method of ['GET', 'DELETE'] as const) {
        const answer = await inject(method, url, method === 'DELETE' ? '{' : '')
        expect([url, answer.statusCode, answer.json()]).toEqual([
          url,
          404,
          { error: 404, message: 'Route not found', detail: 'Route not found' },
        ])
      }
  })
})
