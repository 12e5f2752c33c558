import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTrial, type Caller, type Trial } from '#app/trial.ts'

const shop = '+12025550100'
const alice = '+12025550101'
const busy = '+12025550102'

describe('batches', () => {
  let trial: Trial
  let shopkeeper: Caller
  let agentId: string
  beforeAll(async () => {
    trial = await startTrial()
  })
  afterAll(() => trial.stop())
  beforeEach(async () => {
    shopkeeper = await trial.account('shop', 'test')
    await shopkeeper.post('/phone-numbers', { number: shop })
    agentId = (await shopkeeper.post('/agents', { name: 'Ann', welcome: 'Hello {name}!' })).body.id
  })

  const pass = (by: string) => shopkeeper.post('/clock/advance', { by })

  async function upload(csv: string, query: Record<string, string>) {
    const response = await trial.app.fastify.inject({
      method: 'POST',
      url: `/api/v1/batches?${new URLSearchParams(query).toString()}`,
      headers: { ...shopkeeper.headers, 'content-type': 'text/csv' },
      payload: csv,
    })
    return { status: response.statusCode, body: response.json() }
  }

  test('are made of a list as JSON, dialled when they are scheduled, and counted to their end', async () => {
    const made = await shopkeeper.post('/batches', {
      agentId,
      fileName: 'people',
      rows: [{ to: alice, data: { name: 'Alice' } }, { to: 'nobody' }, { to: busy }],
    })
    expect(made.status).toBe(201)
    const { id } = made.body
    expect(made.body).toMatchObject({
      id: expect.stringMatching(/^batch_/),
      agent: { id: agentId, version: 1 },
      rows: 3,
      valid: 2,
      dueAt: null,
    })
    expect((await shopkeeper.get(`/batches/${id}/rejected`)).body.rejected).toEqual([
      { row: 2, because: expect.stringContaining('E.164'), line: '{"to":"nobody"}' },
    ])
    await pass('PT1S')
    expect((await shopkeeper.get(`/batches/${id}`)).body).toMatchObject({
      status: 'processed',
      sessions: [{ state: 'prepared', outcome: null, wasLive: false, count: 2 }],
    })
    expect((await shopkeeper.get(`/batches/${id}/dry-run`)).body).toEqual({
      dial: 2,
      wait: [],
      skip: [{ because: expect.stringContaining('E.164'), count: 1 }],
    })
    expect((await shopkeeper.post(`/batches/${id}/schedule`)).body).toMatchObject({ id, dueAt: expect.any(String) })
    await pass('PT20M')
    const over = (await shopkeeper.get(`/batches/${id}`)).body
    expect(over).toMatchObject({ status: 'completed', ended: 2 })
    expect(over.sessions).toEqual(
      expect.arrayContaining([
        { state: 'ended', outcome: 'completed', wasLive: true, count: 1 },
        { state: 'ended', outcome: 'busy', wasLive: false, count: 1 },
      ]),
    )
    const { sessions } = (await shopkeeper.get(`/batches/${id}/sessions`)).body
    expect(
      sessions.map(({ to, batch, data }: { to: string; batch: object; data: object }) => ({ to, batch, data })),
    ).toEqual([
      { to: alice, batch: { id, row: 1 }, data: { name: 'Alice' } },
      { to: busy, batch: { id, row: 3 }, data: null },
    ])
    expect((await shopkeeper.get(`/sessions?batchId=${id}&outcome=busy`)).body.sessions).toHaveLength(1)
    const page = (await shopkeeper.get(`/batches/${id}/sessions?limit=1`)).body
    expect((await shopkeeper.get(`/batches/${id}/sessions?cursor=${page.next}`)).body.sessions).toHaveLength(1)
  })

  test('are made of a list in CSV', async () => {
    const made = await upload(`name,to\nAlice,${alice}\nBob,\n`, { agentId, fileName: 'people.csv' })
    expect(made).toMatchObject({ status: 201, body: { fileName: 'people.csv', rows: 2, valid: 1, retry: null } })
    expect((await shopkeeper.get(`/batches/${made.body.id}/rejected`)).body.rejected).toEqual([
      { row: 2, because: expect.any(String), line: 'Bob,' },
    ])
    expect(await upload(`phone\n${alice}`, { agentId, column: 'phone', from: shop })).toMatchObject({
      status: 201,
      body: { from: [shop] },
    })
  })

  test('are not made of what is no list', async () => {
    expect((await upload(`to\n${alice}`, {})).body).toMatchObject({ status: 400, field: 'agentId' })
    expect((await upload('number\n1', { agentId })).body).toMatchObject({ status: 400, field: 'column' })
    expect((await upload('', { agentId })).body).toMatchObject({ status: 400 })
    for (const [body, field] of [
      [{ agentId, rows: [] }, 'rows'],
      [{ agentId, rows: [{ number: alice }] }, 'rows.0.to'],
      [{ agentId, rows: [{ to: alice }], retry: { max: 1, on: [], afterMs: [1] } }, 'retry.afterMs'],
      [{ agentId: 'me', rows: [{ to: alice }] }, 'agentId'],
      [{ agentId, rows: [{ to: alice }], colour: 'red' }, 'colour'],
      [{ agentId, rows: [{ to: alice }], from: ['+14155550100'] }, 'from'],
    ] as const) {
      const refused = (await shopkeeper.post('/batches', body)).body
      expect([400, 404]).toContain(refused.status)
      expect(refused).toMatchObject({ field })
    }
    expect(
      (await shopkeeper.post(`/batches?agentId=${agentId}`, { agentId, rows: [{ to: alice }] })).body,
    ).toMatchObject({ field: 'agentId' })
  })

  test('have retries as they say, and else as their agent does', async () => {
    const retry = { max: 1, on: ['busy'], onVoicemail: false, afterMs: [60_000] }
    const keen = (await shopkeeper.post('/agents', { name: 'Keen', retry })).body.id
    const made = async (more: object) =>
      (await shopkeeper.post('/batches', { agentId: keen, rows: [{ to: busy }], ...more })).body.retry
    expect(await made({})).toEqual(retry)
    expect(await made({ retry: null })).toBeNull()
    expect(await made({ retry: { ...retry, max: 2 } })).toEqual({ ...retry, max: 2 })
  })

  test('are stopped, listed and deleted', async () => {
    const make = async () => (await shopkeeper.post('/batches', { agentId, rows: [{ to: alice }] })).body.id
    const [one, other] = [await make(), await make()]
    await pass('PT1S')
    const { createdAt } = (await shopkeeper.get(`/batches/${one}`)).body
    const dueAt = Temporal.Instant.from(createdAt).add({ hours: 24 }).toString()
    await shopkeeper.post(`/batches/${one}/schedule`, { dueAt })
    expect((await shopkeeper.post(`/batches/${one}/stop`)).body).toMatchObject({ status: 'stopped' })
    expect((await shopkeeper.post(`/batches/${other}/stop`)).body.status).toBe(409)
    const ids = async (query = '') =>
      (await shopkeeper.get(`/batches${query}`)).body.batches.map(({ id }: { id: string }) => id)
    expect(new Set(await ids())).toEqual(new Set([one, other]))
    expect(await ids(`?agentId=${agentId}&limit=1`)).toHaveLength(1)
    expect((await shopkeeper.remove(`/batches/${other}`)).body).toEqual({ id: other, deleted: true })
    expect(await ids()).toEqual([one])
  })

  test('of another account are not found', async () => {
    const { id } = (await shopkeeper.post('/batches', { agentId, rows: [{ to: alice }] })).body
    for (const answer of [
      await trial.dev.get(`/batches/${id}`),
      await trial.dev.get(`/batches/${id}/sessions`),
      await trial.dev.get(`/batches/${id}/rejected`),
      await trial.dev.get(`/batches/${id}/dry-run`),
      await trial.dev.post(`/batches/${id}/schedule`),
      await trial.dev.post(`/batches/${id}/stop`),
      await trial.dev.remove(`/batches/${id}`),
      await shopkeeper.get('/batches/batch_x'),
    ])
      expect(answer.body).toMatchObject({ status: 404, code: 'not_found' })
  })
})
