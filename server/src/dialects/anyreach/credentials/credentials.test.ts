import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTrial, type Caller, type Trial } from '#app/trial.ts'
import { bolnaKey } from '../../bolna/credentials/keys.ts'
import { organizationId } from './keys.ts'
import { scopes } from './scopes.ts'
import { ask, limitedToken, tokenOf } from '#conformance/anyreach-asking.ts'

let trial: Trial
beforeAll(async () => {
  trial = await startTrial()
})
afterAll(() => trial.stop())

const mine = { method: 'GET', url: '/admin/members/me/scopes' } as const
const accountOf = ({ made }: Caller): string => made?.account.id ?? ''

async function person(role?: 'admin' | 'viewer'): Promise<{ readonly id: string; readonly bearer: string }> {
  const { body } = await trial.admin.post('/people', { name: 'alice' })
  if (role) await put(`/people/${body.id}/memberships/account_${accountOf(trial.dev)}`, { role })
  const made = await trial.admin.post(`/people/${body.id}/tokens`, {})
  expect(made.status).toBe(201)
  return { id: body.id, bearer: made.body.bearer }
}

const put = (path: string, payload: object) =>
  trial.app.fastify.inject({ method: 'PUT', url: `/api/v1${path}`, headers: trial.admin.headers, payload })

const organization = () => ({ 'x-anyreach-org': organizationId(accountOf(trial.dev)) })

describe('a key of the account', () => {
  it('A25: passes as a bearer token, in either writing, and may do everything', async () => {
    for (const token of [tokenOf(trial.dev), trial.dev.made?.bearer])
      expect(await ask(trial, token, mine)).toMatchObject({ status: 200, body: [...scopes] })
  })

  it.each([
    [undefined, 'Not authenticated'],
    ['ak_', 'Invalid token'],
    ['ak_00000000000000000000000000000000.00000000000000000000000000000000', 'Invalid token'],
    ['pat_00000000000000000000000000000000.00000000000000000000000000000000', 'Invalid token'],
    ['x y', 'Invalid token'],
  ])('A25: shown as %s is refused with 401', async (token, detail) => {
    const { status, headers, body } = await ask(trial, token, mine)
    expect({ status, body, how: headers['www-authenticate'] }).toEqual({ status: 401, body: { detail }, how: 'Bearer' })
  })

  it('does not pass with another secret, another scheme, or the auth token of the account', async () => {
    const { account, authToken, key } = trial.dev.made ?? {}
    for (const authorization of [
      `Bearer ${tokenOf(trial.dev)}0`,
      `Basic ${Buffer.from(`${account?.sid}:${authToken}`).toString('base64')}`,
      `Bearer ${account?.sid}.${authToken}`,
      `Bearer ak_${key?.sid.slice(2)}.${authToken}`,
    ])
      expect((await ask(trial, undefined, { ...mine, headers: { authorization } })).status).toBe(401)
  })

  it('is worthless at once when it is revoked', async () => {
    const { body } = await trial.dev.post('/account/keys', { name: 'short' })
    const token = tokenOf({ made: { ...body, keySecret: body.secret } })
    expect((await ask(trial, token, mine)).status).toBe(200)
    await trial.dev.remove(`/account/keys/${body.key.sid}`)
    expect(await ask(trial, token, mine)).toMatchObject({ status: 401, body: { detail: 'Invalid token' } })
  })
})

describe('a key limited by scopes', () => {
  it('D1: may do what its scopes say, and cannot be used on any other API of this server', async () => {
    const token = await limitedToken(trial, trial.dev, ['conversations:read', 'agents:read'])
    expect((await ask(trial, token, mine)).body).toEqual(['conversations:read', 'agents:read'])
    const [, hex = '', secret = ''] = /^ak_(.*)\.(.*)$/.exec(token) ?? []
    const native = `SK${hex}.${secret}`
    expect((await ask(trial, native, mine)).status).toBe(200)
    const basic = `Basic ${Buffer.from(`SK${hex}:${secret}`).toString('base64')}`
    const { fastify } = trial.app
    for (const [url, authorization] of [
      ['/api/v1/account', `Bearer ${native}`],
      ['/api/v1/clock', `Bearer ${token}`],
      ['/v2/Conversations', basic],
      ['/v2/agent/all', `Bearer ${bolnaKey(`SK${hex}`, secret)}`],
      ['/v2/agent/all', `Bearer ${native}`],
    ] as const) {
      const { statusCode } = await fastify.inject({ method: 'GET', url, headers: { authorization } })
      expect([401, 403], `${url} ${authorization}`).toContain(statusCode)
    }
  })

  it('says natively what it may do, and is replaced by one that may do no more', async () => {
    const draft = { name: 'reader', scopes: ['conversations:read'], expiresAt: '2099-01-01T00:00:00Z' }
    const { body } = await trial.dev.post('/account/keys', draft)
    const limited = { scopes: ['conversations:read'], expiresAt: '2099-01-01T00:00:00.000Z' }
    expect(body.key).toMatchObject(limited)
    const rotated = await trial.dev.post(`/account/keys/${body.key.sid}/rotate`)
    expect(rotated.body.key).toMatchObject(limited)
    expect((await trial.dev.post('/account/keys', { scopes: ['all'] })).status).toBe(400)
    expect((await trial.dev.post('/account/keys', { scopes: [] })).status).toBe(400)
  })
})

