import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTrial, type Caller, type Trial } from '#app/trial.ts'
import { errorResource } from './resources.ts'

/** Whatever is sent to a real server: an answer in the API's own form, and never a failure of ours. */

const keys = [
  'displayName',
  'description',
  'conversationGroupingType',
  'memoryStoreId',
  'channelSettings',
  'statusCallbacks',
  'SMS',
  'VOICE',
  'statusTimeouts',
  'inactive',
  'closed',
  'captureRules',
  'from',
  'to',
  'metadata',
  'url',
  'method',
  'events',
  'ext',
  'name',
  'type',
  'configurationId',
  'configuration',
  'participants',
  'addresses',
  'channel',
  'address',
  'channelId',
  'status',
  'author',
  'content',
  'text',
  'recipients',
  'resourceId',
  'occurredAt',
  'participantId',
  'profileId',
  'constructor',
  'toString',
  '__proto__',
]
const words = [
  'GROUP_BY_PROFILE',
  'SMS',
  'VOICE',
  'CHAT',
  'EMAIL',
  'TEXT',
  'TRANSCRIPTION',
  'CUSTOMER',
  'CLOSED',
  'INACTIVE',
  'ACTIVE',
  'POST',
  '+14155550133',
  '+18005550111',
  '*',
  'https://a.example/',
  '2026-11-20T09:07:00Z',
  '0001-01-01T00:00:00Z',
  '',
  'x',
  '\u0000',
  '\ud800',
]

