import { afterEach, describe, expect, it } from 'vitest'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Ask, Outcome } from '#engine/api.ts'
import { refuse } from '#domain/vocabulary/refusal.ts'
import type { Created } from '#services/api.ts'
import { credentialsOf } from './caller.ts'
import { expectedVersion } from './configurations.routes.ts'
import { pageOf } from './participants.routes.ts'
import { errorResource } from './resources.ts'
import { authorization, lastAsk, openHouse, principal, type House, type Offered } from './testing/house.ts'
import { communication, configuration, conversation, document, ids, mia, operation } from './testing/samples.ts'

const opened: FastifyInstance[] = []
async function open(offered: Offered = {}, context: Parameters<typeof openHouse>[1] = {}): Promise<House> {
  const house = await openHouse(offered, context)
  opened.push(house.app)
  return house
}
afterEach(() => Promise.all(opened.splice(0).map((app) => app.close())))

const conversationUrl = `/v2/Conversations/conv_conversation_${ids.conversation}`
const configurationUrl = `/v2/ControlPlane/Configurations/conv_configuration_${ids.configuration}`
const said = { id: ids.communication, conversationId: ids.conversation, n: 3, communication, updated: false }
const words = {
  author: { address: '+14155550133', channel: 'SMS' },
  content: { type: 'TEXT', text: 'hi' },
  recipients: [{ address: '+18005550111', channel: 'SMS' }],
}
const saying: Offered = { conversations: { say: async () => ({ value: said }) } }
const ask = (app: FastifyInstance, request: InjectOptions) =>
  app.inject({ ...request, headers: { authorization, ...request.headers } })
const post = (payload: InjectOptions['payload'], headers: Record<string, string> = {}): InjectOptions => ({
  method: 'POST',
  url: `${conversationUrl}/Communications`,
  payload: payload as object,
  headers,
})

describe('T37 credentials', () => {
  it.each([
    ['none', undefined],
    ['no scheme', 'abc'],
    ['an unknown scheme', 'Digest abc'],
    ['Basic without anything', 'Basic'],
    ['Basic of no colon', `Basic ${btoa('alice')}`],
    ['Basic of no user', `Basic ${btoa(':secret')}`],
    ['Basic of no password', `Basic ${btoa('alice:')}`],
    ['Basic of a wrong password', `Basic ${btoa('SK00000000000000000000000000000001:wrong')}`],
    ['Basic that is not base64', 'Basic §§§'],
    ['two in one', `${authorization} ${authorization}`],
    ['Bearer of nonsense', 'Bearer nonsense'],
  ])('%s: 401 with a challenge, on every path', async (_, header) => {
    const { app, asked } = await open()
    for (const url of [
      conversationUrl,
      '/v2/Conversations/unknown/path',
      '/v1/Conversations',
      '/v2/ControlPlane/Operations/x',
    ]) {
      const answer = await app.inject({ url, headers: header === undefined ? {} : { authorization: header } })
      expect(answer.statusCode).toBe(401)
      expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/)
      expect(answer.headers['twilio-request-id']).toMatch(/^RQ[0-9a-f]{32}$/)
      expect(answer.json()).toMatchObject({ code: 20003, status: 401, userError: true })
    }
    expect(asked).toEqual([])
  })

  it('are taken as Basic, whatever the case of the word, and as a bearer key', async () => {
    const { app } = await open({ conversations: { list: async () => ({ items: [] }) } })
    const bearer = 'Bearer SK00000000000000000000000000000001.alice-secret'
    for (const header of [
      authorization,
      authorization.replace('Basic', 'basic'),
      authorization.replace(' ', '  '),
      bearer,
    ])
      expect((await app.inject({ url: '/v2/Conversations', headers: { authorization: header } })).statusCode).toBe(200)
  })

  it('may have a colon and any letter in the password', () => {
    expect(credentialsOf(`Basic ${Buffer.from('a:b:ü').toString('base64')}`)).toEqual({ user: 'a', password: 'b:ü' })
  })
})