describe("a person's token", () => {
  it('D21: needs the organization it is used for', async () => {
    const { bearer } = await person('viewer')
    const without = await ask(trial, bearer, mine)
    expect(without).toMatchObject({ status: 401, body: { detail: 'Token is missing organization claim.' } })
    expect(without.headers['www-authenticate']).toBe('Bearer')
    expect((await ask(trial, bearer, { ...mine, headers: organization() })).status).toBe(200)
  })

  it('3.3: may do what its role says: a viewer reads, an admin does all but dial', async () => {
    const readable = [
      'conversations:read',
      'agents:read',
      'web_widgets:read',
      'campaigns:read',
      'concurrency:read',
      'members:read',
    ]
    const viewer = await person('viewer')
    expect((await ask(trial, viewer.bearer, { ...mine, headers: organization() })).body).toEqual(readable)
    const admin = await person('admin')
    const may = (await ask(trial, admin.bearer, { ...mine, headers: organization() })).body
    expect(may).toEqual(scopes.filter((scope) => scope !== 'conversations:dial'))
  })

  it('D10: learns nothing of organizations it is no member of', async () => {
    const { bearer } = await person('admin')
    const others = [
      organizationId(accountOf(trial.test)),
      'org_01ka7n36096q14dr9gpqy77zxy',
      'org_11',
      accountOf(trial.dev),
    ]
    const answers = await Promise.all(
      others.map((other) => ask(trial, bearer, { ...mine, headers: { 'x-anyreach-org': other } })),
    )
    for (const { status, body } of answers) expect({ status, body }).toEqual({ status: 401, body: answers[0]?.body })
  })

  it('is worthless at once when the membership ends, the token is revoked or the person removed', async () => {
    const headers = organization()
    const shows = async (bearer: string) => (await ask(trial, bearer, { ...mine, headers })).status
    const [left, revoked, removed] = [await person('viewer'), await person('viewer'), await person('viewer')]
    for (const { bearer } of [left, revoked, removed]) expect(await shows(bearer)).toBe(200)
    await trial.admin.remove(`/people/${left.id}/memberships/account_${accountOf(trial.dev)}`)
    await trial.admin.remove(`/people/${revoked.id}/tokens/${revoked.bearer.slice(4, 36)}`)
    await trial.admin.remove(`/people/${removed.id}`)
    for (const { bearer } of [left, revoked, removed]) expect(await shows(bearer)).toBe(401)
    expect((await trial.admin.get(`/people/${removed.id}`)).status).toBe(404)
  })

  it('is made by the operator alone, for accounts that are there', async () => {
    expect((await trial.dev.post('/people', { name: 'mallory' })).status).toBe(403)
    const { id } = await person()
    const nowhere = await put(`/people/${id}/memberships/account_01ka7n36096q14dr9gpqy77zxy`, { role: 'admin' })
    expect(nowhere.statusCode).toBe(404)
    const shown = JSON.stringify((await trial.admin.get('/people')).body)
    expect(shown).not.toContain('hash')
  })

  it('is no key of another API', async () => {
    const { bearer } = await person('admin')
    const headers = { authorization: `Bearer ${bearer}`, ...organization() }
    for (const url of ['/api/v1/clock', '/v2/agent/all', '/v2/Conversations'])
      expect([401, 403]).toContain((await trial.app.fastify.inject({ method: 'GET', url, headers })).statusCode)
  })
})
