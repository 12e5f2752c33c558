import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTrial, type Answer, type Caller, type Trial } from '#app/trial.ts'
import { ask, tokenOf, limitedToken } from '#conformance/anyreach-asking.ts'

let trial: Trial
beforeAll(async () => {
  trial = await startTrial()
})
afterAll(() => trial.stop())

let alice: Caller
let token: string
let agent: string
let count = 0
beforeEach(async () => {
  alice = await trial.account(`alice ${++count}`, 'test')
  token = tokenOf(alice)
  agent = (await post('/agents', { name: 'Store help' })).body.id
})

const get = (url: string, bearer = token): Promise<Answer> => ask(trial, bearer, { method: 'GET', url: `/core${url}` })
const post = (url: string, payload?: object, bearer = token): Promise<Answer> =>
  ask(trial, bearer, { method: 'POST', url: `/core${url}`, ...(payload && { payload }) })
const put = (url: string, payload: object): Promise<Answer> =>
  ask(trial, token, { method: 'PUT', url: `/core${url}`, payload })
const versions = (rest = ''): string => `/agents/${agent}/versions${rest}`
const drafted = async (config: object): Promise<Answer['body']> => {
  const { status, body } = await post(versions(), { config })
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}

describe('a version', () => {
  it('is a draft until it is published, and is found by its number', async () => {
    expect((await get(versions())).body).toEqual([])
    const draft = await drafted({ greeting: 'Hello!', voice: { name: 'any' } })
    expect(draft).toMatchObject({
      id: expect.stringMatching(/^agv_/),
      agent_id: agent,
      version: 1,
      status: 'draft',
      published_at: null,
      config: {
        greeting: 'Hello!',
        instructions: '',
        agent: { type: 'script', lines: [], goodbye: '' },
        tools: [],
        idle_end_minutes: null,
        summary: true,
        email: null,
        voice: { name: 'any' },
      },
    })
    expect(await get(versions('/1'))).toMatchObject({ status: 200, body: draft })
    const written = await put(versions('/1'), { config: { greeting: 'Hi!' } })
    expect(written).toMatchObject({ status: 200, body: { id: draft.id, version: 1, config: { greeting: 'Hi!' } } })
    expect(written.body.config).not.toHaveProperty('voice')
    expect((await get(`/agents/${agent}`)).body.published_version).toBeNull()
    const published = await post(versions('/1/publish'))
    expect(published).toMatchObject({ status: 200, body: { id: draft.id, status: 'published', phone_numbers: [] } })
    expect(published.body.published_at).not.toBeNull()
    expect((await get(`/agents/${agent}`)).body).toMatchObject({ published_version: 1, published_version_id: draft.id })
  })

  it('never changes once it is published', async () => {
    await drafted({ greeting: 'One' })
    const { body } = await post(versions('/1/publish'), {})
    const refused = await put(versions('/1'), { config: { greeting: 'Two' } })
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining('never changes') } })
    const { phone_numbers: _, ...published } = body
    expect((await get(versions('/1'))).body).toEqual(published)
    expect((await post(versions('/1/publish'), {})).body).toEqual(body)
    // What is said of the agent is no part of it.
    await put(`/agents/${agent}`, { name: 'Other', metadata: { a: 1 } })
    expect((await get(versions('/1'))).body).toEqual(published)
    expect((await get(versions())).body).toHaveLength(1)
    expect((await get(`/agents/${agent}`)).body).toMatchObject({ published_version: 1, published_version_id: body.id })
  })

  it('is written from another one by its number', async () => {
    await drafted({ greeting: 'One', voice: 'x' })
    await post(versions('/1/publish'))
    await drafted({ greeting: 'Two' })
    for (const [base, greeting] of [
      [1, 'One'],
      ['latest', 'One'],
      [2, 'Two'],
    ] as const) {
      const { status, body } = await post(versions(), { base_version: base })
      expect({ status, greeting: body.config.greeting, was: body.status }).toEqual({
        status: 201,
        greeting,
        was: 'draft',
      })
    }
    expect((await get(versions())).body.map(({ version }: { version: number }) => version)).toEqual([5, 4, 3, 2, 1])
    expect(
      (await get(versions('?limit=2&before_version=4'))).body.map(({ version }: { version: number }) => version),
    ).toEqual([3, 2])
    expect((await post(versions(), { base_version: 9 })).status).toBe(404)
  })

  it.each([
    [{}],
    [{ config: {}, base_version: 1 }],
    [{ base_version: 0 }],
    [{ base_version: 'first' }],
    [{ config: [] }],
    [{ config: 'x' }],
  ])('is not made from %j', async (body) => {
    expect(await post(versions(), body)).toMatchObject({ status: 422, body: { detail: expect.any(String) } })
    expect((await get(versions())).body).toEqual([])
  })

  it.each(['0', '2', 'first', '1.5', '-1', '99999999999'])('is not found by %s', async (text) => {
    await drafted({})
    expect(await get(versions(`/${text}`))).toMatchObject({ status: 404, body: { detail: 'Agent version not found' } })
    expect((await post(versions(`/${text}/publish`))).status).toBe(404)
    expect((await put(versions(`/${text}`), { config: {} })).status).toBe(404)
  })

  it('gets a number of its own when many are written at once', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, (_, i) => drafted({ greeting: `${i}` })))
    expect(made.map(({ version }) => version).toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('latest', () => {
  it('makes a draft where there is none, once', async () => {
    const [one, two] = await Promise.all([get(versions('/latest')), get(versions('/latest'))])
    expect(one.body).toEqual(two.body)
    expect(one.body).toMatchObject({ version: 1, status: 'draft' })
    const written = await put(versions('/latest'), { config: { greeting: 'Hello' } })
    expect(written.body).toMatchObject({ id: one.body.id, config: { greeting: 'Hello' } })
    await post(versions('/latest/publish'))
    expect((await put(versions('/latest'), { config: { greeting: 'Bye' } })).body).toMatchObject({
      version: 2,
      status: 'draft',
    })
    expect((await get(versions('/1'))).body).toMatchObject({ status: 'published', config: { greeting: 'Hello' } })
  })

  it('makes none for who may only read', async () => {
    const reader = await limitedToken(trial, alice, ['agents:read'])
    expect((await get(versions('/latest'), reader)).status).toBe(404)
    await drafted({ greeting: 'One' })
    await post(versions('/latest/publish'))
    expect((await get(versions('/latest'), reader)).body).toMatchObject({ version: 1, status: 'published' })
    expect((await get(versions())).body).toHaveLength(1)
  })
})

describe('an agent that was written elsewhere', () => {
  it('has its versions here, which count as published, and goes on with drafts', async () => {
    const { body } = await alice.post('/agents', { name: 'Native', welcome: 'One' })
    agent = body.id
    const write = (welcome: string) =>
      trial.app.fastify.inject({
        method: 'PUT',
        url: `/api/v1/agents/${agent}`,
        headers: alice.headers,
        payload: { name: 'Native', welcome },
      })
    await write('Two')
    const list = (await get(versions())).body
    expect(list.map(({ version, status, config }: Answer['body']) => [version, status, config.greeting])).toEqual([
      [2, 'published', 'Two'],
      [1, 'published', 'One'],
    ])
    expect((await put(versions('/2'), { config: {} })).status).toBe(400)
    // What is said of it here makes no version of its own.
    await put(`/agents/${agent}`, { description: 'From elsewhere' })
    expect((await get(`/agents/${agent}`)).body).toMatchObject({ published_version: 2, description: 'From elsewhere' })
    expect((await get(versions())).body).toHaveLength(2)
    expect((await get(versions('/latest'))).body).toMatchObject({
      version: 3,
      status: 'draft',
      config: { greeting: 'Two' },
    })
    await post(versions('/3/publish'))
    expect((await get(`/agents/${agent}`)).body.published_version).toBe(3)
    await write('Four')
    const { version } = (await alice.get(`/agents/${agent}`)).body
    expect((await get(`/agents/${agent}`)).body).toMatchObject({
      published_version: version,
      published_version_id: `${agent.replace('agent_', 'agv_')}_${version}`,
      description: 'From elsewhere',
    })
    expect((await get(versions('/3'))).body.config.greeting).toBe('Two')
    const numbers = async (query: string): Promise<readonly number[]> =>
      (await get(versions(query))).body.map((one: { version: number }) => one.version)
    expect(await numbers('')).toEqual([version, 3, 2, 1])
    expect(await numbers('?limit=1')).toEqual([version])
    expect(await numbers('?limit=2&before_version=3')).toEqual([2, 1])
    expect(await numbers('?limit=2&before_version=1')).toEqual([])
  })
})

describe('comparing', () => {
  it('says line by line what differs, as plain text', async () => {
    await drafted({ greeting: 'Hello', instructions: 'Be kind.\nBe short.\nBe there.', summary: true })
    await drafted({ greeting: 'Hello', instructions: 'Be kind.\nBe long.\nBe there.', summary: false, voice: 'x' })
    const { status, headers, text } = await post(versions('/compare'), { base_version: 1, version: 2 })
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/plain; charset=utf-8' })
    expect(text.split('\n')).toEqual([
      '--- version 1 (draft)',
      '+++ version 2 (draft)',
      '@@ instructions',
      '- Be short.',
      '+ Be long.',
      '@@ summary',
      '- true',
      '+ false',
      '@@ voice',
      '+ x',
      '',
    ])
    expect((await post(versions('/compare'), { base_version: 2 })).text).toContain('They say the same.')
    expect((await post(versions('/compare'), { base_version: 7 })).status).toBe(404)
    expect((await post(versions('/compare'), {})).status).toBe(422)
  })
})

describe('the schema of a configuration', () => {
  it('is the JSON Schema of the check it has to pass', async () => {
    const { status, body } = await get('/agent-config-schema')
    expect(status).toBe(200)
    expect(JSON.stringify(body)).toContain('idle_end_minutes')
    expect(body).toMatchObject({ $schema: expect.stringContaining('json-schema.org'), type: 'object' })
    expect(Object.keys(body.properties)).toEqual([
      'greeting',
      'instructions',
      'agent',
      'tools',
      'idle_end_minutes',
      'summary',
      'email',
    ])
    expect(body.required ?? []).toEqual([])
  })
})