describe('the answers to everything', () => {
  it('unknown ids of any form are 404, not 400 (3.1)', async () => {
    const { app } = await open({
      conversations: {
        get: async () => undefined,
        communications: async () => undefined,
        communication: async () => undefined,
      },
      configurations: { get: async () => undefined },
      operations: { get: async () => undefined },
    })
    const forms = [
      'x',
      'conv_conversation_',
      'CH00000000000000000000000000000001',
      '%20',
      'a'.repeat(400),
      '..%2f..',
      '%F0%9F%98%80',
      `conv_conversation_${ids.mia}`,
      `proc_job_${ids.mia}`,
    ]
    for (const id of forms)
      for (const url of [
        `/v2/Conversations/${id}`,
        `/v2/Conversations/${id}/Participants`,
        `/v2/Conversations/${id}/Participants/${id}`,
        `/v2/Conversations/${id}/Communications`,
        `/v2/Conversations/${id}/Communications/${id}`,
        `/v2/ControlPlane/Configurations/${id}`,
        `/v2/ControlPlane/Operations/${id}`,
      ]) {
        const answer = await ask(app, { url })
        expect([url, answer.statusCode]).toEqual([url, 404])
        expect(errorResource.parse(answer.json())).toMatchObject({ code: 20404 })
      }
  })

  it('unknown paths are 404 with 20404, whatever the body', async () => {
    const { app } = await open()
    for (const method of ['GET', 'POST', 'PUT'] as const)
      for (const url of [
        '/v2/Conversations/a/b',
        '/v2/Conversations/a/Participants/b/c',
        '/v2/ControlPlane/Nothing',
        '/v2/ControlPlane',
      ]) {
        const answer = await ask(app, { method, url, headers: { 'content-type': 'text/x' }, payload: '{' })
        expect([url, answer.statusCode, answer.json<{ code: number }>().code]).toEqual([url, 404, 20404])
      }
  })

  it('a body that is not UTF-8 is 400', async () => {
    const { app } = await open()
    const payload = Buffer.from('{"name":"\u00ff"}', 'latin1')
    const headers = { 'content-type': 'application/json' }
    const answer = await ask(app, { method: 'POST', url: '/v2/Conversations', headers, payload })
    expect(answer.json()).toMatchObject({ status: 400, code: 20001, message: expect.stringContaining('UTF-8') })
  })

  it('HEAD is GET without a body', async () => {
    const { app } = await open({ conversations: { list: async () => ({ items: [] }) } })
    const answer = await ask(app, { method: 'HEAD', url: '/v2/Conversations' })
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
  })

  it('repeat the request id in what they ask of the services, so that callbacks can carry it', async () => {
    const { app, asked } = await open(saying)
    const answer = await ask(app, post(words))
    expect(lastAsk(asked)).toEqual({
      account: ids.account,
      by: principal.by,
      request: answer.headers['twilio-request-id'],
    })
  })

  it('X25 tell the rate limit; M11 too many is 429 with Retry-After', async () => {
    const fine = await open({ conversations: { list: async () => ({ items: [] }) } })
    expect((await ask(fine.app, { url: '/v2/Conversations' })).headers).toMatchObject({
      'ratelimit-limit': '1000',
      'ratelimit-remaining': '999',
    })

    const empty = { take: () => ({ allowed: false, limit: 1, remaining: 0, retryAfterMs: 1500 }) }
    const busy = await open({}, { limiter: empty })
    const answer = await ask(busy.app, { url: '/v2/Conversations' })
    expect(answer.statusCode).toBe(429)
    expect(answer.headers).toMatchObject({
      'retry-after': '2',
      'ratelimit-limit': '1',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '2',
    })
    expect(answer.json()).toMatchObject({ code: 20429 })

    const endless = await open(
      { conversations: { list: async () => ({ items: [] }) } },
      { limiter: { take: () => ({ allowed: true, limit: Infinity, remaining: Infinity, retryAfterMs: 0 }) } },
    )
    expect((await ask(endless.app, { url: '/v2/Conversations' })).headers).not.toHaveProperty('ratelimit-limit')
  })

  it('a failure of ours is 500, without its reason, which is in the log, without what was said', async () => {
    const broken = await open({ conversations: { say: () => Promise.reject(new Error('the disk said: secret')) } })
    const answer = await ask(broken.app, post(words))
    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toMatchObject({ code: 20500, userError: false })
    expect(answer.body).not.toContain('disk')
    expect(broken.logged).toHaveLength(1)
    expect(broken.logged[0]?.facts).toMatchObject({ request: answer.headers['twilio-request-id'] })
    expect(JSON.stringify(broken.logged)).not.toContain('hi')
  })

  it('a busy or unavailable house is 503 with Retry-After', async () => {
    for (const code of ['busy', 'unavailable'] as const) {
      const { app } = await open({ conversations: { say: async () => refuse(code, 'Try again in a moment.') } })
      const answer = await ask(app, post(words))
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1'])
      expect(answer.json()).toMatchObject({ code: 20503, message: 'Try again in a moment.', userError: false })
    }
  })
})

