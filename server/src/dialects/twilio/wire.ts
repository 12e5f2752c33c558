import * as z from 'zod'
import { limits } from './limits.ts'
import { instantOf } from './time.ts'
import {
  callTypes,
  deliveryStatuses,
  eventTypes,
  groupings,
  participantTypes,
  statuses,
  wireChannels,
} from './vocabulary.ts'

/**
 * What requests hold, once nulls that mean "absent" are gone (see reading.ts). One source for types, checks and the
 * OpenAPI document. Unknown keys are dropped: clients fetch, modify and put back what they read.
 */

const address = z.string().min(1).max(limits.address)
const name = z.string().max(limits.name)
const foreignId = z.string().min(1).max(limits.foreignId)
const minutes = z.int().min(1).max(limits.timeoutMinutes)
const serviceId = z.string().regex(/^(IS[0-9a-f]{32})?$/, 'expected IS and 32 hexadecimal digits')

export const channel = z.enum(wireChannels).meta({ id: 'Channel' })
export const status = z.enum(statuses).meta({ id: 'ConversationStatus' })
export const grouping = z.enum(groupings).meta({ id: 'ConversationGroupingType' })
export const participantType = z.enum(participantTypes).meta({ id: 'ParticipantType' })
export const deliveryStatus = z.enum(deliveryStatuses).meta({ id: 'RecipientDeliveryStatus' })

const captureRule = z
  .object({
    from: address.meta({ description: 'An address, or * for every one.' }),
    to: address,
    metadata: z.record(z.string().max(limits.metadataKey), z.string().max(limits.metadataValue)).optional(),
  })
  .meta({ id: 'CaptureRule' })

const channelSetting = z
  .object({
    statusTimeouts: z.object({ inactive: minutes.optional(), closed: minutes.optional() }).nullable().optional().meta({
      description:
        'Minutes from the last communication on the channel (T12 to T15). Null: none; voice then closes when its transcription stream ends (T22).',
    }),
    captureRules: z.array(captureRule).max(limits.captureRules).optional(),
  })
  .meta({ id: 'ChannelSetting' })
export type ChannelSetting = z.infer<typeof channelSetting>

/** The rules' metadata has meanings on two channels (specification 3.4). */
function checkRules(
  settings: Readonly<Record<string, ChannelSetting | null | undefined>>,
  context: z.RefinementCtx,
): void {
  for (const [on, setting] of Object.entries(settings)) {
    for (const [index, rule] of (setting?.captureRules ?? []).entries()) {
      const path = (key: string) => [on, 'captureRules', index, 'metadata', key]
      const { callType, chatService } = rule.metadata ?? {}
      if (on === 'VOICE' && callType !== undefined && !callTypes.includes(callType as (typeof callTypes)[number]))
        context.addIssue({ code: 'custom', path: path('callType'), message: `expected one of ${callTypes.join(', ')}` })
      if (on === 'CHAT' && chatService !== undefined && !/^IS[0-9a-f]{32}$/.test(chatService))
        context.addIssue({
          code: 'custom',
          path: path('chatService'),
          message: 'expected IS and 32 hexadecimal digits',
        })
    }
  }
}

const channelSettings = z.partialRecord(channel, channelSetting).superRefine(checkRules)

const statusCallback = z
  .object({
    url: z.string().max(limits.url).refine(isWebAddress, 'expected an absolute http or https URL'),
    method: z.enum(['POST', 'GET']).optional(),
    events: z
      .array(z.enum(eventTypes))
      .min(1)
      .max(eventTypes.length)
      .optional()
      .meta({ description: 'Only these events; absent: all of them. An extension.' }),
  })
  .meta({ id: 'StatusCallback' })
export type StatusCallback = z.infer<typeof statusCallback>
const statusCallbacks = z.array(statusCallback).max(limits.callbacks)

function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

