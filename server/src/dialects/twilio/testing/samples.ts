import type { Communication } from '#domain/conversation/communication.ts'
import type { Conversation, Participant } from '#domain/conversation/state.ts'
import type { Configuration, ConfigurationDocument } from '#domain/configuration/state.ts'
import type { Operation } from '#domain/operation/state.ts'

/** One of each, as the specification's own examples have them. */

export const ids = {
  account: '01km9s346q3d25vt4f5v37e3s0',
  configuration: '01km9s346q3d25vt4f5v37e3s3',
  conversation: '01ke28jt97kb6cq643dzvmxxqk',
  mia: '01kfbf5kznwj47tan9zt24mnpz',
  agent: '01kx45hy43kwjrp1xpa7z3dj8f',
  communication: '01kssz5awsh8vhtpre95b9ee0z',
  operation: '01kcfseczp11hygcpwpq5e6eyc',
} as const

export const at = Date.parse('2026-11-20T09:05:00.000Z')

export const document: ConfigurationDocument = {
  displayName: 'Care line',
  description: 'Support for the northern region',
  grouping: 'addresses',
  memoryStoreId: 'mem_store_01ka7n36096q14dr9gpqy77zxy',
  channels: {
    SMS: { timeouts: { inactive: 10, closed: 60 }, capture: [{ from: '*', to: '+18005550111' }] },
    VOICE: { timeouts: null, capture: [{ from: '*', to: '+18005550111', metadata: { callType: 'PSTN' } }] },
  },
  callbacks: [{ url: 'https://care.example.com/hooks/conv', method: 'POST' }],
  intelligence: [],
  memoryExtraction: false,
  bridgeService: null,
}

export const configuration: Configuration = {
  id: ids.configuration,
  account: ids.account,
  status: 'live',
  version: 3,
  document,
  createdAt: at,
  updatedAt: at,
}

export const mia: Participant = {
  id: ids.mia,
  name: 'Mia Verne',
  type: 'customer',
  profileId: 'mem_profile_01kyk596ngya1dq91k5gqapene',
  addresses: [{ channel: 'SMS', address: '+14155550133' }],
  createdAt: at,
  updatedAt: at,
}

const agent: Participant = {
  id: ids.agent,
  name: '',
  type: 'ai_agent',
  profileId: null,
  addresses: [{ channel: 'SMS', address: '+18005550111' }],
  createdAt: at,
  updatedAt: at,
}

export const conversation: Conversation = {
  id: ids.conversation,
  account: ids.account,
  status: 'active',
  configuration: { id: ids.configuration, version: 3, grouping: 'addresses', timeouts: {} },
  overrides: {},
  name: 'Order 4471',
  metadata: { 'crm.case': 'C-4471' },
  participants: [mia, agent],
  key: null,
  createdAt: at,
  updatedAt: at,
  endsBy: Date.parse('2029-11-20T09:05:00.000Z'),
  last: {},
  voice: { open: [], doneAt: null },
  firedInactive: null,
  entered: { at, by: 'api', because: 'created by request' },
  previous: null,
}

export const communication: Communication = {
  author: { address: '+14155550133', channel: 'SMS', participantId: ids.mia },
  content: { type: 'text', text: 'Where is my parcel?' },
  recipients: [{ address: '+18005550111', channel: 'SMS', participantId: ids.agent, delivery: 'delivered' }],
  channelId: 'SM00000000000000000000000000000777',
  resourceId: 'SM00000000000000000000000000000777',
  createdAt: at + 120_000,
  updatedAt: at + 120_000,
  occurredAt: at + 120_000,
}

export const operation: Operation = {
  id: ids.operation,
  account: ids.account,
  status: 'completed',
  about: { noun: 'configuration', id: ids.configuration },
  error: null,
  createdAt: at,
  completedAt: at + 120,
}
