import { describe, expect, it } from 'vitest'
import * as outward from './outward.ts'
import * as resources from './resources.ts'
import * as samples from './testing/samples.ts'
import { ids } from './testing/samples.ts'

const sid = 'AC00000000000000000000000000000042'

describe('resources have every key of section 3', () => {
  it('a configuration (3.4)', () => {
    const shown = outward.shownConfiguration(samples.configuration)
    expect(resources.configurationResource.parse(shown)).toEqual(shown)
    expect(shown).toEqual({
      id: 'conv_configuration_01km9s346q3d25vt4f5v37e3s3',
      displayName: 'Care line',
      description: 'Support for the northern region',
      conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES',
      memoryStoreId: 'mem_store_01ka7n36096q14dr9gpqy77zxy',
      channelSettings: {
        SMS: { statusTimeouts: { inactive: 10, closed: 60 }, captureRules: [{ from: '*', to: '+18005550111' }] },
        VOICE: {
          statusTimeouts: null,
          captureRules: [{ from: '*', to: '+18005550111', metadata: { callType: 'PSTN' } }],
        },
      },
      statusCallbacks: [{ url: 'https://care.example.com/hooks/conv', method: 'POST' }],
      intelligenceConfigurationIds: [],
      traitExtractionStrategyIds: [],
      observationExtractionStrategyIds: [],
      memoryExtractionEnabled: false,
      conversationsV1Bridge: null,
      createdAt: '2026-11-20T09:05:00.000Z',
      updatedAt: '2026-11-20T09:05:00.000Z',
      version: 3,
    })
  })

  it('a conversation (3.5), with its snapshot and participants, N1 names never null', () => {
    const shown = outward.shownConversation(samples.conversation, samples.document, sid)
    expect(resources.conversationResource.parse(shown)).toEqual(shown)
    expect(Object.keys(shown.configuration)).not.toContain('id')
    expect(Object.keys(shown.configuration)).not.toContain('version')
    expect(shown.participants.map(({ name }) => name)).toEqual(['Mia Verne', ''])
    expect(shown).toMatchObject({
      accountId: sid,
      status: 'ACTIVE',
      name: 'Order 4471',
      metadata: { 'crm.case': 'C-4471' },
    })
    expect(shown.participants[0]?.addresses).toEqual([{ channel: 'SMS', address: '+14155550133', channelId: null }])
  })

  it('a conversation shows what it has instead of its configuration', () => {
    const overrides = {
      callbacks: [],
      intelligence: ['i'],
      traitStrategies: ['t'],
      observationStrategies: ['o'],
      workflows: ['FW'],
    }
    const { configuration } = outward.shownConversation({ ...samples.conversation, overrides }, samples.document, sid)
    expect(configuration).toMatchObject({
      statusCallbacks: [],
      intelligenceConfigurationIds: ['i'],
      traitExtractionStrategyIds: ['t'],
      observationExtractionStrategyIds: ['o'],
    })
  })

  it('a communication (3.7), N2 with participants', () => {
    const shown = outward.shownCommunication(samples.communication, ids.communication, ids.conversation, sid)
    expect(resources.communicationResource.parse(shown)).toEqual(shown)
    expect(shown).toEqual({
      id: 'conv_communication_01kssz5awsh8vhtpre95b9ee0z',
      conversationId: 'conv_conversation_01ke28jt97kb6cq643dzvmxxqk',
      accountId: sid,
      author: { address: '+14155550133', channel: 'SMS', participantId: 'conv_participant_01kfbf5kznwj47tan9zt24mnpz' },
      content: { type: 'TEXT', text: 'Where is my parcel?' },
      recipients: [
        {
          address: '+18005550111',
          channel: 'SMS',
          participantId: 'conv_participant_01kx45hy43kwjrp1xpa7z3dj8f',
          deliveryStatus: 'DELIVERED',
        },
      ],
      channelId: 'SM00000000000000000000000000000777',
      resourceId: 'SM00000000000000000000000000000777',
      createdAt: '2026-11-20T09:07:00.000Z',
      updatedAt: '2026-11-20T09:07:00.000Z',
      occurredAt: '2026-11-20T09:07:00.000Z',
    })
  })

  it('a transcription leaves out what it does not know; N3 so does a delivery', () => {
    const said = {
      ...samples.communication,
      updatedAt: samples.at + 180_000,
      content: {
        type: 'transcription' as const,
        text: 'hi',
        transcription: { confidence: 0, words: [{ text: 'hi', startTime: samples.at }] },
      },
      recipients: [{ address: 'a', channel: 'VOICE' as const, participantId: ids.mia }],
    }
    const shown = outward.shownCommunication(said, ids.communication, ids.conversation, sid)
    expect(resources.communicationResource.parse(shown)).toEqual(shown)
    expect(shown.content).toEqual({
      type: 'TRANSCRIPTION',
      text: 'hi',
      transcription: { confidence: 0, words: [{ text: 'hi', startTime: '2026-11-20T09:05:00.000Z' }] },
    })
    expect(shown.recipients[0]).not.toHaveProperty('deliveryStatus')
    expect(shown.updatedAt).toBe('2026-11-20T09:08:00.000Z')
  })

  it('an operation (3.8), about a configuration or a conversation', () => {
    const shown = outward.shownOperation(samples.operation, 'http://127.0.0.1:4100')
    expect(resources.operationResource.parse(shown)).toEqual(shown)
    expect(shown).toEqual({
      operationId: 'proc_job_01kcfseczp11hygcpwpq5e6eyc',
      status: 'COMPLETED',
      createdAt: '2026-11-20T09:05:00.000Z',
      completedAt: '2026-11-20T09:05:00.120Z',
      statusUrl: 'http://127.0.0.1:4100/v2/ControlPlane/Operations/proc_job_01kcfseczp11hygcpwpq5e6eyc',
      error: null,
      related: { configurationId: 'conv_configuration_01km9s346q3d25vt4f5v37e3s3' },
    })
    const failed = outward.shownOperation(
      { ...samples.operation, status: 'failed', error: 'why', about: { noun: 'conversation', id: ids.conversation } },
      'http://127.0.0.1:4100',
    )
    expect(resources.operationResource.parse(failed)).toEqual(failed)
    expect(failed).toMatchObject({
      status: 'FAILED',
      error: { detail: 'why' },
      related: { conversationId: expect.any(String) },
    })
  })
})

