import { describe, expect, it } from 'vitest'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import * as inward from './inward.ts'
import { configuration, document, ids } from './testing/samples.ts'
import * as wire from './wire.ts'

const created = (more: object = {}) =>
  inward.newDocument(
    wire.createConfiguration.parse({
      displayName: 'Care line',
      conversationGroupingType: 'GROUP_BY_PROFILE',
      memoryStoreId: 'mem_store_1',
      ...more,
    }),
  )

describe('a new configuration', () => {
  it('N10 may have no description', () => {
    expect(created()).toEqual({
      displayName: 'Care line',
      description: '',
      grouping: 'profile',
      memoryStoreId: 'mem_store_1',
      channels: {},
      callbacks: [],
      intelligence: [],
      memoryExtraction: false,
      bridgeService: null,
    })
  })

  it.each([
    ['absent', {}],
    ['null', { statusTimeouts: null }],
    ['without a number (Go)', { statusTimeouts: {} }],
  ])('D11 D71 timeouts %s mean none, where the channel has an entry', (_, setting) => {
    expect(created({ channelSettings: { VOICE: setting } }).channels).toEqual({
      VOICE: { timeouts: null, capture: [] },
    })
    expect(created().channels.VOICE).toBeUndefined()
  })

  it('T33 keeps different timeouts for each channel, T15 in minutes', () => {
    const channelSettings = {
      SMS: { statusTimeouts: { inactive: 10, closed: 30 } },
      VOICE: { statusTimeouts: { inactive: 5, closed: 15 } },
    }
    expect(created({ channelSettings }).channels).toEqual({
      SMS: { timeouts: { inactive: 10, closed: 30 }, capture: [] },
      VOICE: { timeouts: { inactive: 5, closed: 15 }, capture: [] },
    })
  })

  it('D22 D23 takes inactive after closed, and one of the two alone', () => {
    const channelSettings = {
      SMS: { statusTimeouts: { inactive: 9, closed: 3 } },
      RCS: { statusTimeouts: { inactive: 2 } },
      CHAT: { statusTimeouts: { closed: 4 } },
    }
    expect(created({ channelSettings }).channels).toMatchObject({
      SMS: { timeouts: { inactive: 9, closed: 3 } },
      RCS: { timeouts: { inactive: 2 } },
      CHAT: { timeouts: { closed: 4 } },
    })
  })

  it('D72 a bridge to an empty service is no bridge', () => {
    expect(created({ conversationsV1Bridge: { serviceId: '' } }).bridgeService).toBeNull()
    expect(created({ conversationsV1Bridge: { serviceId: `IS${'0'.repeat(32)}` } }).bridgeService).toBe(
      `IS${'0'.repeat(32)}`,
    )
  })

  it('X6 a callback may want some events only; POST unless said otherwise', () => {
    const statusCallbacks = [
      { url: 'https://a.example/' },
      { url: 'https://b.example/', method: 'GET', events: ['CONVERSATION_UPDATED'] },
    ]
    expect(created({ statusCallbacks }).callbacks).toEqual([
      { url: 'https://a.example/', method: 'POST' },
      { url: 'https://b.example/', method: 'GET', events: ['CONVERSATION_UPDATED'] },
    ])
  })
})

