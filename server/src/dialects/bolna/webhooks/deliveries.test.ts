import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBolna, phone, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import type { OutgoingRequest, SendResult } from '#services/ports.ts'
import { deliveryList } from '../wire/answers.ts'

const unknown = 'c2b7f0a4-53de-4f5c-9a57-0d1be2a4c961'
let house: BolnaHouse
/** What receivers answer, by URL; 200 unless said otherwise. */
const answers = new Map<string, (request: OutgoingRequest) => SendResult>()
beforeAll(async () => {
  house = await openBolna({}, (request) => answers.get(request.url)?.(request) ?? { status: 200 })
})
afterAll(() => house.stop())

const requestsTo = (line: Line) => house.sender.requests.filter(({ url }) => url === line.hook)
const log = async (line: Line, id: string) => (await line.ask('GET', `/executions/${id}/webhooks`)).body

/** A call that is busy: four webhooks. */
async function busy(line: Line, config: Readonly<Record<string, unknown>> = {}) {
  const agent = await line.agent({ config })
  const id = await line.call(agent, phone('02'))
  await line.pass(60_000)
  return { agent, id }
}

describe('the webhooks of an execution', () => {
  it('are logged with what became of each', async () => {
    const line = await house.line()
    const { id } = await busy(line)
    const body = await log(line, id)
    expect(deliveryList.parse(body)).toEqual(body)
    expect(body.data).toMatchObject([
      { status: 'queued', sequence: 1, state: 'delivered', attempts: 1, last_status: 200 },
      { status: 'initiated', sequence: 2, state: 'delivered' },
      { status: 'ringing', sequence: 3, state: 'delivered' },
      { status: 'busy', sequence: 4, state: 'delivered' },
    ])
    const ids = body.data.map(({ webhook_id }: { webhook_id: string }) => webhook_id)
    expect(requestsTo(line).map(({ headers }) => headers['x-webhook-id'])).toEqual(ids)
  })

  it('D35 are only those whose status is wanted', async () => {
    const line = await house.line()
    const { id } = await busy(line, { webhook_config: { statuses: ['busy', 'completed'] } })
    expect(line.told.map(({ status }) => status)).toEqual(['busy'])
    expect((await log(line, id)).data.map(({ status }: { status: string }) => status)).toEqual(['busy'])
  })

  it('are signed with the secret of the agent, and carry its headers', async () => {
    const line = await house.line()
    await busy(line, { webhook_config: { secret: 'shh', headers: { 'X-Own': 'yes' } } })
    const [first] = requestsTo(line)
    const { headers = {}, body } = first ?? {}
    const expected = createHmac('sha256', 'shh').update(`${headers['x-webhook-timestamp']}.${body}`).digest('hex')
    expect(headers).toMatchObject({ 'x-webhook-signature': `v1=${expected}`, 'x-own': 'yes', 'x-webhook-attempt': '1' })
  })

  it('D10 the carrier’s name of a call is told from initiated on', async () => {
    const line = await house.line()
    const { id } = await busy(line)
    const shown = await line.execution(id)
    const names = line.told.map(({ telephony_data }) => telephony_data.provider_call_id)
    const name = shown.telephony_data.provider_call_id
    expect(name).toEqual(expect.any(String))
    expect(names).toEqual([null, name, name, name])
  })

  it('that a receiver refuses for good are given up; a 404 holds nothing back', async () => {
    const line = await house.line()
    answers.set(line.hook, ({ body }) => {
      const { status } = JSON.parse(body ?? '')
      return { status: status === 'queued' ? 410 : status === 'initiated' ? 404 : 200 }
    })
    const { id } = await busy(line)
    expect((await log(line, id)).data).toMatchObject([
      { status: 'queued', state: 'failed', last_status: 410, attempts: 1 },
      { status: 'initiated', state: 'retrying', last_status: 404, next_attempt_at: expect.any(String) },
      { status: 'ringing', state: 'delivered' },
      { status: 'busy', state: 'delivered' },
    ])
  })
})

