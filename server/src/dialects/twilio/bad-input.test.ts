import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorization, openHouse, type House } from './testing/house.ts'
import { communication, configuration, conversation, document, ids, mia, operation } from './testing/samples.ts'

/** Every writable field of the specification's tables × what may be wrong with it: 400 with the field's name, and nothing is asked of the services. */

const address = { channel: 'SMS', address: '+14155550133' }
const setting = {
  statusTimeouts: { inactive: 10, closed: 60 },
  captureRules: [{ from: '*', to: '+18005550111', metadata: { callType: 'PSTN' } }],
}
const configurationBody = {
  displayName: 'Care line',
  description: 'Support',
  conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES',
  memoryStoreId: 'mem_store_1',
  channelSettings: {
    VOICE: setting,
    CHAT: { captureRules: [{ from: '*', to: 'x', metadata: { chatService: `IS${'0'.repeat(32)}` } }] },
  },
  statusCallbacks: [{ url: 'https://care.example.com/hooks', method: 'POST', events: ['CONVERSATION_UPDATED'] }],
  intelligenceConfigurationIds: ['i'],
  memoryExtractionEnabled: true,
  conversationsV1Bridge: { serviceId: `IS${'0'.repeat(32)}` },
  ext: { closeSilentAfterMinutes: 5 },
}
const participantBody = {
  name: 'Mia',
  type: 'CUSTOMER',
  profileId: 'mem_profile_1',
  addresses: [{ ...address, channelId: 'CA1' }],
}
const conversationBody = {
  configurationId: `conv_configuration_${ids.configuration}`,
  name: 'Order 4471',
  configuration: {
    intelligenceConfigurationIds: ['i'],
    traitExtractionStrategyIds: ['t'],
    observationExtractionStrategyIds: ['o'],
    workflows: [{ flowId: `FW${'0'.repeat(32)}` }],
  },
  participants: [participantBody],
  metadata: { 'crm.case': 'C-4471' },
}
const said = {
  author: { ...address, participantId: `conv_participant_${ids.mia}` },
  content: { type: 'TRANSCRIPTION', text: 'hi', transcription: { channel: 0, confidence: 0.5, engine: 'x' } },
  recipients: [{ ...address, participantId: `conv_participant_${ids.agent}` }],
  channelId: 'CA1',
  resourceId: 'r1',
  occurredAt: '2026-11-20T09:07:00Z',
}

type Kind = 'text' | 'enum' | 'number' | 'boolean' | 'list' | 'map' | 'record'

interface Field {
  readonly path: string
  readonly kind: Kind
  readonly required?: true
  /** Values of the right type that are wrong all the same. */
  readonly wrong?: readonly unknown[]
}

const text = (path: string, most: number, more: Partial<Field> & { least?: number } = {}): Field => ({
  ...more,
  path,
  kind: 'text',
  wrong: ['x'.repeat(most + 1), ...(more.least === 1 ? [''] : []), ...(more.wrong ?? [])],
})
const word = (path: string, more: Partial<Field> = {}): Field => ({
  ...more,
  path,
  kind: 'enum',
  wrong: ['NONSENSE', 'active', '', ...(more.wrong ?? [])],
})
const list = (path: string, most: number | undefined, item: unknown, more: Partial<Field> = {}): Field => ({
  ...more,
  path,
  kind: 'list',
  wrong: [[null], ...(most === undefined ? [] : [Array.from({ length: most + 1 }, () => item)]), ...(more.wrong ?? [])],
})
const minutes = (path: string): Field => ({ path, kind: 'number', wrong: [0, -1, 1.5, 1_576_801, 1e300] })
const record = (path: string, more: Partial<Field> = {}): Field => ({ ...more, path, kind: 'record' })