describe('T34 a PUT on a configuration', () => {
  // The body of the law's own sample: no displayName, a store id of another form (D59).
  const law = {
    description: 'Conversation configuration description',
    conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES',
    memoryStoreId: 'memory_store_xxxxxxxxxxxxxxxxxx',
    channelSettings: { SMS: { statusTimeouts: { inactive: 10, closed: 30 } } },
  }
  const put = (body: object, present = configuration) =>
    inward.replacedDocument(wire.updateConfiguration.parse(body), present)

  it('keeps the name it does not send and resets everything else', () => {
    expect(put(law)).toEqual({
      displayName: 'Care line',
      description: law.description,
      grouping: 'addresses',
      memoryStoreId: law.memoryStoreId,
      channels: { SMS: { timeouts: { inactive: 10, closed: 30 }, capture: [] } },
      callbacks: [],
      intelligence: [],
      memoryExtraction: false,
      bridgeService: null,
    })
  })

  it('D4 refuses another grouping type', () => {
    const refused = put({ ...law, conversationGroupingType: 'GROUP_BY_PROFILE' })
    expect(isRefused(refused) && refused.refusal).toMatchObject({ code: 'fixed', field: 'grouping' })
  })

  it('needs its description: a missing one is a mistake', () => {
    const { description: _, ...rest } = law
    expect(wire.updateConfiguration.safeParse(rest).success).toBe(false)
  })

  it('keeps what these clients cannot say: our extensions, and channels they do not know', () => {
    const email = { timeouts: { closed: 9 }, capture: [] }
    const present = {
      ...configuration,
      document: { ...document, closeSilentAfterMinutes: 30, channels: { EMAIL: email } },
    }
    expect(put(law, present)).toMatchObject({ closeSilentAfterMinutes: 30, channels: { EMAIL: email } })
    expect(put({ ...law, ext: { closeSilentAfterMinutes: null } }, present)).not.toHaveProperty(
      'closeSilentAfterMinutes',
    )
  })

  it('takes back what a fetch gave, read-only fields and all', () => {
    const fetched = {
      ...law,
      id: 'x',
      version: 7,
      createdAt: 'then',
      traitExtractionStrategyIds: [],
      displayName: 'Other',
    }
    expect(put(fetched)).toMatchObject({ displayName: 'Other' })
  })
})

describe('D1 a PATCH on a configuration', () => {
  const patch = (body: object, present = configuration) =>
    inward.patchedDocument(wire.patchConfiguration.parse(body), present)

  it('keeps what it does not name', () => {
    expect(patch({})).toEqual(document)
  })

  it('replaces a channel, removes one with null, and keeps the others', () => {
    const channelSettings = { SMS: null, RCS: { statusTimeouts: { closed: 5 } } }
    expect(patch({ channelSettings })).toEqual({
      ...document,
      channels: { VOICE: document.channels.VOICE, RCS: { timeouts: { closed: 5 }, capture: [] } },
    })
  })

  it('clears with null what can be cleared', () => {
    const full = {
      ...configuration,
      document: { ...document, intelligence: ['a'], memoryExtraction: true, bridgeService: 'IS' },
    }
    const nulls = {
      description: null,
      statusCallbacks: null,
      intelligenceConfigurationIds: null,
      memoryExtractionEnabled: null,
      conversationsV1Bridge: null,
    }
    expect(patch(nulls, full)).toEqual({ ...document, description: '', callbacks: [], bridgeService: null })
  })

  it('D72 keeps the bridge where the stand-in for none is sent', () => {
    const bridged = { ...configuration, document: { ...document, bridgeService: 'IS1' } }
    expect(patch({ conversationsV1Bridge: { serviceId: '' } }, bridged)).toMatchObject({ bridgeService: 'IS1' })
  })
})

describe('a conversation', () => {
  it('is drafted with participants, metadata and overrides', () => {
    const body = wire.createConversation.parse({
      configurationId: 'x',
      name: 'Order 4471',
      configuration: {
        traitExtractionStrategyIds: ['t'],
        workflows: [{ flowId: `FW${'a'.repeat(32)}` }],
        statusCallbacks: [{ url: 'https://a.example/' }],
      },
      participants: [{ type: 'AI_AGENT', addresses: [{ channel: 'SMS', address: '+18005550111' }] }, {}],
      metadata: { 'crm.case': 'C-4471' },
      status: 'CLOSED',
    })
    expect(inward.draftOf(body, ids.configuration)).toEqual({
      configurationId: ids.configuration,
      name: 'Order 4471',
      overrides: { traitStrategies: ['t'], workflows: [`FW${'a'.repeat(32)}`] },
      participants: [{ type: 'ai_agent', addresses: [{ channel: 'SMS', address: '+18005550111' }] }, { addresses: [] }],
      metadata: { 'crm.case': 'C-4471' },
    })
  })

  it('T36 D8 a PUT with only a status leaves name and metadata alone', () => {
    expect(inward.replacedConversation(wire.updateConversation.parse({ status: 'CLOSED' }))).toEqual({
      status: 'closed',
    })
  })

  it('PUT sets the whole metadata, PATCH merges it', () => {
    const put = wire.updateConversation.parse({ status: 'ACTIVE', name: '', metadata: {} })
    expect(inward.replacedConversation(put)).toEqual({ status: 'active', name: '', metadata: {} })
    const patch = wire.patchConversation.parse({ name: null, metadata: { a: null, b: 'x' } })
    expect(inward.patchedConversation(patch)).toEqual({ name: null, mergeMetadata: { a: null, b: 'x' } })
  })

  it('N8 PATCH sets the callbacks: none with [], those of the configuration again with null', () => {
    const patch = (configured: object) =>
      inward.patchedConversation(wire.patchConversation.parse({ configuration: configured }))
    expect(patch({ statusCallbacks: [] })).toEqual({ callbacks: [] })
    expect(patch({ statusCallbacks: null })).toEqual({ callbacks: null })
    expect(patch({})).toEqual({})
    expect(wire.patchConversation.safeParse({ configuration: { displayName: 'x' } }).success).toBe(false)
  })
})

