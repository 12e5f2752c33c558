import * as z from 'zod'
import { contentTypes, operationStatuses, eventTypes } from './vocabulary.ts'
import { channel, deliveryStatus, grouping, participantType, status } from './wire.ts'

/**
 * What answers hold: types for `outward`, and the OpenAPI document. Every key is always there unless it is marked
 * optional, since clients take a missing time for "now" and a missing list for null (M4, M5). Answers are not checked
 * against these while serving; the tests do that.
 */

const id = z.string()
const time = z.iso.datetime({ precision: 3 })
const strings = z.array(z.string())
/** Extensions of this server live here; clients ignore what they do not know. */
const ext = z.record(z.string(), z.unknown()).optional()

const callback = z.object({
  url: z.string(),
  method: z.enum(['POST', 'GET']),
  events: strings.optional(),
})

const captureRule = z.object({
  from: z.string(),
  to: z.string(),
  metadata: z.record(z.string(), z.string()).optional(),
})

const channelSetting = z.object({
  statusTimeouts: z.object({ inactive: z.int().optional(), closed: z.int().optional() }).nullable(),
  captureRules: z.array(captureRule),
})
export type ShownChannelSetting = z.infer<typeof channelSetting>

const snapshot = {
  displayName: z.string(),
  description: z.string(),
  conversationGroupingType: grouping,
  memoryStoreId: z.string(),
  channelSettings: z.partialRecord(channel, channelSetting),
  statusCallbacks: z.array(callback),
  intelligenceConfigurationIds: strings,
  traitExtractionStrategyIds: strings,
  observationExtractionStrategyIds: strings,
  memoryExtractionEnabled: z.boolean(),
  conversationsV1Bridge: z.object({ serviceId: z.string() }).nullable(),
  ext,
}

export const configurationResource = z
  .object({ id, ...snapshot, createdAt: time, updatedAt: time, version: z.int().min(1) })
  .meta({ id: 'Configuration' })
export type ConfigurationResource = z.infer<typeof configurationResource>

const configurationSnapshot = z.object(snapshot).meta({ id: 'ConfigurationSnapshot' })
export type ConfigurationSnapshot = z.infer<typeof configurationSnapshot>

const shownAddress = z.object({ channel, address: z.string(), channelId: z.string().nullable(), ext })
export type ShownAddress = z.infer<typeof shownAddress>

export const participantResource = z
  .object({
    id,
    conversationId: z.string(),
    accountId: z.string(),
    name: z.string(),
    type: participantType,
    profileId: z.string().nullable(),
    addresses: z.array(shownAddress),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Participant' })
export type ParticipantResource = z.infer<typeof participantResource>

export const conversationResource = z
  .object({
    id,
    accountId: z.string(),
    configurationId: z.string(),
    status,
    name: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    createdAt: time,
    updatedAt: time,
    configuration: configurationSnapshot,
    participants: z.array(participantResource),
    ext,
  })
  .meta({ id: 'Conversation' })
export type ConversationResource = z.infer<typeof conversationResource>

const party = z.object({ address: z.string(), channel, participantId: z.string(), ext })
export type ShownParty = z.infer<typeof party>
const recipient = party.extend({ deliveryStatus: deliveryStatus.optional() })
export type ShownRecipient = z.infer<typeof recipient>

const transcription = z.object({
  channel: z.int().optional(),
  confidence: z.number().optional(),
  engine: z.string().optional(),
  words: z.array(z.object({ text: z.string(), startTime: time.optional(), endTime: time.optional() })).optional(),
})
export type ShownTranscription = z.infer<typeof transcription>

const content = z.discriminatedUnion('type', [
  z.object({ type: z.literal(contentTypes.text), text: z.string() }),
  z.object({ type: z.literal(contentTypes.transcription), text: z.string(), transcription: transcription.optional() }),
])
export type ShownContent = z.infer<typeof content>

export const communicationResource = z
  .object({
    id,
    conversationId: z.string(),
    accountId: z.string(),
    author: party,
    content,
    recipients: z.array(recipient).min(1),
    channelId: z.string().nullable(),
    resourceId: z.string().nullable(),
    createdAt: time,
    updatedAt: time,
    occurredAt: time,
  })
  .meta({ id: 'Communication' })
export type CommunicationResource = z.infer<typeof communicationResource>

const related = z.object({ configurationId: z.string().optional(), conversationId: z.string().optional() })

export const operationResource = z
  .object({
    operationId: z.string(),
    status: z.enum(operationStatuses),
    createdAt: time,
    completedAt: time.nullable(),
    statusUrl: z.url(),
    error: z
      .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), instance: z.string() })
      .nullable(),
    related: related.nullable(),
  })
  .meta({ id: 'Operation' })
export type OperationResource = z.infer<typeof operationResource>

export const acceptedResource = z.object({ statusUrl: z.url(), related }).meta({ id: 'Accepted' })
export type AcceptedResource = z.infer<typeof acceptedResource>

export const dryRunResource = z
  .object({
    ext: z.object({
      dryRun: z.literal(true),
      changes: z.array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() })),
    }),
  })
  .meta({ id: 'DryRun' })

const meta = z.object({ key: z.string(), pageSize: z.int(), nextToken: z.string().optional() })
export const configurationList = z
  .object({ configurations: z.array(configurationResource), meta })
  .meta({ id: 'ConfigurationList' })
export const conversationList = z
  .object({ conversations: z.array(conversationResource), meta })
  .meta({ id: 'ConversationList' })
export const participantList = z
  .object({ participants: z.array(participantResource), meta })
  .meta({ id: 'ParticipantList' })
export const communicationList = z
  .object({ communications: z.array(communicationResource), meta })
  .meta({ id: 'CommunicationList' })

/** M9: never `type` together with `title`, or one client throws another class of exception. */
export const errorResource = z
  .object({
    code: z.int(),
    message: z.string(),
    more_info: z.url(),
    status: z.int(),
    httpStatusCode: z.int(),
    userError: z.boolean(),
    params: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Error' })
export type ErrorResource = z.infer<typeof errorResource>

/** What a callback brings. */
export const callbackBody = z
  .object({
    eventType: z.enum(eventTypes),
    timestamp: time,
    data: z.union([conversationResource, participantResource, communicationResource]),
  })
  .meta({ id: 'Callback' })
