import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBolna, phone, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { dayMs, minuteMs } from '#domain/vocabulary/instant.ts'
import { stamp } from '../time.ts'
import { batch as batchAnswer, execution, rejectedList } from '../wire/answers.ts'

const unknown = '5d0c2b7e9f1a4c3e8b6d7a90c1e2f345'
let house: BolnaHouse
beforeAll(async () => {
  house = await openBolna()
})
afterAll(() => house.stop())

const csv = (...digits: readonly string[]) =>
  ['contact_number,name', ...digits.map((two) => `${phone(two)},Mira`)].join('\n')

interface Form {
  readonly fields?: Readonly<Record<string, string | readonly string[]>>
  readonly file?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** A request with a form, as curl and the clients send it. */
async function post(line: Line, url: string, { fields = {}, file, headers = {} }: Form) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one)
  if (file !== undefined) form.append('file', new Blob([file as string], { type: 'text/csv' }), 'people.csv')
  const request = new Response(form)
  const type = request.headers.get('content-type') ?? ''
  const payload = Buffer.from(await request.arrayBuffer())
  const answer = await house.trial.app.fastify.inject({
    method: 'POST',
    url,
    payload,
    headers: { authorization: `Bearer ${line.key}`, 'content-type': type, ...headers },
  })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

async function made(line: Line, more: Form = {}): Promise<{ readonly batch: string; readonly agent: string }> {
  const agent = await line.agent()
  const fields = { agent_id: agent, ...more.fields }
  const { status, body } = await post(line, '/batches', { file: csv('01', '02'), ...more, fields })
  if (status !== 201) throw new Error(JSON.stringify(body))
  await line.rest()
  return { batch: body.batch_id, agent }
}

const read = async (line: Line, id: string) => (await line.ask('GET', `/batches/${id}`)).body
const executionsOf = async (line: Line, id: string) => (await line.ask('GET', `/batches/${id}/executions`)).body

describe('POST /batches', () => {
  it('answers 201 with 32 digits, and makes an execution of each good row', async () => {
    const line = await house.line()
    const { batch, agent } = await made(line, { file: `${csv('01', '02')}\nnobody,Bob\n` })
    expect(batch).toMatch(/^[0-9a-f]{32}$/)
    const shown = await read(line, batch)
    expect(batchAnswer.parse(shown)).toEqual(shown)
    expect(shown).toMatchObject({
      batch_id: batch,
      status: 'processed',
      scheduled_at: null,
      file_name: 'people.csv',
      valid_contacts: 2,
      total_contacts: 3,
      execution_status: { prepared: 2 },
    })
    expect((await line.ask('GET', `/batches/${agent}/all`)).body).toEqual([shown])
    const rejected = (await line.ask('GET', `/batches/${batch}/rejected`)).body
    expect(rejectedList.parse(rejected)).toEqual({
      data: [{ row: 3, reason: 'the number is not in E.164 form', line: 'nobody,Bob' }],
    })
  })

  it('D36 tells nobody of prepared rows', async () => {
    const line = await house.line()
    await made(line)
    expect(line.told).toEqual([])
  })

  it('takes a BOM, CRLF, quotes and an apostrophe; the other columns are the variables', async () => {
    const line = await house.line()
    const file = `\ufeffcontact_number,name,city\r\n'${phone('01')},"Mira, the first",Pune\r\n`
    const { batch } = await made(line, { file })
    const [row] = await executionsOf(line, batch)
    expect(execution.parse(row)).toEqual(row)
    expect(row).toMatchObject({
      batch_id: batch,
      status: 'prepared',
      user_number: phone('01'),
      context_details: { recipient_data: { name: 'Mira, the first', city: 'Pune' } },
      batch_run_details: { status: 'prepared', retried: 0 },
      x: { waiting_for: 'batch' },
    })
  })

  it('takes retry_config as JSON text, repeated numbers to call from, and names a webhook that cannot be', async () => {
    const line = await house.line()
    const fields = {
      agent_id: await line.agent(),
      retry_config: '{"enabled":true,"max_retries":1}',
      from_phone_numbers: ['+18005550111', '+18005550111'],
      webhook_url: 'hooks',
    }
    const { status, body } = await post(line, '/batches', { file: csv('01'), fields })
    expect(status).toBe(201)
    expect(body).toEqual({
      batch_id: expect.any(String),
      state: 'created',
      warnings: [expect.stringContaining('webhook_url')],
    })
    expect((await read(line, body.batch_id)).from_phone_numbers).toEqual(['+18005550111', '+18005550111'])
  })

  const good = { file: csv('01') }
  const mistakes: readonly (readonly [string, Form, number])[] = [
    ['no agent', { ...good, fields: { agent_id: '' } }, 1001],
    ['no file', {}, 1030],
    ['a file that is a text', { fields: { file: csv('01') } }, 1030],
    ['a list without the column', { file: 'phone\n+12025550101' }, 1031],
    ['an empty list', { file: '' }, 1032],
    ['a list that is no UTF-8', { file: Uint8Array.of(0xff, 0xfe, 0xfa) }, 1032],
    ['a quote that is never closed', { file: 'contact_number\n"+12025550101' }, 1032],
    ['a retry_config that is no JSON', { ...good, fields: { retry_config: '{' } }, 1008],
    ['a retry_config with four retries', { ...good, fields: { retry_config: '{"max_retries":4}' } }, 1008],
    ["somebody else's number", { ...good, fields: { from_phone_numbers: '+12025550199' } }, 1004],
  ]
  it.each(mistakes)('%s is refused', async (_, form, code) => {
    const line = await house.line()
    const fields = { agent_id: await line.agent(), ...form.fields }
    const { status, body } = await post(line, '/batches', { ...form, fields })
    expect([status, body.error]).toEqual([400, code])
  })

  it('a list of 60,000 rows, and one of more than 25 MB, are refused', async () => {
    const line = await house.line()
    const fields = { agent_id: await line.agent() }
    const rows = `contact_number\n${'+12025550101\n'.repeat(60_000)}`
    expect((await post(line, '/batches', { file: rows, fields })).body).toMatchObject({
      error: 1032,
      message: 'file cannot be read: the list has more than 50000 rows: split it',
    })
    const long = `contact_number\n${'x'.repeat(25 * 1024 * 1024)}`
    expect((await post(line, '/batches', { file: long, fields })).body).toMatchObject({
      error: 1032,
      message: expect.stringContaining('25 MB'),
    })
  })

  it('a form that is cut off is refused, and another account’s agent is not found', async () => {
    const line = await house.line()
    const cut = await house.trial.app.fastify.inject({
      method: 'POST',
      url: '/batches',
      payload: '--x\r\ncontent-disposition: form-data; name="agent_id"\r\n\r\nabc',
      headers: { authorization: `Bearer ${line.key}`, 'content-type': 'multipart/form-data; boundary=x' },
    })
    expect(cut.statusCode).toBe(400)
    const foreign = await (await house.line()).agent()
    expect(await post(line, '/batches', { ...good, fields: { agent_id: foreign } })).toMatchObject({
      status: 404,
      body: { message: 'Agent not found' },
    })
  })

  it('with an Idempotency-Key is made once', async () => {
    const line = await house.line()
    const fields = { agent_id: await line.agent() }
    const headers = { 'idempotency-key': 'list-1' }
    const first = await post(line, '/batches', { ...good, fields, headers })
    const second = await post(line, '/batches', { ...good, fields, headers })
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(await post(line, '/batches', { file: csv('02'), fields, headers })).toMatchObject({
      status: 409,
      body: { error: 2003 },
    })
  })
})