describe('a participant', () => {
  it('PUT clears what it leaves out, by not naming it', () => {
    expect(inward.replacedParticipant(ids.mia, wire.updateParticipant.parse({}))).toEqual({
      participantId: ids.mia,
      addresses: [],
    })
    expect(
      inward.replacedParticipant(ids.mia, wire.updateParticipant.parse({ type: 'CUSTOMER', name: 'Mia' })),
    ).toEqual({
      participantId: ids.mia,
      addresses: [],
      participantType: 'customer',
      name: 'Mia',
    })
  })
})

describe('a communication', () => {
  const body = {
    author: { address: 'whatsapp:+14155550133', channel: 'WHATSAPP' },
    content: { type: 'TEXT', text: 'Where is my parcel?' },
    recipients: [{ address: '+18005550111', channel: 'WHATSAPP', participantId: `conv_participant_${ids.agent}` }],
  }
  const words = (more: object = {}) => inward.wordsOf(wire.createCommunication.parse({ ...body, ...more }))

  it('keeps addresses exactly as they were given (D30)', () => {
    expect(words()).toEqual({
      author: { address: 'whatsapp:+14155550133', channel: 'WHATSAPP' },
      recipients: [{ address: '+18005550111', channel: 'WHATSAPP', participantId: ids.agent }],
      content: { type: 'text', text: 'Where is my parcel?' },
    })
  })

  it('a participantId of no form of ours is not in the conversation: 400, with the field', () => {
    const refused = words({ author: { ...body.author, participantId: 'conv_participant_x' } })
    expect(isRefused(refused) && refused.refusal).toMatchObject({ code: 'invalid', field: 'author.participantId' })
  })

  it('transcription belongs to TRANSCRIPTION only', () => {
    const transcription = { channel: 1, confidence: 0.5, engine: 'x', words: [{ text: 'hi' }] }
    expect(words({ content: { type: 'TEXT', text: 'hi', transcription: { channel: 'nonsense' } } })).toMatchObject({
      content: { type: 'text', text: 'hi' },
    })
    expect(words({ content: { type: 'TRANSCRIPTION', text: 'hi', transcription } })).toHaveProperty('content', {
      type: 'transcription',
      text: 'hi',
      transcription: { channel: 1, confidence: 0.5, engine: 'x' },
    })
    expect(words({ content: { type: 'TRANSCRIPTION', text: 'hi', transcription: {} } })).toHaveProperty('content', {
      type: 'transcription',
      text: 'hi',
    })
  })

  it('M12 D72 occurredAt in any ISO form; the zero time is none', () => {
    expect(words({ occurredAt: '2026-11-20T10:07:00+01:00' })).toMatchObject({
      occurredAt: Date.parse('2026-11-20T09:07:00Z'),
    })
    expect(words({ occurredAt: '1970-01-01T00:00:00.000Z' })).toMatchObject({ occurredAt: 0 })
    expect(words({ occurredAt: '0001-01-01T00:00:00Z' })).not.toHaveProperty('occurredAt')
  })
})