const configurationFields = {
  displayName: z
    .string()
    .min(1)
    .max(limits.displayName)
    .regex(/^[a-zA-Z0-9-_ ]+$/, 'only letters, digits, spaces, - and _ are allowed'),
  description: z.string().max(limits.description),
  conversationGroupingType: grouping,
  memoryStoreId: foreignId,
  channelSettings,
  statusCallbacks,
  intelligenceConfigurationIds: z.array(foreignId).max(limits.intelligenceConfigurations),
  memoryExtractionEnabled: z.boolean(),
  conversationsV1Bridge: z.object({ serviceId }),
  ext: z
    .object({ closeSilentAfterMinutes: minutes.nullable().optional() })
    .meta({ description: 'Extensions of this server. Absent: they stay as they are.' }),
}

const optionalFields = {
  statusCallbacks: configurationFields.statusCallbacks.optional(),
  intelligenceConfigurationIds: configurationFields.intelligenceConfigurationIds.optional(),
  memoryExtractionEnabled: configurationFields.memoryExtractionEnabled.optional(),
  conversationsV1Bridge: configurationFields.conversationsV1Bridge.optional(),
  ext: configurationFields.ext.optional(),
}

export const createConfiguration = z
  .object({
    ...optionalFields,
    displayName: configurationFields.displayName,
    description: configurationFields.description.optional(),
    conversationGroupingType: grouping,
    memoryStoreId: foreignId,
    channelSettings: channelSettings.optional(),
  })
  .meta({ id: 'CreateConfigurationRequest' })
export type CreateConfiguration = z.infer<typeof createConfiguration>

export const updateConfiguration = z
  .object({
    ...optionalFields,
    displayName: configurationFields.displayName.optional(),
    description: configurationFields.description,
    conversationGroupingType: grouping,
    memoryStoreId: foreignId,
    channelSettings,
  })
  .meta({ id: 'UpdateConfigurationRequest' })
export type UpdateConfiguration = z.infer<typeof updateConfiguration>

export const patchConfiguration = z
  .object({
    displayName: configurationFields.displayName.nullable().optional(),
    description: configurationFields.description.nullable().optional(),
    conversationGroupingType: grouping.nullable().optional(),
    memoryStoreId: foreignId.nullable().optional(),
    channelSettings: z.partialRecord(channel, channelSetting.nullable()).superRefine(checkRules).nullable().optional(),
    statusCallbacks: statusCallbacks.nullable().optional(),
    intelligenceConfigurationIds: configurationFields.intelligenceConfigurationIds.nullable().optional(),
    memoryExtractionEnabled: z.boolean().nullable().optional(),
    conversationsV1Bridge: configurationFields.conversationsV1Bridge.nullable().optional(),
    ext: configurationFields.ext.nullable().optional(),
  })
  .meta({ id: 'PatchConfigurationRequest' })
export type PatchConfiguration = z.infer<typeof patchConfiguration>

const participantAddress = z
  .object({ channel, address, channelId: foreignId.optional() })
  .meta({ id: 'CreateParticipantAddress' })
export type ParticipantAddress = z.infer<typeof participantAddress>

const participantFields = {
  name: name.optional(),
  type: participantType.optional(),
  profileId: foreignId.optional(),
}

export const createParticipant = z
  .object({ ...participantFields, addresses: z.array(participantAddress) })
  .meta({ id: 'CreateParticipantRequest' })
export const updateParticipant = z
  .object({ ...participantFields, addresses: z.array(participantAddress).optional() })
  .meta({ id: 'UpdateParticipantRequest' })
export type UpdateParticipant = z.infer<typeof updateParticipant>

const metadataKey = z
  .string()
  .max(limits.metadataKey)
  .regex(/^[A-Za-z0-9._-]+$/, 'a key may have letters, digits, dots, - and _ only')
const metadataValue = z.string().max(limits.metadataValue)
const metadata = z
  .record(metadataKey, metadataValue)
  .refine((map) => Object.keys(map).length <= limits.metadataEntries, `at most ${limits.metadataEntries} entries`)