const addressFields = (at: string): Field[] => [
  record(at),
  word(`${at}.channel`, { required: true, wrong: ['EMAIL', 'API', 'SYSTEM', 'VOICE,SMS'] }), // D53
  text(`${at}.address`, 254, { required: true, least: 1 }),
]
const participantFields = (at: string): Field[] => [
  text(`${at}name`, 256),
  word(`${at}type`, { wrong: ['customer'] }),
  text(`${at}profileId`, 512, { least: 1 }),
  ...addressFields(`${at}addresses[0]`),
  text(`${at}addresses[0].channelId`, 512, { least: 1 }),
]
const metadataFields: Field[] = [
  {
    path: 'metadata',
    kind: 'map',
    wrong: [
      Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, 'v'])),
      { '': 'v' },
      { 'a b': 'v' },
      { ü: 'v' },
      { ['k'.repeat(129)]: 'v' },
    ],
  },
  text('metadata["crm.case"]', 512),
]
const callbackFields = (at: string): Field[] => [
  list(at, 20, { url: 'https://a.example/' }),
  text(`${at}[0].url`, 2048, {
    required: true,
    least: 1,
    wrong: ['/hooks', 'care.example.com', 'ftp://a.example', 'javascript:x', 'https://'],
  }),
  word(`${at}[0].method`, { wrong: ['PUT', 'DELETE', 'PATCH', 'post'] }), // D54
  list(`${at}[0].events`, 7, 'CONVERSATION_CREATED', { wrong: [[], ['NONSENSE']] }),
]
const configurationFields: Field[] = [
  text('displayName', 32, { least: 1, wrong: ['a/b', 'naïve', 'a\nb'] }),
  text('description', 512),
  word('conversationGroupingType', { wrong: ['profile'] }),
  text('memoryStoreId', 512, { least: 1 }),
  { path: 'channelSettings', kind: 'map', wrong: [{ FAX: {} }, { EMAIL: {} }, { sms: {} }, { SMS: 7 }, { SMS: [] }] },
  minutes('channelSettings.VOICE.statusTimeouts.inactive'),
  minutes('channelSettings.VOICE.statusTimeouts.closed'),
  record('channelSettings.VOICE.statusTimeouts'),
  list('channelSettings.VOICE.captureRules', 100, { from: '*', to: '*' }),
  text('channelSettings.VOICE.captureRules[0].from', 254, { required: true, least: 1 }),
  text('channelSettings.VOICE.captureRules[0].to', 254, { required: true, least: 1 }),
  {
    path: 'channelSettings.VOICE.captureRules[0].metadata',
    kind: 'map',
    wrong: [{ callType: 'PHONE' }, { callType: 7 }, { a: 'x'.repeat(513) }],
  },
  text('channelSettings.CHAT.captureRules[0].metadata.chatService', 512, { wrong: ['IS1'] }),
  ...callbackFields('statusCallbacks'),
  list('intelligenceConfigurationIds', 5, 'i', { wrong: [[''], [7], ['x'.repeat(513)]] }),
  { path: 'memoryExtractionEnabled', kind: 'boolean' },
  record('conversationsV1Bridge'),
  text('conversationsV1Bridge.serviceId', 512, { required: true, wrong: ['IS1', `IS${'g'.repeat(32)}`] }),
  minutes('ext.closeSilentAfterMinutes'),
]
const requiredAmong = (fields: readonly Field[], ...paths: string[]): Field[] =>
  fields.map((field) => (paths.includes(field.path) ? { ...field, required: true } : field))

const conversationUrl = `/v2/Conversations/conv_conversation_${ids.conversation}`
const configurationUrl = `/v2/ControlPlane/Configurations/conv_configuration_${ids.configuration}`

interface Route {
  readonly method: 'POST' | 'PUT' | 'PATCH'
  readonly url: string
  readonly body: object
  readonly fields: readonly Field[]
}

