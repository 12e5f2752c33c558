import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, limitedToken, tokenOf } from '#conformance/anyreach-asking.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { startTrial, type Trial } from '#app/trial.ts'
import { dayMs } from '#domain/vocabulary/instant.ts'

let trial: Trial
let laterMs = 0
let token: string
beforeAll(async () => {
  const real = realSystem()
  trial = await startTrial({}, { system: { ...real, now: () => real.now() + laterMs } })
  token = tokenOf(trial.dev)
})
afterAll(() => trial.stop())

const keys = '/admin/organization-pats'

describe('the guard', () => {
  it('section 7: answers 401 before 404, and 405 where a path takes other verbs', async () => {
    expect((await ask(trial, undefined, { method: 'GET', url: '/core/nothing' })).status).toBe(401)
    const unknown = await ask(trial, token, { method: 'GET', url: '/core/nothing' })
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'Path not found' } })
    const verb = await ask(trial, token, { method: 'PATCH', url: `${keys}/abc` })
    expect(verb).toMatchObject({ status: 405, headers: { allow: 'DELETE, GET, HEAD' } })
  })

  it('section 7: a path with an empty part is unknown, whatever the verb', async () => {
    for (const url of [
      '/core//conversations',
      '//core/conversations',
      '/core/conversations//',
      `${keys}//`,
      '/core/agents//versions',
    ])
      for (const method of ['GET', 'PATCH'] as const)
        expect([method, url, (await ask(trial, token, { method, url })).status]).toEqual([method, url, 404])
    const verb = await ask(trial, token, { method: 'PATCH', url: '/core/conversations/?limit=1' })
    expect([verb.status, verb.headers['allow']]).toEqual([405, 'GET, HEAD, POST'])
  })

  it('A21: answers 403 to a token without the scope, before it looks at the body', async () => {
    const reader = await limitedToken(trial, trial.dev, ['conversations:read'])
    const refused = await ask(trial, reader, { method: 'POST', url: keys, payload: { nonsense: true } })
    expect(refused.status).toBe(403)
    expect(refused.body.detail).toContain('organizations:manage')
  })

  it.each([
    ['broken JSON', '{', 'application/json', 400],
    ['half a character', '{"name":"\\ud800"}', 'application/json', 400],
    ['a form', 'name=x', 'application/x-www-form-urlencoded', 415],
    ['over 1 MiB', `{"name":"${'x'.repeat(1024 * 1024)}"}`, 'application/json', 413],
    ['null', 'null', 'application/json', 422],
    ['nothing', '', 'application/json', 422],
    ['a list', '[]', 'application/json; charset=utf-8', 422],
  ])('section 7: a body that is %s is refused', async (_what, payload, type, status) => {
    const answer = await ask(trial, token, { method: 'POST', url: keys, payload, headers: { 'content-type': type } })
    expect(answer.status).toBe(status)
    expect(Object.keys(answer.body)).toEqual(status === 422 ? ['detail', 'errors'] : ['detail'])
  })

  it('section 8: refuses a body too large before it has come', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '1048577' }
    expect((await ask(trial, token, { method: 'POST', url: keys, headers })).status).toBe(413)
  })

  it('X8: says what is left of the rate, and when to come again', async () => {
    const slow = await trial.account('slow', 'wall')
    const id = slow.made?.account.id ?? ''
    await trial.app.services.accounts.change(id, 'test', { limits: { requestsPerSecond: 1 } })
    const asked = () => ask(trial, tokenOf(slow), { method: 'GET', url: '/admin/members/me/scopes' })
    expect((await asked()).headers).toMatchObject({ 'ratelimit-limit': '1', 'ratelimit-remaining': '1' })
    await asked()
    const refused = await asked()
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '1', 'ratelimit-reset': '1' } })
    expect(Object.keys(refused.body)).toEqual(['detail'])
  })
})

describe('an API key', () => {
  const make = (payload: object, by = token) => ask(trial, by, { method: 'POST', url: keys, payload })

  it('4.7: shows its secret once, and is deleted for good', async () => {
    const made = await make({ name: 'billing', expires_at: null })
    expect(made.status).toBe(201)
    const { token: secret, ...shown } = made.body
    expect(secret).toMatch(/^ak_[0-9a-f]{32}\.[0-9a-f]{32}$/)
    const one = { url: `${keys}/${shown.id}` }
    expect(await ask(trial, token, { method: 'GET', ...one })).toMatchObject({ status: 200, body: shown })
    expect(await ask(trial, secret, { method: 'GET', ...one })).toMatchObject({ status: 200, body: shown })
    expect((await ask(trial, token, { method: 'DELETE', ...one })).status).toBe(204)
    expect((await ask(trial, token, { method: 'DELETE', ...one })).status).toBe(404)
    expect((await ask(trial, token, { method: 'GET', ...one })).status).toBe(404)
    expect((await ask(trial, secret, { method: 'GET', ...one })).status).toBe(401)
  })

  it.each([
    [{}, 'name'],
    [{ name: ' ' }, 'name'],
    [{ name: 7 }, 'name'],
    [{ name: 'x', expires_at: 'tomorrow' }, 'expires_at'],
    [{ name: 'x', expires_at: 1 }, 'expires_at'],
    [{ name: 'x', expires_at: 1e300 }, 'expires_at'],
    [{ name: 'x', scopes: ['everything'] }, 'scopes'],
    [{ name: 'x', scopes: [] }, 'scopes'],
  ])('4.7: is refused as %j', async (draft, field) => {
    const answer = await make(draft)
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0].loc.slice(0, 2)).toEqual(['body', field])
  })

  it('expires by real time', async () => {
    const { token: secret } = (await make({ name: 'short', expires_at: Date.now() + dayMs })).body
    const asked = () => ask(trial, secret, { method: 'GET', url: '/admin/members/me/scopes' })
    expect((await asked()).status).toBe(200)
    laterMs = dayMs
    expect((await asked()).status).toBe(401)
    laterMs = 0
  })

  it('gives away no more than who makes it may do', async () => {
    const limited = await limitedToken(trial, trial.dev, ['organizations:manage', 'agents:read'])
    expect((await make({ name: 'more', scopes: ['agents:manage'] }, limited)).status).toBe(403)
    const same = await make({ name: 'same' }, limited)
    expect(same.body.scopes).toEqual(['agents:read', 'organizations:manage'])
    const less = await make({ name: 'less', scopes: ['agents:read'] }, limited)
    expect(less.body.scopes).toEqual(['agents:read'])
    // Nor does it get into the APIs that know no scopes.
    const native = same.body.token.replace(/^ak_/, 'SK')
    const { fastify } = trial.app
    const answer = await fastify.inject({ url: '/api/v1/account', headers: { authorization: `Bearer ${native}` } })
    expect(answer.statusCode).toBe(401)
  })

  it("D10: of another organization is not there, like one of a person's is not", async () => {
    const { id } = (await make({ name: 'mine' })).body
    const other = tokenOf(trial.test)
    for (const method of ['GET', 'DELETE'] as const)
      expect((await ask(trial, other, { method, url: `${keys}/${id}` })).status).toBe(404)
    expect((await ask(trial, token, { method: 'GET', url: `${keys}/${id}` })).status).toBe(200)
  })
})
