import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBolna, phone, shop, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { catalogue } from './errors.ts'

import { agent as agentAnswer, inboundAnswer, numberList, user } from './wire/answers.ts'

const unknown = 'c2b7f0a4-53de-4f5c-9a57-0d1be2a4c961'
const task = { task_type: 'conversation', toolchain: { execution: 'parallel', pipelines: [['llm']] } }
const write = (config: Readonly<Record<string, unknown>> = {}) => ({
  agent_config: { agent_name: 'Mira', tasks: [task], ...config },
  agent_prompts: { task_1: { system_prompt: 'You are Mira.' } },
})

let house: BolnaHouse
let line: Line
beforeAll(async () => {
  house = await openBolna()
  line = await house.line()
})
afterAll(() => house.stop())

describe('agents', () => {
  it('D19 are created with 201 and both keys, and read as they were written', async () => {
    const made = await line.ask('POST', '/v2/agent', write({ future: 1 }))
    expect([made.status, made.body]).toEqual([
      201,
      { agent_id: expect.any(String), state: 'created', status: 'created' },
    ])
    const { body } = await line.ask('GET', `/v2/agent/${made.body.agent_id}`)
    agentAnswer.parse(body)
    expect(body).toMatchObject({
      id: made.body.agent_id,
      agent_name: 'Mira',
      agent_status: 'processed',
      tasks: [task],
      agent_prompts: { task_1: { system_prompt: 'You are Mira.' } },
      future: 1,
      webhook_url: null,
    })
    const all = await line.ask('GET', '/v2/agent/all')
    expect(all.body).toContainEqual(body)
  })

  it.each([
    ['nothing', undefined, 1020],
    ['no configuration', {}, 1020],
    ['no tasks', { agent_config: { agent_name: 'a' } }, 1021],
    ['an empty list of tasks', write({ tasks: [] }), 1021],
    ['tasks that are no list', write({ tasks: 'x' }), 1021],
    ['pipelines that are no lists', write({ tasks: [{ toolchain: { pipelines: ['llm'] } }] }), 1022],
    ['pipelines that are no list', write({ tasks: [{ toolchain: { pipelines: 'llm' } }] }), 1022],
    ['hours beyond the day', write({ calling_guardrails: { call_start_hour: 9, call_end_hour: 25 } }), 1023],
    ['hours that end before they start', write({ calling_guardrails: { call_start_hour: 9, call_end_hour: 8 } }), 1023],
    ['no name', { agent_config: { tasks: [task] } }, 1013],
    ['a webhook that is no URL', write({ webhook_url: 'hooks' }), 1013],
    ['a cap beyond the platform’s', write({ tasks: [{ ...task, task_config: { call_terminate: 2401 } }] }), 1013],
  ])('%s is refused', async (_, body, code) => {
    expect(await line.ask('POST', '/v2/agent', body)).toMatchObject({ status: 400, body: { error: code } })
  })

  it('are patched, replaced, deleted and restored', async () => {
    const id = await line.agent()
    const path = `/v2/agent/${id}`
    const patched = await line.ask('PATCH', path, { agent_config: { agent_name: 'Ann', agent_type: 'x' } })
    expect(patched.body).toEqual({ message: 'success', state: 'updated' })
    expect((await line.ask('GET', path)).body).toMatchObject({
      agent_name: 'Ann',
      agent_type: 'other',
      webhook_url: line.hook,
    })
    const put = await line.ask('PUT', path, write({ agent_name: 'Eve' }))
    expect(put.body).toMatchObject({ agent_id: id, status: 'updated' })
    expect((await line.ask('GET', path)).body).toMatchObject({ agent_name: 'Eve', webhook_url: null })
    expect((await line.ask('DELETE', path)).body).toEqual({ message: 'success', state: 'deleted' })
    expect((await line.ask('GET', path)).status).toBe(404)
    expect((await line.ask('DELETE', path)).status).toBe(404)
    expect((await line.ask('POST', `${path}/restore`)).body).toMatchObject({ agent_id: id, state: 'restored' })
    expect((await line.ask('GET', path)).body).toMatchObject({ agent_name: 'Eve' })
  })

  it('that are deleted stop what waits; their history stays (D54)', async () => {
    const id = await line.agent()
    await line.slots(0)
    const call = await line.call(id, phone('01'))
    await line.slots(10)
    const done = await line.call(id, phone('02'))
    await line.pass(60_000)
    await line.slots(0)
    const waiting = await line.call(id, phone('01'))
    await line.ask('DELETE', `/v2/agent/${id}`)
    await line.slots(10)
    expect((await line.execution(waiting)).status).toBe('stopped')
    for (const one of [call, done]) expect((await line.ask('GET', `/executions/${one}`)).status).toBe(200)
    expect((await line.ask('POST', '/call', { agent_id: id, recipient_phone_number: phone('01') })).status).toBe(404)
  })

  it('that are unknown are 404, whatever is asked', async () => {
    const body = write()
    for (const id of [unknown, 'x']) {
      const path = `/v2/agent/${id}`
      const answers = await Promise.all([
        line.ask('GET', path),
        line.ask('PATCH', path, body),
        line.ask('PUT', path, body),
        line.ask('DELETE', path),
        line.ask('POST', `${path}/restore`),
        line.ask('POST', `${path}/webhook/test`),
      ])
      for (const answer of answers) expect([answer.status, answer.body.message]).toEqual([404, 'Agent not found'])
    }
  })
})