describe('bodies (4.0)', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/vnd.api+json'])(
    '%s is JSON',
    async (type) => {
      const { app } = await open(saying)
      expect((await ask(app, post(JSON.stringify(words), { 'content-type': type }))).statusCode).toBe(201)
    },
  )

  it.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    'nonsense',
    'application/jsonp',
  ])('%s is 415 (20422)', async (type) => {
    const { app, asked } = await open(saying)
    const answer = await ask(app, post(JSON.stringify(words), { 'content-type': type }))
    expect(answer.statusCode).toBe(415)
    expect(answer.json()).toMatchObject({ code: 20422 })
    expect(asked).toEqual([])
  })

  it.each(['{', '', 'null', '[]', '"x"', '{"author":', `{"__proto__":{}}`, '\u0000'])(
    '%j is 400 (20001) with a reason',
    async (text) => {
      const { app, asked } = await open(saying)
      const answer = await ask(app, post(text, { 'content-type': 'application/json' }))
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ code: 20001, message: expect.stringMatching(/body|__proto__/) })
      expect(asked).toEqual([])
    },
  )

  it('a POST without any body is 400, since something is required', async () => {
    const { app } = await open(saying)
    const answer = await ask(app, { method: 'POST', url: `${conversationUrl}/Communications` })
    expect([answer.statusCode, answer.json<{ code: number }>().code]).toEqual([400, 20001])
  })

  it('a body of 40 MB is 413 (20413), told before it is read', async () => {
    const { app, asked } = await open(saying)
    const answer = await ask(app, post(`"${'x'.repeat(40_000_000)}"`, { 'content-type': 'application/json' }))
    expect(answer.statusCode).toBe(413)
    expect(answer.json()).toMatchObject({ code: 20413, status: 413 })
    expect(asked).toEqual([])
  })

  it('GET and DELETE ignore a content type, and a body', async () => {
    const removing: Offered = {
      conversations: {
        list: async () => ({ items: [] }),
        remove: async () => ({ value: { about: operation.about, operation } }),
      },
    }
    const { app } = await open(removing)
    for (const type of ['application/x-www-form-urlencoded', 'application/json', 'nonsense']) {
      expect((await ask(app, { url: '/v2/Conversations', headers: { 'content-type': type } })).statusCode).toBe(200)
      expect(
        (await ask(app, { method: 'DELETE', url: conversationUrl, headers: { 'content-type': type } })).statusCode,
      ).toBe(202)
      expect(
        (
          await ask(app, {
            method: 'DELETE',
            url: conversationUrl,
            headers: { 'content-type': type },
            payload: '{not json',
          })
        ).statusCode,
      ).toBe(202)
    }
  })
})