describe('POST /batches/{id}/schedule', () => {
  const at = (line: Line, ahead: number) => stamp(line.now() + ahead)

  it('D28 rounds the start up to the next ten minutes, by form, by URL-encoded form and by JSON', async () => {
    const line = await house.line()
    const { batch } = await made(line)
    const scheduled_at = at(line, 5 * minuteMs)
    const expected = stamp(Math.ceil((line.now() + 5 * minuteMs) / (10 * minuteMs)) * 10 * minuteMs)
    const url = `/batches/${batch}/schedule`
    const encoded = await house.trial.app.fastify.inject({
      method: 'POST',
      url,
      payload: new URLSearchParams({ scheduled_at }).toString(),
      headers: { authorization: `Bearer ${line.key}`, 'content-type': 'application/x-www-form-urlencoded' },
    })
    const answers = [
      (await post(line, url, { fields: { scheduled_at, bypass_call_guardrails: 'true' } })).body,
      encoded.json(),
      (await line.ask('POST', url, { scheduled_at, bypass_call_guardrails: true })).body,
    ]
    for (const body of answers) expect(body).toEqual({ message: 'success', state: 'scheduled', scheduled_at: expected })
    expect(await read(line, batch)).toMatchObject({ status: 'scheduled', scheduled_at: expected })
  })

  it('refuses no time, one without a zone, too near, too far, and a batch that is unknown or over', async () => {
    const line = await house.line()
    const { batch } = await made(line)
    const schedule = (scheduled_at: string | undefined, id = batch) =>
      post(line, `/batches/${id}/schedule`, { fields: scheduled_at === undefined ? {} : { scheduled_at } })
    expect((await schedule(undefined)).body.error).toBe(1006)
    expect((await schedule('2036-11-13T09:02:00')).body.error).toBe(1006)
    expect((await schedule(at(line, minuteMs))).body.error).toBe(1005)
    expect((await schedule(at(line, 31 * dayMs))).body.error).toBe(1007)
    expect((await schedule(at(line, dayMs), unknown)).status).toBe(404)
    await schedule(at(line, 5 * minuteMs))
    await line.pass(30 * minuteMs)
    expect((await schedule(at(line, dayMs))).body.error).toBe(2006)
  })
})