const routes: Record<string, Route> = {
  'create a configuration': {
    method: 'POST',
    url: '/v2/ControlPlane/Configurations',
    body: configurationBody,
    fields: requiredAmong(configurationFields, 'displayName', 'conversationGroupingType', 'memoryStoreId'),
  },
  'replace a configuration': {
    method: 'PUT',
    url: configurationUrl,
    body: configurationBody,
    fields: requiredAmong(
      configurationFields,
      'description',
      'conversationGroupingType',
      'memoryStoreId',
      'channelSettings',
    ),
  },
  'patch a configuration': {
    method: 'PATCH',
    url: configurationUrl,
    body: configurationBody,
    fields: configurationFields,
  },
  'create a conversation': {
    method: 'POST',
    url: '/v2/Conversations',
    body: conversationBody,
    fields: [
      text('configurationId', 512, { required: true, least: 1 }),
      text('name', 256),
      record('configuration'),
      list('configuration.intelligenceConfigurationIds', 5, 'i'),
      list('configuration.traitExtractionStrategyIds', 1, 't'),
      list('configuration.observationExtractionStrategyIds', 1, 'o'),
      list('configuration.workflows', 5, { flowId: `FW${'0'.repeat(32)}` }),
      text('configuration.workflows[0].flowId', 512, { required: true, wrong: ['FW1'] }),
      list('participants', 50, {}),
      ...participantFields('participants[0].'),
      ...metadataFields,
    ],
  },
  'close a conversation': {
    method: 'PUT',
    url: conversationUrl,
    body: { status: 'CLOSED', name: 'x', metadata: { 'crm.case': 'C-4471' } },
    fields: [word('status', { required: true }), text('name', 256), ...metadataFields],
  },
  'patch a conversation': {
    method: 'PATCH',
    url: conversationUrl,
    body: {
      status: 'CLOSED',
      name: 'x',
      metadata: { 'crm.case': 'C-4471' },
      configuration: { statusCallbacks: [{ url: 'https://a.example/', method: 'GET', events: ['PARTICIPANT_ADDED'] }] },
    },
    fields: [
      word('status'),
      text('name', 256),
      // How many entries there may be shows after the merge only: the services see to that.
      ...metadataFields.map((field) =>
        field.path === 'metadata' ? { ...field, wrong: field.wrong?.slice(1) ?? [] } : field,
      ),
      {
        path: 'configuration',
        kind: 'record',
        wrong: [{ displayName: 'x' }, { statusCallbacks: [], memoryStoreId: 'x' }],
      },
      ...callbackFields('configuration.statusCallbacks'),
    ],
  },
  'add a participant': {
    method: 'POST',
    url: `${conversationUrl}/Participants`,
    body: participantBody,
    fields: [list('addresses', undefined, address, { required: true }), ...participantFields('')],
  },
  'replace a participant': {
    method: 'PUT',
    url: `${conversationUrl}/Participants/conv_participant_${ids.mia}`,
    body: participantBody,
    fields: [list('addresses', undefined, address), ...participantFields('')],
  },
  'record a communication': {
    method: 'POST',
    url: `${conversationUrl}/Communications`,
    body: said,
    fields: [
      record('author', { required: true }),
      ...addressFields('author').slice(1),
      text('author.participantId', 512, { least: 1, wrong: ['nobody'] }),
      record('content', { required: true }),
      word('content.type', { required: true, wrong: ['IMAGE', 'text'] }),
      text('content.text', 8_388_608, { required: true }),
      record('content.transcription'),
      { path: 'content.transcription.channel', kind: 'number', wrong: [2, -1, 0.5] },
      { path: 'content.transcription.confidence', kind: 'number', wrong: [-0.1, 1.1] },
      text('content.transcription.engine', 256),
      list('recipients', undefined, address, { required: true, wrong: [[]] }),
      ...addressFields('recipients[0]'),
      text('recipients[0].participantId', 512, { least: 1, wrong: ['nobody'] }),
      text('channelId', 512, { least: 1 }),
      text('resourceId', 512, { least: 1 }),
      text('occurredAt', 64, { least: 1, wrong: ['now', '2026-13-01T00:00:00Z', '1732093620'] }),
    ],
  },
}

/** One value of each type; those of other types than the field's are wrong. */
const types: Record<string, unknown> = { text: 'x', number: 7, boolean: true, list: ['x'], map: { x: 7 } }
const own: Record<Kind, string> = {
  text: 'text',
  enum: 'text',
  number: 'number',
  boolean: 'boolean',
  list: 'list',
  map: 'map',
  record: 'map',
}

