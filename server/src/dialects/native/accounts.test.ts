import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callerWith, startTrial, type Trial } from '#app/trial.ts'

describe('accounts', () => {
  let trial: Trial
  beforeAll(async () => {
    trial = await startTrial()
  })
  afterAll(() => trial.stop())

  test('are made with a key that works, and their secrets are shown only then', async () => {
    const made = await trial.admin.post('/accounts', { name: 'shop', clock: 'test', limits: { requestsPerSecond: 7 } })
    expect(made.status).toBe(201)
    const { account, authToken, key, secret, bearer } = made.body
    expect(account).toMatchObject({
      name: 'shop',
      clock: 'test',
      limits: { requestsPerSecond: 7, internalTargets: false, slots: null },
      sid: expect.stringMatching(/^AC[0-9a-f]{32}$/),
    })
    expect(bearer).toBe(`${key.sid}.${secret}`)
    const shop = callerWith(trial.app, bearer)
    expect((await shop.get('/account')).body).toEqual(account)
    const read = await trial.admin.get(`/accounts/${account.id}`)
    for (const hidden of [authToken, secret]) expect(read.text).not.toContain(hidden)
    expect(read.text).not.toMatch(/hash|sealed/i)
  })

  test('are listed in pages', async () => {
    for (const name of ['one', 'two', 'three']) await trial.admin.post('/accounts', { name })
    const names: string[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await trial.admin.get(`/accounts?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
      expect(page.body.accounts.length).toBeLessThanOrEqual(2)
      names.push(...page.body.accounts.map(({ name }: { name: string }) => name))
      cursor = page.body.next
    }
    expect(names).toEqual(expect.arrayContaining(['dev', 'test', 'one', 'two', 'three']))
    expect(new Set(names).size).toBe(names.length)
  })

  test('can be renamed and limited', async () => {
    const { body } = await trial.admin.post('/accounts', { name: 'before' })
    const changed = await trial.admin.patch(`/accounts/${body.account.id}`, {
      name: 'after',
      limits: { internalTargets: true },
    })
    expect(changed.body).toMatchObject({
      name: 'after',
      limits: { requestsPerSecond: null, internalTargets: true, slots: null },
    })
  })

  test('X10: keep sessions for as many days as the operator says', async () => {
    const { body } = await trial.admin.post('/accounts', { name: 'kept', clock: 'test', limits: { retentionDays: 7 } })
    expect(body.account.limits.retentionDays).toBe(7)
    const own = callerWith(trial.app, body.bearer)
    const path = `/accounts/${body.account.id}`
    const changed = await trial.admin.patch(path, { limits: { retentionDays: 30 } })
    expect([changed.body.limits.retentionDays, (await own.get('/account')).body.limits.retentionDays]).toEqual([30, 30])
    expect((await own.patch(path, { limits: { retentionDays: 1 } })).status).toBe(403)
    for (const retentionDays of [0, 1.5, '7', 3_661])
      expect((await trial.admin.patch(path, { limits: { retentionDays } })).body).toMatchObject({
        status: 400,
        field: 'limits.retentionDays',
      })
    const agent = (await own.post('/agents', { name: 'Ann' })).body.id
    const chat = async (): Promise<string> => {
      const { id } = (await own.post('/sessions', { kind: 'text', agentId: agent, user: 'alice' })).body
      await own.post(`/sessions/${id}/hang-up`)
      return `/sessions/${id}`
    }
    const old = await chat()
    await own.post('/clock/advance', { by: 'P29D' })
    const young = await chat()
    await own.post('/clock/advance', { by: 'P2D' })
    expect([(await own.get(old)).status, (await own.get(young)).status]).toEqual([404, 200])
    expect((await trial.admin.patch(path, { limits: { retentionDays: null } })).body.limits.retentionDays).toBeNull()
    await own.post('/clock/advance', { by: 'P60D' })
    expect((await own.get(young)).status).toBe(200)
  })

  test('belong to the operator: a key of an account may not see them', async () => {
    expect((await trial.dev.get('/accounts')).body).toMatchObject({ status: 403, code: 'forbidden' })
    expect((await trial.dev.post('/accounts', { name: 'mine' })).status).toBe(403)
    expect((await trial.admin.get('/conversations')).body).toMatchObject({ status: 403, code: 'forbidden' })
  })

  test('have keys that can be made, replaced and revoked', async () => {
    const made = await trial.dev.post('/account/keys', { name: 'billing' })
    expect(made.status).toBe(201)
    const billing = callerWith(trial.app, made.body.bearer)
    expect((await billing.get('/clock')).status).toBe(200)

    const rotated = await billing.post(`/account/keys/${made.body.key.sid}/rotate`)
    expect(rotated.body.key).toMatchObject({ name: 'billing' })
    expect((await billing.get('/clock')).body).toMatchObject({ status: 401, code: 'unauthenticated' })
    const next = callerWith(trial.app, rotated.body.bearer)
    expect((await next.get('/clock')).status).toBe(200)

    expect((await trial.dev.remove(`/account/keys/${rotated.body.key.sid}`)).status).toBe(200)
    expect((await next.get('/clock')).status).toBe(401)
    const keys = (await trial.dev.get('/account/keys')).body.keys
    expect(
      keys.filter(
        ({ name, revokedAt }: { name: string; revokedAt: string | null }) => name === 'billing' && revokedAt === null,
      ),
    ).toEqual([])
  })

  test('have an auth token that can be replaced', async () => {
    const { made } = await trial.account('tokens', 'wall')
    const rotated = await trial.admin.post(`/accounts/account_${made?.account.id}/auth-token/rotate`)
    expect(rotated.body.authToken).not.toBe(made?.authToken)
    expect(await trial.app.services.accounts.authToken(made?.account.id ?? '')).toBe(rotated.body.authToken)
  })

  test.each([
    ['no key at all', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a made-up one', { authorization: 'Bearer SK00000000000000000000000000000000.00000000000000000000000000000000' }],
    ['one without its secret', { authorization: 'Bearer SK00000000000000000000000000000000' }],
    ['a very long one', { authorization: `Bearer ${'x'.repeat(5000)}` }],
  ])('are not open to %s', async (_what, headers) => {
    const response = await trial.app.fastify.inject({ url: '/api/v1/clock', headers })
    expect(response.statusCode).toBe(401)
    expect(response.headers).toMatchObject({
      'content-type': expect.stringContaining('application/problem+json'),
      'www-authenticate': 'Bearer realm="colloquy"',
    })
    expect(response.json()).toMatchObject({
      type: '/errors/unauthenticated',
      code: 'unauthenticated',
      retryable: false,
      requestId: expect.any(String),
    })
  })

  test('may ask only so often, and are told when to come back', async () => {
    const busy = await trial.account('busy', 'wall')
    await trial.admin.patch(`/accounts/account_${busy.made?.account.id}`, { limits: { requestsPerSecond: 1 } })
    const answers = [await busy.get('/clock'), await busy.get('/clock'), await busy.get('/clock')]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(answers[2]).toMatchObject({
      headers: { 'retry-after': '1' },
      body: { code: 'rate_limited', retryable: true },
    })
    expect((await trial.dev.get('/clock')).status).toBe(200)
  })

  test.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(129) }, 'name'],
    [{ name: 'x', clock: 'sun' }, 'clock'],
    [{ name: 'x', limits: { requestsPerSecond: 0 } }, 'limits.requestsPerSecond'],
    [{ name: 'x', limits: { power: 1 } }, 'limits.power'],
    [{ name: 'x', colour: 'red' }, 'colour'],
    [{ name: null }, 'name'],
  ])('are not made from %j', async (draft, field) => {
    expect((await trial.admin.post('/accounts', draft)).body).toMatchObject({ status: 400, code: 'invalid', field })
  })
})