export const createConversation = z
  .object({
    configurationId: foreignId,
    name: name.optional(),
    configuration: z
      .object({
        intelligenceConfigurationIds: configurationFields.intelligenceConfigurationIds.optional(),
        traitExtractionStrategyIds: z.array(foreignId).max(limits.strategies).optional(),
        observationExtractionStrategyIds: z.array(foreignId).max(limits.strategies).optional(),
        workflows: z
          .array(z.object({ flowId: z.string().regex(/^FW[0-9a-fA-F]{32}$/, 'expected FW and 32 hexadecimal digits') }))
          .max(limits.workflows)
          .optional(),
      })
      .optional(),
    participants: z.array(updateParticipant).max(limits.participantsAtCreation).optional(),
    metadata: metadata.optional(),
    action: z.undefined('starting a conversation with an action is not offered; create it first').optional(),
  })
  .meta({ id: 'CreateConversationRequest' })
export type CreateConversation = z.infer<typeof createConversation>

export const updateConversation = z
  .object({ status, name: name.optional(), metadata: metadata.optional() })
  .meta({ id: 'UpdateConversationRequest' })
export type UpdateConversation = z.infer<typeof updateConversation>

export const patchConversation = z
  .object({
    name: name.nullable().optional(),
    status: status.nullable().optional(),
    metadata: z.record(metadataKey, metadataValue.nullable()).nullable().optional(),
    configuration: z
      .strictObject({ statusCallbacks: statusCallbacks.nullable().optional() })
      .nullable()
      .optional()
      .meta({
        description:
          'Only the callbacks of a conversation can be changed. Null: those of its configuration again; []: none.',
      }),
  })
  .meta({ id: 'PatchConversationRequest' })
export type PatchConversation = z.infer<typeof patchConversation>

const party = z.object({ address, channel, participantId: foreignId.optional() }).meta({ id: 'CreateParty' })
export type Party = z.infer<typeof party>

const content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('TEXT'), text: z.string().max(limits.text) }),
  z.object({
    type: z.literal('TRANSCRIPTION'),
    text: z.string().max(limits.text),
    transcription: z
      .object({
        channel: z.union([z.literal(0), z.literal(1)], 'expected 0 (inbound) or 1 (outbound)').optional(),
        confidence: z.number().min(0).max(1).optional(),
        engine: name.optional(),
      })
      .optional(),
  }),
])

export const createCommunication = z
  .object({
    author: party,
    content,
    recipients: z.array(party).min(1),
    channelId: foreignId.optional(),
    resourceId: foreignId.optional(),
    occurredAt: z
      .string()
      .max(64)
      .refine((text) => instantOf(text) !== undefined, 'expected a time in ISO 8601, as 2026-11-20T09:07:00Z')
      .optional()
      .meta({ description: 'When it was said, ISO 8601; without a zone: UTC. Absent: now.', format: 'date-time' }),
  })
  .meta({ id: 'CreateCommunicationRequest' })
export type CreateCommunication = z.infer<typeof createCommunication>

const paging = {
  pageSize: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: `At most ${limits.pageSize}, more counts as that; ${limits.defaultPageSize} when absent.` }),
  pageToken: z.string().optional(),
}
export const pageQuery = z.object(paging)
export const configurationsQuery = z.object({
  ...paging,
  memoryStoreId: z
    .string()
    .regex(/^mem_(store|service)_[0-7][0-9a-z]{25}$/, 'expected mem_store_ and 26 letters and digits')
    .optional(),
})
export const conversationsQuery = z.object({
  ...paging,
  status: z.array(status).optional(),
  channelId: z.string().max(limits.foreignId).optional(),
  addresses: z.array(address).min(2, 'give two or more addresses').max(limits.participantsAtCreation).optional(),
  stuck: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: only those that nothing but the three-year limit will end. An extension.' }),
})
export type ConversationsQuery = z.infer<typeof conversationsQuery>
export const communicationsQuery = z.object({ ...paging, channelId: z.string().max(limits.foreignId).optional() })
export const dryRunQuery = z.object({
  dryRun: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: answers 200 with what would change, and changes nothing. An extension.' }),
})

/** Fields of queries that may be repeated. */
export const repeated: ReadonlySet<string> = new Set(['status', 'addresses'])

export const idParams = z.object({ id: z.string() })
export const conversationParams = z.object({ conversationId: z.string() })
export const memberParams = z.object({ conversationId: z.string(), id: z.string() })