function wrongValues({ kind, wrong = [] }: Field): unknown[] {
  const others = Object.entries(types).filter(([type]) => type !== own[kind])
  return [...others.map(([, value]) => value), ...wrong]
}

function steps(path: string): (string | number)[] {
  return [...path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, name]) =>
    index === undefined ? (quoted ?? name ?? '') : Number(index),
  )
}

function withValue(body: object, path: string, value: unknown): object {
  const copy = structuredClone(body) as Record<string | number, unknown>
  const names = steps(path)
  const last = names.pop() ?? ''
  const parent = names.reduce<Record<string | number, unknown>>(
    (at, step) => at[step] as Record<string | number, unknown>,
    copy,
  )
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return copy
}

describe.each(Object.entries(routes))('bad input: %s', (_, route) => {
  let house: House
  let app: FastifyInstance
  const written = { value: { about: operation.about, operation } }
  const viewed = { value: { conversation, document } }
  const participantIn = { value: { participant: mia, conversation } }
  beforeAll(async () => {
    house = await openHouse({
      configurations: { create: async () => written, write: async () => written, get: async () => configuration },
      conversations: {
        create: async () => ({ value: { created: viewed.value } }),
        change: async () => viewed,
        addParticipant: async () => participantIn,
        replaceParticipant: async () => participantIn,
        say: async () => ({
          value: { id: ids.communication, conversationId: ids.conversation, n: 1, communication, updated: false },
        }),
        nextTransition: () => undefined,
      },
    })
    app = house.app
  })
  afterAll(() => app.close())

  const asked = (): string[] => house.asked.splice(0).map(({ call }) => call)
  async function send(
    body: object,
  ): Promise<{ status: number; code: number; field: string; message: string; asked: string[] }> {
    asked()
    const answer = await app.inject({ method: route.method, url: route.url, headers: { authorization }, payload: body })
    const { code, params, message } = answer.json<{ code: number; params?: { field?: string }; message: string }>()
    return { status: answer.statusCode, code, field: params?.field ?? '', message, asked: asked() }
  }
  const plain = (path: string): string =>
    steps(path)
      .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
      .join('')
      .slice(1)

  it('what is right is taken', async () => {
    const { status, asked: calls } = await send(route.body)
    expect(status).toBeLessThan(300)
    expect(calls).not.toEqual([])
  })

  it.each(route.fields.map((field) => [field.path, field] as const))('%s', async (path, field) => {
    for (const value of wrongValues(field)) {
      const { asked: calls, message, ...answer } = await send(withValue(route.body, path, value))
      const context = [path, JSON.stringify(value).slice(0, 60), message]
      expect([...context, answer.status, answer.code]).toEqual([...context, 400, 20001])
      expect([...context, answer.field.startsWith(plain(path))]).toEqual([...context, true])
      expect(message).toContain(answer.field)
      expect(calls).toEqual([])
    }
  })

  const isItem = ({ path }: Field): boolean => /\[\d+\]$/.test(path)
  const needed = route.fields.filter((field) => field.required && !isItem(field)).map(({ path }) => path)
  const optional = route.fields.filter((field) => !field.required && !isItem(field)).map(({ path }) => path)

  it.each([...needed, ...route.fields.filter(isItem).map(({ path }) => path)])('%s cannot be null', async (path) => {
    const nulled = await send(withValue(route.body, path, null))
    expect([path, nulled.status, nulled.asked]).toEqual([path, 400, []])
    expect(nulled.field.startsWith(plain(path))).toBe(true)
  })

  it.each(needed)('%s cannot be left out', async (path) => {
    const absent = await send(withValue(route.body, path, undefined))
    expect([path, absent.status, absent.asked]).toEqual([path, 400, []])
  })

  it.each(optional)('%s may be null, or left out', async (path) => {
    for (const value of [null, undefined]) {
      const taken = await send(withValue(route.body, path, value))
      expect([path, value, taken.status < 300]).toEqual([path, value, true])
    }
  })
})