describe('any input', () => {
  let trial: Trial
  let alice: Caller
  beforeAll(async () => {
    trial = await startTrial({ requestsPerSecond: null })
    alice = trial.test
  })
  afterAll(() => trial.stop())

  /** A configuration, a conversation of it, a participant in that. */
  async function lived(): Promise<[string, string, string]> {
    const configured = await send('POST', '/v2/ControlPlane/Configurations', {
      displayName: 'x',
      conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES',
      memoryStoreId: 'x',
    })
    const { configurationId } = (JSON.parse(configured.body) as { related: { configurationId: string } }).related
    const created = await send('POST', '/v2/Conversations', {
      configurationId,
      participants: [{ addresses: [{ channel: 'SMS', address: 'a' }] }],
    })
    const { id, participants } = JSON.parse(created.body) as { id: string; participants: { id: string }[] }
    return [configurationId, id, participants[0]?.id ?? '']
  }

  async function send(method: string, url: string, body?: unknown): Promise<{ status: number; body: string }> {
    const payload = body === undefined ? {} : { payload: JSON.stringify(body) }
    const headers = { ...alice.headers, ...(body !== undefined && { 'content-type': 'application/json' }) }
    const answer = await trial.app.fastify.inject({ method: method as 'POST', url, headers, ...payload })
    return { status: answer.statusCode, body: answer.body }
  }

  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom(...words, null, true, 0, 1, -1, 1.5, 1e300, {}, []),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 6 }),
    ),
  }))

  it('is answered in the form of the API: no failure of ours', async () => {
    const own = await lived()
    const ids = ['x', 'conv_conversation_00000000000000000000000000', '%00', ...own]
    words.push(...own)
    const path = fc.constantFrom(
      '/v2/ControlPlane/Configurations',
      '/v2/ControlPlane/Configurations/:id',
      '/v2/ControlPlane/Operations/:id',
      '/v2/Conversations',
      '/v2/Conversations/:id',
      '/v2/Conversations/:id/Participants',
      '/v2/Conversations/:id/Participants/:id',
      '/v2/Conversations/:id/Communications',
      '/v2/Conversations/:id/Communications/:id',
    )
    const asked = fc.record({
      method: fc.constantFrom('POST', 'PUT', 'PATCH', 'GET', 'DELETE'),
      path,
      picks: fc.array(fc.nat({ max: 5 }), { minLength: 2, maxLength: 2 }),
      body: value,
      query: fc.dictionary(
        fc.constantFrom('pageSize', 'PageSize', 'pageToken', 'status', 'channelId', 'addresses', 'dryRun', 'stuck'),
        fc.constantFrom(...words, '1', '0', '-1', 'ACTIVE,CLOSED'),
        { maxKeys: 3 },
      ),
    })
    await fc.assert(
      fc.asyncProperty(asked, async ({ method, path, picks, body, query }) => {
        const url = path.replace(/:id/g, () => encodeURI(ids[picks.shift() ?? 0] ?? 'x'))
        const search = new URLSearchParams(query).toString()
        const answer = await send(method, `${url}?${search}`, method === 'GET' ? undefined : body)
        expect(answer.status).toBeLessThan(500)
        if (answer.status >= 400) errorResource.parse(JSON.parse(answer.body))
        else JSON.parse(answer.body)
      }),
      { numRuns: 3000 },
    )
  })

  it('with one or two things changed in what is right, is still answered', async () => {
    const [configurationId, id, participantId] = await lived()
    const address = { channel: 'SMS', address: '+14155550133', channelId: 'x' }
    const configuration = {
      displayName: 'x',
      description: 'x',
      conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES',
      memoryStoreId: 'x',
      channelSettings: {
        SMS: {
          statusTimeouts: { inactive: 1, closed: 2 },
          captureRules: [{ from: '*', to: 'x', metadata: { a: 'b' } }],
        },
      },
      statusCallbacks: [{ url: 'https://a.example/', method: 'GET', events: ['CONVERSATION_CREATED'] }],
      conversationsV1Bridge: { serviceId: '' },
      ext: { closeSilentAfterMinutes: 5 },
    }
    const participant = { name: 'x', type: 'CUSTOMER', profileId: 'x', addresses: [address] }
    const right = fc.constantFrom<[string, string, object]>(
      ['POST', '/v2/ControlPlane/Configurations', configuration],
      ['PUT', `/v2/ControlPlane/Configurations/${configurationId}`, configuration],
      ['PATCH', `/v2/ControlPlane/Configurations/${configurationId}`, configuration],
      [
        'POST',
        '/v2/Conversations',
        {
          configurationId,
          name: 'x',
          participants: [participant],
          metadata: { a: 'b' },
          configuration: { workflows: [] },
        },
      ],
      [
        'PATCH',
        `/v2/Conversations/${id}`,
        { name: 'x', metadata: { a: 'b' }, configuration: { statusCallbacks: [{ url: 'https://a.example/' }] } },
      ],
      ['POST', `/v2/Conversations/${id}/Participants`, participant],
      ['PUT', `/v2/Conversations/${id}/Participants/${participantId}`, participant],
      [
        'POST',
        `/v2/Conversations/${id}/Communications`,
        {
          author: address,
          recipients: [address, { ...address, address: 'x' }],
          content: { type: 'TRANSCRIPTION', text: 'x', transcription: { channel: 1, confidence: 0.5 } },
          channelId: 'x',
          resourceId: 'x',
          occurredAt: '2026-11-20T09:07:00Z',
        },
      ],
    )
    const changes = fc.array(fc.tuple(fc.nat(), value), { maxLength: 2 })
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(right, changes, async ([method, url, body], changed) => {
        const answer = await send(
          method,
          url,
          changed.reduce<unknown>((one, [place, by]) => replaced(one, place, by), body),
        )
        seen.add(answer.status)
        expect(answer.status).toBeLessThan(500)
        if (answer.status >= 400) errorResource.parse(JSON.parse(answer.body))
      }),
      { numRuns: 3000 },
    )
    expect([...seen]).toEqual(expect.arrayContaining([200, 201, 202, 400, 409]))
  })
})

/** The value with one of the places in it, counted round and round, taken by another. */
function replaced(value: unknown, place: number, by: unknown): unknown {
  const text = JSON.stringify(value)
  let count = 0
  JSON.parse(text, (_, inner: unknown) => (count++, inner))
  let at = 0
  return JSON.parse(text, (_, inner: unknown) => (at++ === place % count ? by : inner))
}