describe('M6 D56 idempotency', () => {
  const key = '6F2F7A0E-2c0b-4b53-9d1e-7a5f0c3b9e11'

  it.each(['x', '', key.slice(1), `${key}0`, 'g'.repeat(36), `${key}, ${key}`])(
    '"%s" is not a key: 400 on every write',
    async (bad) => {
      const { app, asked } = await open()
      const writes: InjectOptions[] = [
        post(words),
        { method: 'PUT', url: conversationUrl, payload: { status: 'CLOSED' } },
        { method: 'PATCH', url: conversationUrl, payload: { name: 'x' } },
        { method: 'DELETE', url: conversationUrl },
        { method: 'DELETE', url: configurationUrl },
        { method: 'PUT', url: `${conversationUrl}/Participants/conv_participant_${ids.mia}`, payload: {} },
      ]
      for (const write of writes) {
        const answer = await ask(app, { ...write, headers: { 'idempotency-key': bad } })
        expect(answer.statusCode).toBe(400)
        expect(answer.json()).toMatchObject({ code: 20001, params: { field: 'Idempotency-Key' } })
      }
      expect(asked).toEqual([])
    },
  )

  async function onceOf(request: InjectOptions): Promise<NonNullable<Ask['once']>> {
    const { app, asked } = await open(saying)
    await ask(app, { ...request, headers: { ...request.headers, 'idempotency-key': key } })
    const { once } = lastAsk(asked)
    if (!once) throw new Error('The write was asked for without its key.')
    return once
  }

  it('the same request is the same whatever the order of its keys; any other is not', async () => {
    const once = await onceOf(post(words))
    expect(once).toMatchObject({ scope: `${ids.account}/twilio`, key: key.toLowerCase() })
    const { content, ...rest } = words
    expect((await onceOf(post({ content, ...rest }))).fingerprint).toBe(once.fingerprint)
    expect((await onceOf(post({ ...words, channelId: null }))).fingerprint).toBe(once.fingerprint)
    expect((await onceOf(post({ ...words, channelId: 'x' }))).fingerprint).not.toBe(once.fingerprint)
    const elsewhere = { ...post(words), url: `/v2/Conversations/conv_conversation_${ids.mia}/Communications` }
    expect((await onceOf(elsewhere)).fingerprint).not.toBe(once.fingerprint)
  })

  it('what is stored is the very bytes that are sent', async () => {
    const { app, asked } = await open(saying)
    const answer = await ask(app, { ...post(words), headers: { 'idempotency-key': key } })
    const rendered = lastAsk(asked).once?.render(said)
    expect(rendered).toMatchObject({ status: answer.statusCode, body: answer.body })
  })

  it('a repeated write gets the stored answer, headers and all', async () => {
    const replayed = { status: 202, headers: { 'operation-id': 'proc_job_x' }, body: '{"statusUrl":"x"}' }
    const { app } = await open({ conversations: { remove: async () => ({ replayed }) } })
    const answer = await ask(app, { method: 'DELETE', url: conversationUrl, headers: { 'idempotency-key': key } })
    expect([answer.statusCode, answer.headers['operation-id'], answer.body]).toEqual([202, 'proc_job_x', replayed.body])
  })

  it('a key used for something else is 409; one still running too, with Retry-After', async () => {
    for (const code of ['idempotency_reused', 'idempotency_running'] as const) {
      const { app } = await open({ conversations: { say: async (): Promise<Outcome<never>> => refuse(code, 'x') } })
      const answer = await ask(app, { ...post(words), headers: { 'idempotency-key': key } })
      expect(answer.statusCode).toBe(409)
      expect(answer.json()).toMatchObject({ code: 20409 })
      expect(answer.headers['retry-after']).toBe(code === 'idempotency_running' ? '1' : undefined)
    }
  })
})

