import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTrial, type Answer, type Caller, type Trial } from '#app/trial.ts'

const secret = 'whsec_c2VjcmV0c2VjcmV0c2VjcmV0'

describe('agents and numbers', () => {
  let trial: Trial
  beforeAll(async () => {
    trial = await startTrial()
  })
  afterAll(() => trial.stop())

  async function put(
    caller: Caller,
    path: string,
    body: object,
    headers: object = {},
  ): Promise<Pick<Answer, 'status' | 'body'>> {
    const response = await trial.app.fastify.inject({
      method: 'PUT',
      url: `/api/v1${path}`,
      headers: { ...caller.headers, ...headers },
      payload: body,
    })
    return { status: response.statusCode, body: response.json() }
  }

  test('are written version by version, and secrets never come back', async () => {
    const made = await trial.test.post('/agents', {
      name: 'Ann',
      speech: { by: 'http', url: 'https://agent.example.com/turn', secret },
      inbound: { source: { url: 'https://crm.example.com/', token: 'topsecret' } },
      limits: { ringMs: 20_000, silenceMs: null },
      hours: { startHour: 9, endHour: 18 },
      retry: { max: 1, on: ['busy'], afterMs: [60_000] },
    })
    expect(made.status).toBe(201)
    const { id } = made.body
    expect(made.body).toMatchObject({
      id: expect.stringMatching(/^agent_/),
      status: 'live',
      version: 1,
      speech: { by: 'http', url: 'https://agent.example.com/turn', timeoutMs: 10_000, hasSecret: true },
      inbound: { callsPerCaller: -1, source: { url: 'https://crm.example.com/', hasToken: true } },
      limits: { ringMs: 20_000, silenceMs: null },
      retry: { max: 1, onVoicemail: false },
      announce: null,
    })
    const written = await put(trial.test, `/agents/${id}`, {
      name: 'Bea',
      speech: { by: 'http', url: 'https://agent.example.com/turn' },
    })
    expect(written.body).toMatchObject({
      version: 2,
      name: 'Bea',
      limits: {},
      speech: { hasSecret: true },
      inbound: { source: null },
    })
    expect((await put(trial.test, `/agents/${id}`, { name: 'Cleo' }, { 'if-match': '"1"' })).body).toMatchObject({
      status: 412,
      code: 'stale_version',
    })
    expect((await put(trial.test, `/agents/${id}`, { name: 'Cleo' }, { 'if-match': '"2"' })).body.version).toBe(3)
    const versions = (await trial.test.get(`/agents/${id}/versions?limit=2`)).body
    expect(
      versions.versions.map(({ version, definition }: { version: number; definition: { name: string } }) => [
        version,
        definition.name,
      ]),
    ).toEqual([
      [3, 'Cleo'],
      [2, 'Bea'],
    ])
    const older = (await trial.test.get(`/agents/${id}/versions?cursor=${versions.next}`)).body
    expect(older).toMatchObject({ versions: [{ version: 1 }], next: null })
    expect((await trial.test.get(`/agents/${id}/versions/1`)).body.definition.name).toBe('Ann')
    expect((await trial.test.get(`/agents/${id}/versions/4`)).status).toBe(404)
    const everything = [
      (await trial.test.get(`/agents/${id}`)).text,
      (await trial.test.get('/agents')).text,
      (await trial.test.get('/events?limit=1000')).text,
      (await trial.test.get(`/agents/${id}/versions`)).text,
    ].join()
    expect(everything).not.toMatch(/sealed|whsec|topsecret/i)
  })

  test('are deleted, restored and purged', async () => {
    const { id } = (await trial.test.post('/agents', { name: 'Dora' })).body
    expect((await trial.test.remove(`/agents/${id}`)).body).toEqual({ id, deleted: true })
    expect((await trial.test.get(`/agents/${id}`)).status).toBe(404)
    expect((await trial.test.post(`/agents/${id}/restore`)).body).toMatchObject({ id, status: 'live' })
    expect((await trial.test.get(`/agents/${id}`)).status).toBe(200)
    expect((await trial.test.remove(`/agents/${id}?purge=true`)).status).toBe(200)
    expect((await trial.test.post(`/agents/${id}/restore`)).status).toBe(404)
    expect((await trial.test.remove(`/agents/${id}?purge=perhaps`)).status).toBe(400)
  })

  test('are listed in pages, each account its own', async () => {
    const own = await trial.account('own', 'test')
    for (const name of ['one', 'two', 'three']) await own.post('/agents', { name })
    const first = (await own.get('/agents?limit=2')).body
    expect(first.agents).toHaveLength(2)
    const rest = (await own.get(`/agents?cursor=${first.next}`)).body
    expect([...first.agents, ...rest.agents].map(({ name }: { name: string }) => name).toSorted()).toEqual([
      'one',
      'three',
      'two',
    ])
    expect(rest.next).toBeNull()
    const [{ id }] = first.agents
    for (const answer of [
      await trial.dev.get(`/agents/${id}`),
      await put(trial.dev, `/agents/${id}`, { name: 'mine' }),
      await trial.dev.remove(`/agents/${id}`),
      await trial.dev.post(`/agents/${id}/restore`),
      await trial.dev.post(`/agents/${id}/stop-waiting`),
      await trial.dev.get(`/agents/${id}/versions`),
      await trial.dev.get(`/agents/${id}/versions/1`),
      await own.get('/agents/agent_x'),
    ])
      expect(answer.body).toMatchObject({ status: 404, code: 'not_found' })
  })

  test('numbers are added, answered by an agent, and removed', async () => {
    const own = await trial.account('numbers', 'test')
    const agent = (await own.post('/agents', { name: 'Ann' })).body
    const first = await own.post('/phone-numbers', { number: '+1 (202) 555-0100', agentId: agent.id })
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({
      id: expect.stringMatching(/^number_/),
      number: '+12025550100',
      agentId: agent.id,
      isDefault: true,
    })
    const other = (await own.post('/phone-numbers', { number: '+12025550101', isDefault: true })).body
    expect(
      (await own.get('/phone-numbers')).body.phoneNumbers.map(
        ({ number, isDefault }: { number: string; isDefault: boolean }) => [number, isDefault],
      ),
    ).toEqual([
      ['+12025550100', false],
      ['+12025550101', true],
    ])
    expect((await own.patch(`/phone-numbers/${other.id}`, { agentId: agent.id })).body.agentId).toBe(agent.id)
    expect((await own.patch(`/phone-numbers/${other.id}`, { agentId: null })).body.agentId).toBeNull()
    expect((await own.post('/phone-numbers', { number: '+12025550101' })).body).toMatchObject({
      status: 409,
      code: 'in_use',
      conflicting: other.id,
    })
    expect((await own.post('/phone-numbers', { number: '0202' })).body).toMatchObject({ status: 400, field: 'number' })
    expect((await trial.dev.get(`/phone-numbers/${other.id}`)).status).toBe(404)
    expect((await trial.dev.remove(`/phone-numbers/${other.id}`)).status).toBe(404)
    expect((await own.remove(`/phone-numbers/${other.id}`)).body).toEqual({ id: other.id, deleted: true })
    expect((await own.get(`/phone-numbers/${other.id}`)).status).toBe(404)
  })

  test('wallets are credited by the operator only', async () => {
    const own = await trial.account('money', 'test')
    const path = `/accounts/account_${own.made?.account.id}/wallet/credit`
    expect((await own.get('/wallet')).body).toEqual({ billing: false, balance: null, held: null })
    const credit = () => trial.admin.post(path, { cents: 500, because: 'paid' }, { 'idempotency-key': 'invoice-1' })
    expect((await credit()).body).toEqual({ balance: 500 })
    expect((await credit()).body).toEqual({ balance: 500 })
    expect((await own.get('/wallet')).body).toEqual({ billing: true, balance: 500, held: 0 })
    expect((await own.post(path, { cents: 1, because: 'please' })).status).toBe(403)
    expect((await trial.admin.post(path, { cents: -1, because: 'x' })).body).toMatchObject({ field: 'cents' })
    expect((await trial.admin.post('/accounts/account_x/wallet/credit', { cents: 1, because: 'x' })).status).toBe(404)
  })
})