describe('numbers', () => {
  it('are listed without nulls, and answered by whom they are linked to', async () => {
    const agent = await line.agent()
    const before = (await line.ask('GET', '/phone-numbers/all')).body
    numberList.parse(before)
    expect(before).toMatchObject([{ phone_number: shop, agent_id: '', renewal_at: '', price: '$0.0' }])
    const [{ id: phone_number_id }] = before
    const linked = await line.ask('POST', '/inbound/setup', { agent_id: agent, phone_number_id })
    inboundAnswer.parse(linked.body)
    expect(linked.body).toMatchObject({
      phone_number: shop,
      id: phone_number_id,
      url: expect.stringMatching(new RegExp(`/inbound_call\\?agent_id=${agent}&user_id=[0-9a-f-]{36}$`)),
    })
    expect((await line.ask('GET', '/phone-numbers/all')).body).toMatchObject([{ agent_id: agent }])
    const unlinked = await line.ask('POST', '/inbound/unlink', { phone_number_id })
    expect(unlinked.body).toEqual({ url: null, phone_number: shop, id: phone_number_id })
    expect((await line.ask('GET', '/phone-numbers/all')).body).toMatchObject([{ agent_id: '' }])
  })

  it('refuse what is missing, unknown, or not offered', async () => {
    const agent_id = await line.agent()
    const [{ id: phone_number_id }] = (await line.ask('GET', '/phone-numbers/all')).body
    const setup = (body: unknown) => line.ask('POST', '/inbound/setup', body)
    expect(await setup({ phone_number_id })).toMatchObject({ status: 400, body: { error: 1001 } })
    expect(await setup({ agent_id })).toMatchObject({ status: 400 })
    expect(await setup({ agent_id, phone_number_id: unknown })).toMatchObject({
      status: 404,
      body: { message: 'Phone number not found' },
    })
    expect(await setup({ agent_id: unknown, phone_number_id })).toMatchObject({
      status: 404,
      body: { message: 'Agent not found' },
    })
    const ivr = await setup({ agent_id, phone_number_id, ivr_config: { enabled: true } })
    expect([ivr.status, ivr.body.message]).toEqual([400, expect.stringContaining('ivr_config')])
    expect((await line.ask('POST', '/inbound/unlink', { phone_number_id: unknown })).status).toBe(404)
  })
})

describe('GET /user/me', () => {
  it('has numbers where clients reckon with them, also without billing', async () => {
    const { body } = await line.ask('GET', '/user/me')
    user.parse(body)
    expect(body).toMatchObject({ name: 'alice', wallet: 0, concurrency: { max: 10, current: 0 } })
  })

  it('D26 the wallet is in cents, and running calls are counted', async () => {
    const own = await house.line()
    const { wallets } = house.trial.app.services
    await wallets.credit({ account: own.account, by: 'test' }, 4215.5, 'first credit')
    await own.call(await own.agent(), phone('07'))
    await own.pass(8_000)
    expect((await own.ask('GET', '/user/me')).body).toMatchObject({
      wallet: 4215.5,
      concurrency: { max: 10, current: 1 },
    })
  })
})

describe('GET /errors', () => {
  it('needs no key, and has every integer with its text and what to do', async () => {
    const { app } = house.trial
    const answer = await app.fastify.inject({ url: '/errors' })
    expect(answer.statusCode).toBe(200)
    const { errors } = answer.json()
    const statuses = [400, 401, 403, 404, 409, 413, 429, 500, 503]
    const codes = Object.keys(catalogue).map(Number)
    expect(errors.map(({ error }: { error: number }) => error)).toEqual([...statuses, ...codes])
    expect(codes).toContain(2005)
    for (const one of errors)
      expect(one).toMatchObject({
        status: expect.any(Number),
        message: expect.stringMatching(/./),
        advice: expect.stringMatching(/./),
      })
  })

  it('leaves /errors/{code} to the server, which knows the same integers', async () => {
    const answer = await house.trial.app.fastify.inject({ url: '/errors/2001' })
    expect(answer.json()).toMatchObject({ title: expect.any(String), advice: expect.stringContaining('hangup') })
  })
})

it('GET /webhooks/source-ips is empty: nobody has named them', async () => {
  expect((await line.ask('GET', '/webhooks/source-ips')).body).toEqual({ source_ips: [] })
})
