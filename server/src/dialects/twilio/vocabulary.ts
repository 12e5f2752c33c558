import type { DeliveryStatus } from '#domain/conversation/communication.ts'
import type { Grouping, ParticipantType, Status } from '#domain/conversation/state.ts'
import type { Channel } from '#domain/vocabulary/channel.ts'
import { isId, type Id } from '#domain/vocabulary/id.ts'
import type { Operation } from '#domain/operation/state.ts'

/** Twilio's words, and how they map to ours. Every map is total, so that a new word of ours does not compile without one of theirs. */

/** What stands before our 26 letters in each resource's id (specification 3.1). */
const prefixes = {
  configuration: 'conv_configuration_',
  conversation: 'conv_conversation_',
  participant: 'conv_participant_',
  communication: 'conv_communication_',
  operation: 'proc_job_',
} as const

export type Resource = keyof typeof prefixes

export function wireId(resource: Resource, id: Id): string {
  return prefixes[resource] + id
}

/** Our id, or undefined: nothing has such an id. Ids are opaque to callers, so any other form is unknown, never malformed. */
export function idOf(resource: Resource, text: string): Id | undefined {
  const prefix = prefixes[resource]
  if (!text.startsWith(prefix)) return undefined
  const id = text.slice(prefix.length)
  return isId(id) ? id : undefined
}

/** The id of whatever a refusal names as the cause of a conflict. */
export function conflictingId(conflicting: { readonly noun: string; readonly id: Id }): string {
  return Object.hasOwn(prefixes, conflicting.noun)
    ? wireId(conflicting.noun as Resource, conflicting.id)
    : conflicting.id
}

export const statuses = ['ACTIVE', 'INACTIVE', 'CLOSED'] as const
export type WireStatus = (typeof statuses)[number]

/** `erasing` is seen by nobody: services answer "unknown" for it. */
export const statusWord: Readonly<Record<Status, WireStatus>> = {
  active: 'ACTIVE',
  inactive: 'INACTIVE',
  closed: 'CLOSED',
  erasing: 'CLOSED',
}
export const statusOf: Readonly<Record<WireStatus, Exclude<Status, 'erasing'>>> = {
  ACTIVE: 'active',
  INACTIVE: 'inactive',
  CLOSED: 'closed',
}

export const groupings = [
  'GROUP_BY_PROFILE',
  'GROUP_BY_PARTICIPANT_ADDRESSES',
  'GROUP_BY_PARTICIPANT_ADDRESSES_AND_CHANNEL_TYPE',
] as const
export type WireGrouping = (typeof groupings)[number]

export const groupingWord: Readonly<Record<Grouping, WireGrouping>> = {
  profile: 'GROUP_BY_PROFILE',
  addresses: 'GROUP_BY_PARTICIPANT_ADDRESSES',
  addresses_and_channel: 'GROUP_BY_PARTICIPANT_ADDRESSES_AND_CHANNEL_TYPE',
}
export const groupingOf: Readonly<Record<WireGrouping, Grouping>> = {
  GROUP_BY_PROFILE: 'profile',
  GROUP_BY_PARTICIPANT_ADDRESSES: 'addresses',
  GROUP_BY_PARTICIPANT_ADDRESSES_AND_CHANNEL_TYPE: 'addresses_and_channel',
}

/** The channels there are in this API. What comes in is one of these; D53: EMAIL, API and SYSTEM are refused. */
export const wireChannels = ['VOICE', 'SMS', 'RCS', 'WHATSAPP', 'CHAT', 'VIDEO'] as const
export type WireChannel = (typeof wireChannels)[number]

/** Clients know a closed set of channels (M14), so that e-mail is shown as CHAT, with its own name under `ext`. */
export const channelWord: Readonly<Record<Channel, WireChannel>> = {
  VOICE: 'VOICE',
  SMS: 'SMS',
  RCS: 'RCS',
  WHATSAPP: 'WHATSAPP',
  CHAT: 'CHAT',
  VIDEO: 'VIDEO',
  EMAIL: 'CHAT',
}

export const participantTypes = ['HUMAN_AGENT', 'CUSTOMER', 'AI_AGENT', 'AGENT', 'UNKNOWN'] as const
export type WireParticipantType = (typeof participantTypes)[number]

export const participantTypeWord: Readonly<Record<ParticipantType, WireParticipantType>> = {
  human_agent: 'HUMAN_AGENT',
  customer: 'CUSTOMER',
  ai_agent: 'AI_AGENT',
  agent: 'AGENT',
  unknown: 'UNKNOWN',
}
export const participantTypeOf: Readonly<Record<WireParticipantType, ParticipantType>> = {
  HUMAN_AGENT: 'human_agent',
  CUSTOMER: 'customer',
  AI_AGENT: 'ai_agent',
  AGENT: 'agent',
  UNKNOWN: 'unknown',
}

/** COMPLETED exists at the vendor, is deprecated and deliberately not emitted. */
export const deliveryStatuses = ['INITIATED', 'IN_PROGRESS', 'DELIVERED', 'READ', 'FAILED'] as const

export const deliveryWord: Readonly<Record<DeliveryStatus, (typeof deliveryStatuses)[number]>> = {
  initiated: 'INITIATED',
  in_progress: 'IN_PROGRESS',
  delivered: 'DELIVERED',
  read: 'READ',
  failed: 'FAILED',
}

export const operationStatuses = ['PENDING', 'COMPLETED', 'FAILED'] as const

/** D10: nothing beyond these three. */
export const operationWord: Readonly<Record<Operation['status'], (typeof operationStatuses)[number]>> = {
  pending: 'PENDING',
  completed: 'COMPLETED',
  failed: 'FAILED',
  erasing: 'COMPLETED',
}

export const contentTypes = { text: 'TEXT', transcription: 'TRANSCRIPTION' } as const

/** Which calls a voice capture rule takes. D55: SIP and PUBLIC_SIP are both accepted and kept as given; X16: `*` is every call. */
export const callTypes = ['PSTN', 'CLIENT', 'PUBLIC_SIP', 'SIP', '*'] as const

export const eventTypes = [
  'CONVERSATION_CREATED',
  'CONVERSATION_UPDATED',
  'PARTICIPANT_ADDED',
  'PARTICIPANT_UPDATED',
  'PARTICIPANT_REMOVED',
  'COMMUNICATION_CREATED',
  'COMMUNICATION_UPDATED',
] as const
export type EventType = (typeof eventTypes)[number]
