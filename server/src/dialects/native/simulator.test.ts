import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTrial, type Caller, type Trial } from '#app/trial.ts'
import type { DialectContext } from '#dialects/dialect.ts'
import { nativeDialect } from './dialect.ts'

const shop = '+12025550100'
const alice = '+12025550101'
const free = '+12025550120'
const script = [{ do: 'ring' }, { do: 'reject', because: 'busy' }]

describe('simulated telephones', () => {
  let trial: Trial
  let own: Caller
  beforeAll(async () => {
    trial = await startTrial()
    own = await trial.account('shop', 'test')
    const agent = (await own.post('/agents', { name: 'Ann', welcome: 'Ann here.' })).body
    await own.post('/phone-numbers', { number: shop, agentId: agent.id })
  })
  afterAll(() => trial.stop())

  const put = (caller: Caller, number: string, body: object) =>
    trial.app.fastify.inject({
      method: 'PUT',
      url: `/api/v1/simulator/phones/${encodeURIComponent(number)}`,
      headers: { ...caller.headers },
      payload: body,
    })

  test('call one of the own numbers', async () => {
    const called = await own.post('/simulator/calls', { from: alice, to: shop })
    expect(called).toMatchObject({ status: 201, body: { callId: expect.stringMatching(/^sim/) } })
    await own.post('/clock/advance', { by: 'PT10M' })
    expect((await own.get(`/sessions/${called.body.sessionId}`)).body).toMatchObject({
      direction: 'inbound',
      from: alice,
      to: shop,
      user: alice,
      state: 'ended',
      outcome: 'completed',
    })
  })

  test('call a number that nobody has, and nobody takes it', async () => {
    expect((await own.post('/simulator/calls', { from: alice, to: '+12025550199' })).body).toMatchObject({
      sessionId: null,
    })
    expect((await own.post('/simulator/calls', { from: 'me', to: shop })).body).toMatchObject({
      status: 400,
      field: 'from',
    })
    expect((await own.post('/simulator/calls', { from: alice, to: shop, script: [{ do: 'fly' }] })).body.status).toBe(
      400,
    )
  })

  test('have scripts of each account’s own', async () => {
    expect((await own.get(`/simulator/phones/${free}`)).status).toBe(404)
    expect((await put(own, free, { script })).json()).toMatchObject({ number: free, script })
    expect((await own.get(`/simulator/phones/${free}`)).body).toMatchObject({ number: free, script })
    expect((await own.get('/simulator/phones')).body).toMatchObject({ phones: [{ number: free }] })
    expect((await trial.dev.get('/simulator/phones')).body).toEqual({ phones: [] })
    expect((await put(own, alice, { script })).json()).toMatchObject({ status: 400, field: 'number' })
    expect((await put(own, free, { script: [{ do: 'fly' }] })).statusCode).toBe(400)
    expect((await own.remove(`/simulator/phones/${free}`)).body).toEqual({ number: free, deleted: true })
    expect((await own.remove(`/simulator/phones/${free}`)).status).toBe(404)
  })

  test('are not there on a server with a real carrier, which says so', async () => {
    const fastify = Fastify()
    const { services, parts } = trial.app
    const context = {
      services,
      vault: parts.vault,
      log: parts.log,
      limiter: { take: () => ({ allowed: true, limit: Infinity, remaining: Infinity, retryAfterMs: 0 }) },
    } as unknown as DialectContext
    await nativeDialect(context).register(fastify)
    const answer = await fastify.inject({ url: '/api/v1/simulator/phones', headers: { ...own.headers } })
    expect(answer.json()).toMatchObject({
      status: 404,
      code: 'not_found',
      detail: expect.stringContaining('real carrier'),
    })
    await fastify.close()
  })
})