describe('configurations (4.1)', () => {
  const written = { value: { about: operation.about, operation } }

  it('M1 M2 D24 writes are 202 with a JSON body, operation, location and the id that was written (D7)', async () => {
    const { app } = await open({
      configurations: { create: async () => written, write: async () => written, remove: async () => written },
    })
    const full = {
      displayName: 'x',
      description: 'y',
      conversationGroupingType: 'GROUP_BY_PROFILE',
      memoryStoreId: 's',
      channelSettings: {},
    }
    const writes: InjectOptions[] = [
      { method: 'POST', url: '/v2/ControlPlane/Configurations', payload: full },
      { method: 'PUT', url: configurationUrl, payload: full },
      { method: 'PATCH', url: configurationUrl, payload: {} },
      { method: 'DELETE', url: configurationUrl },
    ]
    for (const write of writes) {
      const answer = await ask(app, write)
      expect(answer.statusCode).toBe(202)
      const statusUrl = `https://conv.example.com/v2/ControlPlane/Operations/proc_job_${ids.operation}`
      expect(answer.headers).toMatchObject({
        'operation-id': `proc_job_${ids.operation}`,
        'retry-after': '1',
        location: statusUrl,
      })
      expect(answer.json()).toEqual({
        statusUrl,
        related: { configurationId: `conv_configuration_${ids.configuration}` },
      })
    }
  })

  it('D36 a fetch has an ETag; If-Match asks for that version', async () => {
    const { app, asked } = await open({
      configurations: { get: async () => configuration, write: async () => written, remove: async () => written },
    })
    expect((await ask(app, { url: configurationUrl })).headers['etag']).toBe('"3"')
    await ask(app, { method: 'PATCH', url: configurationUrl, payload: {}, headers: { 'if-match': '"3"' } })
    expect(asked.at(-1)?.given.at(-1)).toBe(3)
    await ask(app, { method: 'DELETE', url: configurationUrl, headers: { 'if-match': '"4"' } })
    expect(asked.at(-1)?.given.at(-1)).toBe(4)
    expect([undefined, '*', '7', '"7"', 'W/"7"', '"x"', ''].map(expectedVersion)).toEqual([
      undefined,
      undefined,
      7,
      7,
      -1,
      -1,
      -1,
    ])
  })

  it('X2 a dry run tells what would change, and changes nothing', async () => {
    const { app, asked } = await open({ configurations: { get: async () => configuration } })
    const payload = { displayName: 'New', channelSettings: { SMS: null } }
    const answer = await ask(app, { method: 'PATCH', url: `${configurationUrl}?dryRun=true`, payload })
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({
      ext: {
        dryRun: true,
        changes: [
          { field: 'displayName', from: 'Care line', to: 'New' },
          { field: 'channelSettings.SMS', from: expect.any(Object), to: null },
        ],
      },
    })
    expect(asked.map(({ call }) => call)).toEqual(['configurations.get'])
    const clash = await ask(app, {
      method: 'PATCH',
      url: `${configurationUrl}?dryRun=true`,
      payload: { conversationGroupingType: 'GROUP_BY_PROFILE' },
    })
    expect([clash.statusCode, clash.json<{ params: object }>().params]).toEqual([
      409,
      { field: 'conversationGroupingType' },
    ])
  })

  it('D34 a configuration in use says by whom', async () => {
    const inUse = refuse('in_use', 'x', { conflicting: { noun: 'conversation', id: ids.conversation } })
    const { app } = await open({ configurations: { remove: async () => inUse } })
    const answer = await ask(app, { method: 'DELETE', url: configurationUrl })
    expect([answer.statusCode, answer.headers['x-conflicting-resource-id']]).toEqual([
      409,
      `conv_conversation_${ids.conversation}`,
    ])
  })
})

describe('lists', () => {
  const listing = (over: object = {}): Offered => ({
    conversations: { list: async () => ({ items: [] }), nextTransition: () => undefined, ...over },
  })

  it('D42 statuses come repeated or with commas, names in any case', async () => {
    const { app, asked } = await open(listing())
    const queries = ['status=ACTIVE&status=CLOSED', 'Status=CLOSED,ACTIVE', 'STATUS=ACTIVE,CLOSED,ACTIVE']
    for (const query of queries) {
      await ask(app, { url: `/v2/Conversations?${query}` })
      expect(asked.at(-1)?.given[1]).toEqual({ statuses: ['active', 'closed'], limit: 50 })
    }
    await ask(app, { url: '/v2/Conversations?channelId=CA1&addresses=a&addresses=b&PageSize=7&Page=2&pageToken=' })
    expect(asked.at(-1)?.given[1]).toEqual({ statuses: [], channelId: 'CA1', addresses: ['a', 'b'], limit: 7 })
  })

  it.each([
    'status=OPEN',
    'status=active',
    'pageSize=0',
    'pageSize=-1',
    'pageSize=x',
    'pageSize=1.5',
    'addresses=a',
    'pageToken=forged',
    'stuck=maybe',
  ])('%s is 400', async (query) => {
    const { app, asked } = await open(listing())
    const answer = await ask(app, { url: `/v2/Conversations?${query}` })
    expect(answer.statusCode).toBe(400)
    const field = expect.stringContaining(query.split('=')[0] ?? '')
    expect(answer.json()).toMatchObject({ code: 20001, params: { field } })
    expect(asked).toEqual([])
  })

  it('a memory store filter must have the form of one', async () => {
    const { app, asked } = await open({ configurations: { list: async () => ({ items: [configuration] }) } })
    expect((await ask(app, { url: '/v2/ControlPlane/Configurations?memoryStoreId=memory_store_x' })).statusCode).toBe(
      400,
    )
    const store = 'mem_store_01ka7n36096q14dr9gpqy77zxy'
    expect((await ask(app, { url: `/v2/ControlPlane/Configurations?memoryStoreId=${store}` })).statusCode).toBe(200)
    expect(asked.at(-1)?.given[1]).toEqual({ memoryStoreId: store, limit: 50 })
  })

  it('stuck=true lists what only the three-year limit will end (T24)', async () => {
    const { app, asked } = await open(listing({ stuck: async () => ({ items: [{ conversation, document }] }) }))
    const answer = await ask(app, { url: '/v2/Conversations?stuck=true' })
    expect(answer.json()).toMatchObject({ conversations: [{ id: `conv_conversation_${ids.conversation}` }] })
    expect(asked.map(({ call }) => call)).toContain('conversations.stuck')
  })

  it('participants go page by page, oldest first, ties by id', () => {
    const all = [3, 1, 2, 2].map((createdAt, index) => ({ ...mia, id: `0${index}`, createdAt }))
    const first = pageOf(all, undefined, 3)
    expect(first.items.map(({ id }) => id)).toEqual(['01', '02', '03'])
    const second = pageOf(all, first.next, 3)
    expect(second.items.map(({ id }) => id)).toEqual(['00'])
    expect(second.next).toBeUndefined()
  })
})

