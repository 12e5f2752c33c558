import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { captureTexts, startTrial, type Trial } from '#app/trial.ts'

const shop = '+12025550100'

describe('the clock', () => {
  let trial: Trial
  beforeAll(async () => {
    trial = await startTrial()
    await captureTexts(trial, trial.test, shop)
  })
  afterAll(() => trial.stop())

  test('of a test account stands still until it is advanced, and tells what fell due (T16: 10 and 30, not 40)', async () => {
    const said = await trial.test.post('/traffic', {
      events: [{ type: 'message.received', channel: 'SMS', from: '+12025550111', to: shop, text: 'hello' }],
    })
    const { conversationId } = said.body.results[0]
    const start = (await trial.test.get('/clock')).body
    expect(start.kind).toBe('test')
    const from = Date.parse(start.now)
    const at = (minutes: number) => new Date(from + minutes * 60_000).toISOString()

    expect((await trial.test.post('/clock/advance', { by: 'PT9M59S' })).body.fired).toEqual([])
    const idle = await trial.test.post('/clock/advance', { by: 'PT1S' })
    expect(idle.body).toEqual({
      now: at(10),
      fired: [{ conversationId, from: 'active', to: 'inactive', at: at(10), because: expect.any(String) }],
    })
    const closed = await trial.test.post('/clock/advance', { to: at(45) })
    expect(closed.body).toEqual({
      now: at(45),
      fired: [{ conversationId, from: 'inactive', to: 'closed', at: at(30), because: expect.any(String) }],
    })
    const again = await trial.test.post('/clock/advance', { to: at(45) })
    expect(again.body).toEqual({ now: at(45), fired: [] })
    expect((await trial.test.get('/clock')).body.now).toBe(at(45))
  })

  test('goes no further when a request with an idempotency key is repeated', async () => {
    const first = await trial.test.post('/clock/advance', { by: 'P1D' }, { 'idempotency-key': 'once' })
    const second = await trial.test.post('/clock/advance', { by: 'P1D' }, { 'idempotency-key': 'once' })
    expect(second.body.now).toBe(first.body.now)
    const other = await trial.test.post('/clock/advance', { by: 'P2D' }, { 'idempotency-key': 'once' })
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency_reused' })
  })

  test('understands calendar months', async () => {
    const before = (await trial.test.get('/clock')).body.now
    const { body } = await trial.test.post('/clock/advance', { by: 'P1M' })
    const days = (Date.parse(body.now) - Date.parse(before)) / 86_400_000
    expect(days).toBeGreaterThanOrEqual(28)
    expect(days).toBeLessThanOrEqual(31)
  })

  test('of an account on the wall clock is nobody to advance', async () => {
    const refused = await trial.dev.post('/clock/advance', { by: 'PT1M' })
    expect(refused).toMatchObject({
      status: 409,
      headers: { 'content-type': expect.stringContaining('application/problem+json') },
      body: { code: 'wall_clock' },
    })
    expect((await trial.dev.get('/clock')).body.kind).toBe('wall')
  })

  test('does not run backwards', async () => {
    expect((await trial.test.post('/clock/advance', { to: '2001-01-01T00:00:00Z' })).body).toMatchObject({
      status: 409,
      code: 'clock_backwards',
    })
    expect((await trial.test.post('/clock/advance', { by: '-PT1M' })).status).toBe(400)
  })

  test.each([
    [{}],
    [{ by: '10 minutes' }],
    [{ by: 600 }],
    [{ to: 'tomorrow' }],
    [{ to: '2030-01-01' }],
    [{ by: 'PT1M', to: '2030-01-01T00:00:00Z' }],
    [{ by: 'P99999999Y' }],
    [{ by: null }],
  ])('is not advanced by %j', async (body) => {
    expect((await trial.test.post('/clock/advance', body)).body).toMatchObject({ status: 400, code: 'invalid' })
  })
})
