import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTrial, type Answer, type Caller, type Trial } from '#app/trial.ts'
import { ask, limitedToken, tokenOf } from '#conformance/anyreach-asking.ts'
import { organizationId } from '../credentials/keys.ts'

let trial: Trial
beforeAll(async () => {
  trial = await startTrial()
})
afterAll(() => trial.stop())

let alice: Caller
let token: string
let count = 0
beforeEach(async () => {
  alice = await trial.account(`alice ${++count}`, 'test')
  token = tokenOf(alice)
})

const get = (url: string, bearer = token): Promise<Answer> => ask(trial, bearer, { method: 'GET', url: `/core${url}` })
const post = (url: string, payload?: object, bearer = token): Promise<Answer> =>
  ask(trial, bearer, { method: 'POST', url: `/core${url}`, ...(payload && { payload }) })
const put = (url: string, payload: object, bearer = token): Promise<Answer> =>
  ask(trial, bearer, { method: 'PUT', url: `/core${url}`, payload })
const remove = (url: string, bearer = token): Promise<Answer> =>
  ask(trial, bearer, { method: 'DELETE', url: `/core${url}` })
const made = async (body: object = {}): Promise<Answer['body']> => {
  const { status, body: agent } = await post('/agents', { name: 'Store help', ...body })
  expect(status).toBe(201)
  return agent
}

describe('an agent', () => {
  it('is made with a name alone, and read as it was made', async () => {
    const agent = await made()
    expect(agent).toEqual({
      id: expect.stringMatching(/^agent_/),
      organization_id: organizationId(alice.made?.account.id ?? ''),
      name: 'Store help',
      description: null,
      active: true,
      is_demo: false,
      metadata: {},
      published_version: null,
      published_version_id: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      updated_at: expect.any(String),
    })
    expect(await get(`/agents/${agent.id}`)).toMatchObject({ status: 200, body: agent })
  })

  it('changes in what is said of it, and keeps what is not said again', async () => {
    const { id } = await made({ description: 'Answers questions', metadata: { team: 'a' } })
    const changed = await put(`/agents/${id}`, { name: 'Night desk', active: false })
    expect(changed).toMatchObject({
      status: 200,
      body: { id, name: 'Night desk', active: false, description: 'Answers questions', metadata: { team: 'a' } },
    })
    expect((await get(`/agents/${id}`)).body).toEqual(changed.body)
    expect((await put(`/agents/${id}`, { description: null })).body).toMatchObject({
      description: null,
      active: false,
      published_version: null,
    })
    expect((await get(`/agents/${id}/versions`)).body).toEqual([])
  })

  it('is gone once it is deleted', async () => {
    const { id } = await made()
    expect(await remove(`/agents/${id}`)).toMatchObject({ status: 204, text: '' })
    for (const answer of [
      await get(`/agents/${id}`),
      await put(`/agents/${id}`, { name: 'x' }),
      await remove(`/agents/${id}`),
      await get(`/agents/${id}/versions`),
      await post(`/agents/${id}/versions`, { config: {} }),
    ])
      expect(answer).toMatchObject({ status: 404, body: { detail: 'Agent not found' } })
    expect((await get('/agents')).body).toEqual([])
  })

  it.each([
    [{}],
    [{ name: '' }],
    [{ name: '   ' }],
    [{ name: 5 }],
    [{ name: 'x'.repeat(129) }],
    [{ name: 'a', active: 'yes' }],
    [{ name: 'a', metadata: [] }],
    [{ name: 'a', metadata: { much: 'x'.repeat(70_000) } }],
  ])('is not made from %j', async (body) => {
    expect(await post('/agents', body)).toMatchObject({ status: 422, body: { detail: expect.any(String) } })
    expect((await get('/agents')).body).toEqual([])
  })

  it('of another organization is unknown, whatever is done with it', async () => {
    const { id } = await made()
    await post(`/agents/${id}/versions`, { config: {} })
    const stranger = tokenOf(await trial.account(`bob ${count}`, 'test'))
    for (const answer of [
      await get(`/agents/${id}`, stranger),
      await put(`/agents/${id}`, { name: 'x' }, stranger),
      await remove(`/agents/${id}`, stranger),
      await get(`/agents/${id}/versions`, stranger),
      await get(`/agents/${id}/versions/1`, stranger),
      await get(`/agents/${id}/versions/latest`, stranger),
      await put(`/agents/${id}/versions/1`, { config: {} }, stranger),
      await post(`/agents/${id}/versions`, { config: {} }, stranger),
      await post(`/agents/${id}/versions/1/publish`, {}, stranger),
      await post(`/agents/${id}/versions/compare`, { base_version: 1 }, stranger),
    ])
      expect(answer).toMatchObject({ status: 404, body: { detail: 'Agent not found' } })
    expect((await get('/agents', stranger)).body).toEqual([])
    expect((await get(`/agents/${id}`)).status).toBe(200)
  })

  it.each(['agent_nope', 'nope', `agent_${'0'.repeat(26)}`, '%00'])('is not found by %s', async (id) => {
    expect((await get(`/agents/${id}`)).status).toBe(404)
  })

  it('made elsewhere is shown, counts as published, and is deleted like any other', async () => {
    const { body } = await alice.post('/agents', { name: 'Native' })
    expect((await get('/agents')).body).toMatchObject([
      {
        id: body.id,
        name: 'Native',
        active: true,
        published_version: 1,
        published_version_id: `agv_${body.id.slice(6)}_1`,
      },
    ])
    expect((await remove(`/agents/${body.id}`)).status).toBe(204)
    expect((await alice.get(`/agents/${body.id}`)).status).toBe(404)
  })
})