describe('conversations', () => {
  it('N5 D70 a taken grouping key is 409 with the conversation to go on with', async () => {
    const { app } = await open({
      conversations: { create: async () => ({ value: { conflict: ids.conversation, message: 'Use that one.' } }) },
    })
    const answer = await ask(app, {
      method: 'POST',
      url: '/v2/Conversations',
      payload: { configurationId: `conv_configuration_${ids.configuration}` },
    })
    expect(answer.statusCode).toBe(409)
    expect(answer.headers['x-conflicting-resource-id']).toBe(`conv_conversation_${ids.conversation}`)
    expect(answer.json()).toMatchObject({ code: 20409, message: 'Use that one.' })
  })

  it('M6 D56 only what was made is kept under an idempotency key, a conflict is decided anew', async () => {
    const { app, asked } = await open({
      conversations: {
        create: async () => ({ value: { conflict: ids.conversation, message: 'Use that one.' } }),
        nextTransition: () => undefined,
      },
    })
    const answer = await ask(app, {
      method: 'POST',
      url: '/v2/Conversations',
      payload: { configurationId: `conv_configuration_${ids.configuration}` },
      headers: { 'idempotency-key': '6f2f7a0e-2c0b-4b53-9d1e-7a5f0c3b9e13' },
    })
    expect(answer.statusCode).toBe(409)
    const once = (asked.at(-1)?.given[0] as Ask<Created> | undefined)?.once
    expect(once?.render({ conflict: ids.conversation, message: 'Use that one.' })).toBeUndefined()
    expect(once?.render({ created: { conversation, document } })).toMatchObject({ status: 201 })
  })

  it('an unknown configuration is 404; D12 an action at creation is 400', async () => {
    const { app, asked } = await open()
    expect(
      (await ask(app, { method: 'POST', url: '/v2/Conversations', payload: { configurationId: 'x' } })).statusCode,
    ).toBe(404)
    const action = { configurationId: `conv_configuration_${ids.configuration}`, action: { type: 'SEND_MESSAGE' } }
    const answer = await ask(app, { method: 'POST', url: '/v2/Conversations', payload: action })
    expect([answer.statusCode, answer.json<{ params: object }>().params]).toEqual([400, { field: 'action' }])
    expect(asked).toEqual([])
  })

  it('D39 a communication that was there already is 200, a new one 201', async () => {
    const { app } = await open({ conversations: { say: async () => ({ value: { ...said, updated: true } }) } })
    expect((await ask(app, post(words))).statusCode).toBe(200)
    const fresh = await open(saying)
    expect((await ask(fresh.app, post(words))).statusCode).toBe(201)
  })
})