describe('replay', () => {
  it('sends one again: the same id and the same bytes', async () => {
    const line = await house.line()
    const { id } = await busy(line)
    const before = [...requestsTo(line)]
    for (const { delivery_id } of (await log(line, id)).data) {
      const answer = await line.ask('POST', `/executions/${id}/webhooks/${delivery_id}/replay`)
      expect([answer.status, answer.body]).toEqual([202, { message: 'accepted', queued: 1 }])
      await expect.poll(() => requestsTo(line).length).toBeGreaterThan(before.length)
      const again = requestsTo(line).at(-1)
      const first = before.find(({ headers }) => headers['x-webhook-id'] === again?.headers['x-webhook-id'])
      expect(again?.body).toBe(first?.body)
      before.push(again as OutgoingRequest)
    }
  })

  it('of what is unknown, or another execution’s, is 404', async () => {
    const line = await house.line()
    const [one, two] = [await busy(line), await busy(line)]
    const [first] = (await log(line, one.id)).data
    for (const [id, delivery] of [
      [one.id, 'x'],
      [two.id, first.delivery_id],
      [unknown, first.delivery_id],
    ])
      expect((await line.ask('POST', `/executions/${id}/webhooks/${delivery}/replay`)).status).toBe(404)
  })

  it('sends a range again: all of it, those of a status or an agent, or only what failed', async () => {
    const line = await house.line()
    answers.set(line.hook, ({ body }) => ({ status: JSON.parse(body ?? '').status === 'ringing' ? 410 : 200 }))
    const { agent } = await busy(line)
    await busy(line)
    const range = { from: '2001-01-01', to: '2101-01-01' }
    const replay = async (more: Readonly<Record<string, unknown>> = {}) =>
      (await line.ask('POST', '/webhooks/replay', { ...range, ...more })).body
    expect(await replay({ status: 'busy' })).toEqual({ message: 'accepted', queued: 2 })
    expect(await replay({ agent_id: agent, status: 'busy' })).toMatchObject({ queued: 1 })
    expect(await replay({ agent_id: unknown })).toMatchObject({ queued: 0 })
    expect(await replay({ only_failed: true })).toMatchObject({ queued: 2 })
    expect(await replay({ from: '2100-01-01' })).toMatchObject({ queued: 0 })
  })

  it.each([
    [{}],
    [{ from: '2026-01-01' }],
    [{ from: 'soon', to: '2026-01-01' }],
    [{ from: '2026-01-02', to: '2026-01-01' }],
    [{ from: '2026-01-01', to: '2026-01-02', status: 'done' }],
  ])('%j is refused', async (body) => {
    const line = await house.line()
    expect(await line.ask('POST', '/webhooks/replay', body)).toMatchObject({ status: 400, body: { error: 1013 } })
  })
})

describe('POST /v2/agent/{id}/webhook/test', () => {
  it('sends a signed sample at once, and says what came of it', async () => {
    const line = await house.line()
    const agent = await line.agent({ config: { webhook_config: { secret: 'shh' } } })
    const good = await line.ask('POST', `/v2/agent/${agent}/webhook/test`)
    expect(good.body).toEqual({ url: line.hook, delivered: true, status: 200, reason: null })
    expect(line.told).toMatchObject([{ status: 'completed', agent_id: agent, x: { is_final: true } }])
    expect(requestsTo(line)[0]?.headers['x-webhook-signature']).toMatch(/^v1=[0-9a-f]{64}$/)
    answers.set(line.hook, () => ({ error: 'connection refused', refused: false }))
    const bad = await line.ask('POST', `/v2/agent/${agent}/webhook/test`)
    expect(bad.body).toEqual({ url: line.hook, delivered: false, status: null, reason: 'connection refused' })
  })

  it('of an agent without a webhook is 400', async () => {
    const line = await house.line()
    const agent = await line.agent({ config: { webhook_url: null } })
    expect((await line.ask('POST', `/v2/agent/${agent}/webhook/test`)).status).toBe(400)
  })
})

describe('a webhook target that changes (5.2)', () => {
  const patch = (line: Line, agent: string, agent_config: object) =>
    line.ask('PATCH', `/v2/agent/${agent}`, { agent_config })
  const sentTo = (url: string) => house.sender.requests.filter((request) => request.url === url)

  it('counts for calls ordered before, with its own secret', async () => {
    const line = await house.line()
    const agent = await line.agent({ config: { webhook_config: { secret: 'old' } } })
    await line.slots(0)
    const id = await line.call(agent, phone('02'))
    await line.rest()
    const url = `${line.hook}/new`
    expect((await patch(line, agent, { webhook_url: url, webhook_config: { secret: 'new' } })).status).toBe(200)
    await line.slots(1)
    await line.pass(60_000)
    expect(line.told.map(({ status }) => status)).toEqual(['queued'])
    const later = sentTo(url)
    expect(later.map(({ body }) => JSON.parse(body ?? '').status)).toEqual(['initiated', 'ringing', 'busy'])
    const { headers = {}, body } = later[0] ?? {}
    const expected = createHmac('sha256', 'new').update(`${headers['x-webhook-timestamp']}.${body}`).digest('hex')
    expect(headers['x-webhook-signature']).toBe(`v1=${expected}`)
    expect((await log(line, id)).data.map((one: { url: string; state: string }) => [one.url, one.state])).toEqual(
      [line.hook, url, url, url].map((where) => [where, 'delivered']),
    )
  })

  it('that is removed is told nothing more; one that is deleted with its agent is told the end', async () => {
    const line = await house.line()
    const [gone, deleted] = [await line.agent(), await line.agent()]
    const calls = [await line.call(gone, phone('02')), await line.call(deleted, phone('02'))]
    await line.pass(1_000)
    await patch(line, gone, { webhook_url: null })
    await patch(line, deleted, { webhook_url: `${line.hook}/last` })
    expect((await line.ask('DELETE', `/v2/agent/${deleted}`)).status).toBe(200)
    await line.pass(60_000)
    expect((await line.execution(calls[0] ?? '')).status).toBe('busy')
    expect(line.told.map(({ status }) => status)).not.toContain('busy')
    expect(sentTo(`${line.hook}/last`).map(({ body }) => JSON.parse(body ?? '').status)).toContain('busy')
  })
})