describe('the scopes of a token', () => {
  it('A21: say what it may do with agents', async () => {
    const { id } = await made()
    const reader = await limitedToken(trial, alice, ['agents:read'])
    const manager = await limitedToken(trial, alice, ['agents:manage'])
    const other = await limitedToken(trial, alice, ['conversations:manage'])
    const reads = ['/agents', `/agents/${id}`, `/agents/${id}/versions`, '/agent-config-schema']
    for (const url of reads) {
      expect((await get(url, reader)).status).toBe(200)
      expect((await get(url, manager)).status).toBe(200)
      expect(await get(url, other)).toMatchObject({
        status: 403,
        body: { detail: expect.stringContaining('agents:read') },
      })
    }
    const writes = [
      (bearer: string) => post('/agents', { name: 'a' }, bearer),
      (bearer: string) => put(`/agents/${id}`, { name: 'b' }, bearer),
      (bearer: string) => post(`/agents/${id}/versions`, { config: {} }, bearer),
      (bearer: string) => put(`/agents/${id}/versions/1`, { config: {} }, bearer),
      (bearer: string) => post(`/agents/${id}/versions/1/publish`, {}, bearer),
      (bearer: string) => remove(`/agents/${id}`, bearer),
    ]
    for (const write of writes) {
      for (const weak of [reader, other]) expect((await write(weak)).status).toBe(403)
      expect((await write(manager)).status).toBeLessThan(300)
    }
  })
})

describe('the list of agents', () => {
  async function three(): Promise<readonly Answer['body'][]> {
    const agents = []
    for (const body of [
      { name: 'Alice of the store', metadata: { team: 'a', tags: ['x', 'y'], site: { city: 'Rome' } } },
      { name: 'bob', active: false, metadata: { team: 'b' } },
      { name: 'Carol', is_demo: true },
    ]) {
      agents.push(await made(body))
      await alice.post('/clock/advance', { by: 'PT1M' })
    }
    return agents
  }
  const names = async (query: string): Promise<readonly string[]> => {
    const { status, body } = await get(`/agents?${query}`)
    expect(status).toBe(200)
    return body.map(({ name }: { name: string }) => name)
  }

  it('is newest first, and says where to go on', async () => {
    const agents = await three()
    expect(await names('')).toEqual(['Carol', 'bob', 'Alice of the store'])
    const first = await get('/agents?limit=2')
    expect(first.body).toHaveLength(2)
    const cursor = Buffer.from(first.body[1].created_at).toString('base64')
    expect(first.headers['x-next-cursor']).toBe(cursor)
    expect((await get(`/agents?limit=2&cursor=${encodeURIComponent(cursor)}`)).body).toEqual([agents[0]])
    expect((await get('/agents?limit=3')).headers['x-next-cursor']).toBeDefined()
    expect((await get('/agents?limit=4')).headers['x-next-cursor']).toBeUndefined()
  })

  it('leaves none out that were made in one moment', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, i) => made({ name: `agent ${i}` })))
    const seen: string[] = []
    let cursor = ''
    for (;;) {
      const { body } = await get(`/agents?limit=5${cursor}`)
      seen.push(...body.map(({ name }: { name: string }) => name))
      if (body.length < 5) break
      cursor = `&cursor=${Buffer.from(body.at(-1).created_at).toString('base64url')}`
    }
    expect(new Set(seen).size).toBe(12)
    expect(seen).toHaveLength(12)
  })

  it('is cut down by what is asked for', async () => {
    const [first, second] = await three()
    expect(await names('name=OF%20THE')).toEqual(['Alice of the store'])
    expect(await names('active=false')).toEqual(['bob'])
    expect(await names('active=true&is_demo=true')).toEqual(['Carol'])
    const metadata = (value: object): string => `metadata=${encodeURIComponent(JSON.stringify(value))}`
    expect(await names(metadata({ team: 'b' }))).toEqual(['bob'])
    expect(await names(metadata({ tags: ['y'], site: { city: 'Rome' } }))).toEqual(['Alice of the store'])
    expect(await names(metadata({ tags: ['z'] }))).toEqual([])
    expect(await names(`created_after=${second.created_at}`)).toEqual(['Carol', 'bob'])
    expect(await names(`created_before=${second.created_at}`)).toEqual(['bob', 'Alice of the store'])
    const exact = second.created_at.replace('Z', '')
    expect(await names(`created_after=${exact}&created_before=${exact}`)).toEqual(['bob'])
    expect(await names('created_after=2020-01-01&updated_before=2020-01-02')).toEqual([])
    expect(await names(`cursor=${Buffer.from(exact).toString('base64url')}`)).toEqual(['Alice of the store'])
    await put(`/agents/${first.id}`, { description: 'Changed' })
    const { updated_at: updated } = (await get(`/agents/${first.id}`)).body
    expect(await names(`updated_after=${updated}`)).toEqual(['Alice of the store'])
    expect(await names(`updated_before=${second.updated_at}`)).toEqual(['bob'])
    expect(await names('nonsense=1')).toHaveLength(3)
  })

  it.each([
    'cursor=%20',
    'cursor=bm90IGEgdGltZQ',
    'metadata=[]',
    'metadata={',
    'limit=0',
    'limit=x',
    'created_after=yesterday',
    'active=perhaps',
  ])('is not given for %s', async (query) => {
    expect(await get(`/agents?${query}`)).toMatchObject({ status: 422, body: { detail: expect.any(String) } })
  })

  it('is capped at 200', async () => {
    expect((await get('/agents?limit=100000')).status).toBe(200)
  })
})