describe('a batch that runs', () => {
  it('calls everybody, and is completed when each row is final', async () => {
    const line = await house.line()
    const { batch } = await made(line, { file: csv('01', '02', '05') })
    await line.ask('POST', `/batches/${batch}/schedule`, { scheduled_at: stamp(line.now() + 5 * minuteMs) })
    await line.pass(30 * minuteMs)
    expect(await read(line, batch)).toMatchObject({
      status: 'completed',
      execution_status: { completed: 1, busy: 1, failed: 1 },
    })
    const rows = await executionsOf(line, batch)
    expect(rows.map(({ status }: { status: string }) => status)).toEqual(['completed', 'busy', 'failed'])
    const listed = await line.ask('GET', `/executions?batch_id=${batch}`)
    expect(listed.body.total).toBe(3)
  })

  it('D30 its executions are a bare list, sliced where that is asked for, and have an alias', async () => {
    const line = await house.line()
    const { batch } = await made(line, { file: csv('01', '02', '03', '04', '05') })
    const all = await line.ask('GET', `/batches/${batch}/executions`)
    expect(Number(all.headers['x-total-count'])).toBe(5)
    const page = await line.ask('GET', `/batches/${batch}/executions?page_number=2&page_size=2`)
    expect(page.body).toEqual(all.body.slice(2, 4))
    expect((await line.ask('GET', `/batches/${batch}/executions?page_number=9`)).body).toEqual([])
    expect((await line.ask('GET', `/batch/${batch}/executions`)).body).toEqual(all.body)
    expect((await line.ask('GET', `/batch/${unknown}/executions`)).status).toBe(404)
  })

  it('is stopped: what waits is stopped, what is live goes on unless it is to be hung up', async () => {
    for (const hangUp of [false, true]) {
      const line = await house.line()
      await line.slots(1)
      const { batch } = await made(line, { file: csv('07', '01') })
      await line.ask('POST', `/batches/${batch}/schedule`, { scheduled_at: stamp(line.now() + 5 * minuteMs) })
      const start = Date.parse((await read(line, batch)).scheduled_at)
      await line.pass(start - line.now() + 8_000)
      expect(await read(line, batch)).toMatchObject({ status: 'running' })
      const stopped = await line.ask('POST', `/batches/${batch}/stop${hangUp ? '?hangup_live=true' : ''}`)
      expect(stopped.body).toEqual({ message: 'success', state: 'stopped' })
      await line.rest()
      const [live, waiting] = await executionsOf(line, batch)
      expect(waiting.status).toBe('stopped')
      expect(live.status).toBe(hangUp ? 'completed' : 'in-progress')
      expect(await line.ask('POST', `/batches/${batch}/stop`)).toMatchObject({
        status: 404,
        body: { error: 2002, message: 'Batch is not queued or running' },
      })
    }
  })

  it('is deleted: what waits is stopped, and the history stays', async () => {
    const line = await house.line()
    const { batch, agent } = await made(line)
    expect((await line.ask('DELETE', `/batches/${batch}`)).body).toEqual({ message: 'success', state: 'deleted' })
    await line.rest()
    expect((await line.ask('GET', `/batches/${batch}`)).status).toBe(404)
    const { data } = (await line.ask('GET', `/v2/agent/${agent}/executions`)).body
    expect(data.map(({ status }: { status: string }) => status)).toEqual(['stopped', 'stopped'])
  })

  it('tells its receiver each status, with the executions at the end (D29)', async () => {
    const line = await house.line()
    const url = `${line.hook}/batch`
    const { batch, agent } = await made(line, { fields: { webhook_url: url } })
    await line.ask('POST', `/batches/${batch}/schedule`, { scheduled_at: stamp(line.now() + 5 * minuteMs) })
    await line.pass(30 * minuteMs)
    const bodies = house.sender.requests
      .filter((request) => request.url === url)
      .map(({ body }) => JSON.parse(body ?? ''))
    expect(bodies.map(({ status }) => status)).toEqual(['processed', 'scheduled', 'queued', 'running', 'completed'])
    for (const body of bodies) expect(body).toMatchObject({ batch_id: batch, agent_id: agent })
    expect(bodies.map(({ executions }) => executions?.length)).toEqual([undefined, undefined, undefined, undefined, 2])
  })

  it('that is another account’s is not found', async () => {
    const [line, other] = [await house.line(), await house.line()]
    const { batch, agent } = await made(other)
    for (const path of [
      `/batches/${batch}`,
      `/batches/${batch}/executions`,
      `/batches/${batch}/rejected`,
      `/batches/${agent}/all`,
    ])
      expect((await line.ask('GET', path)).status).toBe(404)
    for (const path of [`/batches/${batch}/stop`, '/batches/x/stop'])
      expect(await line.ask('POST', path)).toMatchObject({ status: 404, body: { message: 'Batch not found' } })
    expect((await line.ask('DELETE', `/batches/${batch}`)).status).toBe(404)
  })
})