describe('what clients do not know', () => {
  it('D53 e-mail is shown as CHAT, with its own name under ext', () => {
    const email = { ...samples.mia, addresses: [{ channel: 'EMAIL' as const, address: 'mia@example.com' }] }
    const shown = outward.shownParticipant(email, ids.conversation, sid)
    expect(resources.participantResource.parse(shown)).toEqual(shown)
    expect(shown.addresses).toEqual([
      { channel: 'CHAT', address: 'mia@example.com', channelId: null, ext: { channel: 'EMAIL' } },
    ])
    const party = { address: 'mia@example.com', channel: 'EMAIL' as const, participantId: ids.mia }
    const said = outward.shownCommunication(
      { ...samples.communication, author: party },
      ids.communication,
      ids.conversation,
      sid,
    )
    expect(said.author).toMatchObject({ channel: 'CHAT', ext: { channel: 'EMAIL' } })
  })

  it('settings of e-mail do not hide those of CHAT', () => {
    const channels = {
      CHAT: { timeouts: { closed: 5 }, capture: [] },
      EMAIL: { timeouts: { closed: 9 }, capture: [] },
    }
    const shown = outward.shownConfiguration({
      ...samples.configuration,
      document: { ...samples.document, channels, closeSilentAfterMinutes: 4 },
    })
    expect(resources.configurationResource.parse(shown)).toEqual(shown)
    expect(shown.channelSettings).toEqual({ CHAT: { statusTimeouts: { closed: 5 }, captureRules: [] } })
    expect(shown.ext).toEqual({
      closeSilentAfterMinutes: 4,
      channelSettings: { EMAIL: { statusTimeouts: { closed: 9 }, captureRules: [] } },
    })
  })

  it('X21 the conversation before, and what comes next, are under ext', () => {
    const next = { to: 'inactive' as const, at: samples.at, because: 'the inactive timeout of SMS' }
    const shown = outward.shownConversation({ ...samples.conversation, previous: ids.mia }, samples.document, sid, next)
    expect(resources.conversationResource.parse(shown)).toEqual(shown)
    expect(shown.ext).toEqual({
      previousConversationId: `conv_conversation_${ids.mia}`,
      nextTransition: { to: 'INACTIVE', at: '2026-11-20T09:05:00.000Z', because: 'the inactive timeout of SMS' },
    })
  })
})
