import type { Communication, Content, Party, Recipient, Transcription } from '#domain/conversation/communication.ts'
import type { Callback, Conversation, Overrides, Participant } from '#domain/conversation/state.ts'
import type { ChannelRules, Configuration, ConfigurationDocument } from '#domain/configuration/state.ts'
import type { Operation } from '#domain/operation/state.ts'
import type { Address } from '#domain/vocabulary/address.ts'
import type { Channel } from '#domain/vocabulary/channel.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type {
  AcceptedResource,
  CommunicationResource,
  ConfigurationResource,
  ConfigurationSnapshot,
  ConversationResource,
  OperationResource,
  ParticipantResource,
  ShownAddress,
  ShownChannelSetting,
  ShownContent,
  ShownParty,
  ShownRecipient,
  ShownTranscription,
} from './resources.ts'
import { isoTime } from './time.ts'
import {
  channelWord,
  contentTypes,
  deliveryWord,
  groupingWord,
  operationWord,
  participantTypeWord,
  statusWord,
  wireId,
} from './vocabulary.ts'

/** Our words to theirs: pure functions from states to resources. `sid` is the account's id as these clients know it. */

export function shownConfiguration(configuration: Configuration): ConfigurationResource {
  return {
    id: wireId('configuration', configuration.id),
    ...shownDocument(configuration.document, {}),
    createdAt: isoTime(configuration.createdAt),
    updatedAt: isoTime(configuration.updatedAt),
    version: configuration.version,
  }
}

/** One version of a configuration, with what a conversation has instead of it. */
function shownDocument(document: ConfigurationDocument, overrides: Overrides): ConfigurationSnapshot {
  const { channelSettings, others } = shownChannels(document.channels)
  const ext = {
    ...(document.closeSilentAfterMinutes !== undefined && {
      closeSilentAfterMinutes: document.closeSilentAfterMinutes,
    }),
    ...(others !== undefined && { channelSettings: others }),
  }
  return {
    displayName: document.displayName,
    description: document.description,
    conversationGroupingType: groupingWord[document.grouping],
    memoryStoreId: document.memoryStoreId,
    channelSettings,
    statusCallbacks: (overrides.callbacks ?? document.callbacks).map(shownCallback),
    intelligenceConfigurationIds: [...(overrides.intelligence ?? document.intelligence)],
    traitExtractionStrategyIds: [...(overrides.traitStrategies ?? [])],
    observationExtractionStrategyIds: [...(overrides.observationStrategies ?? [])],
    memoryExtractionEnabled: document.memoryExtraction,
    conversationsV1Bridge: document.bridgeService === null ? null : { serviceId: document.bridgeService },
    ...(Object.keys(ext).length > 0 && { ext }),
  }
}

/** Channels these clients do not know are shown apart: under their nearest word they would hide its own entry. */
function shownChannels(channels: ConfigurationDocument['channels']): {
  channelSettings: ConfigurationSnapshot['channelSettings']
  others?: Record<string, ShownChannelSetting>
} {
  const channelSettings: ConfigurationSnapshot['channelSettings'] = {}
  const others: Record<string, ShownChannelSetting> = {}
  for (const [channel, rules] of Object.entries(channels) as [Channel, ChannelRules][]) {
    const word = channelWord[channel]
    if (word === channel) channelSettings[word] = shownRules(rules)
    else others[channel] = shownRules(rules)
  }
  return { channelSettings, ...(Object.keys(others).length > 0 && { others }) }
}

function shownRules(rules: ChannelRules): ShownChannelSetting {
  return {
    statusTimeouts: rules.timeouts && { ...rules.timeouts },
    captureRules: rules.capture.map(({ from, to, metadata }) => ({
      from,
      to,
      ...(metadata && { metadata: { ...metadata } }),
    })),
  }
}

function shownCallback({ url, method, events }: Callback): { url: string; method: 'POST' | 'GET'; events?: string[] } {
  return { url, method, ...(events && { events: [...events] }) }
}

export function shownConversation(
  conversation: Conversation,
  document: ConfigurationDocument,
  sid: string,
  next?: { readonly to: Conversation['status']; readonly at: Instant; readonly because: string },
): ConversationResource {
  const ext = {
    ...(conversation.previous !== null && { previousConversationId: wireId('conversation', conversation.previous) }),
    ...(next && { nextTransition: { to: statusWord[next.to], at: isoTime(next.at), because: next.because } }),
  }
  return {
    id: wireId('conversation', conversation.id),
    accountId: sid,
    configurationId: wireId('configuration', conversation.configuration.id),
    status: statusWord[conversation.status],
    name: conversation.name,
    metadata: { ...conversation.metadata },
    createdAt: isoTime(conversation.createdAt),
    updatedAt: isoTime(conversation.updatedAt),
    configuration: shownDocument(document, conversation.overrides),
    participants: conversation.participants.map((participant) => shownParticipant(participant, conversation.id, sid)),
    ...(Object.keys(ext).length > 0 && { ext }),
  }
}

export function shownParticipant(participant: Participant, conversation: Id, sid: string): ParticipantResource {
  return {
    id: wireId('participant', participant.id),
    conversationId: wireId('conversation', conversation),
    accountId: sid,
    name: participant.name,
    type: participantTypeWord[participant.type],
    profileId: participant.profileId,
    addresses: participant.addresses.map(shownAddress),
    createdAt: isoTime(participant.createdAt),
    updatedAt: isoTime(participant.updatedAt),
  }
}

// The echo rule: an address goes out exactly as it came in.
function shownAddress({ channel, address, channelId }: Address): ShownAddress {
  return { channel: channelWord[channel], address, channelId: channelId ?? null, ...ownName(channel) }
}

export function shownCommunication(said: Communication, id: Id, conversation: Id, sid: string): CommunicationResource {
  const createdAt = isoTime(said.createdAt)
  return {
    id: wireId('communication', id),
    conversationId: wireId('conversation', conversation),
    accountId: sid,
    author: shownParty(said.author),
    content: shownContent(said.content),
    recipients: said.recipients.map(shownRecipient),
    channelId: said.channelId,
    resourceId: said.resourceId,
    createdAt,
    updatedAt: said.updatedAt === said.createdAt ? createdAt : isoTime(said.updatedAt),
    occurredAt: said.occurredAt === said.createdAt ? createdAt : isoTime(said.occurredAt),
  }
}

function shownParty({ address, channel, participantId }: Party): ShownParty {
  return {
    address,
    channel: channelWord[channel],
    participantId: wireId('participant', participantId),
    ...ownName(channel),
  }
}

// N3: an unknown delivery status is left out, never null.
function shownRecipient(recipient: Recipient): ShownRecipient {
  const party = shownParty(recipient)
  return recipient.delivery === undefined ? party : { ...party, deliveryStatus: deliveryWord[recipient.delivery] }
}

function ownName(channel: Channel): { ext?: { channel: Channel } } {
  return channelWord[channel] === channel ? {} : { ext: { channel } }
}

function shownContent(content: Content): ShownContent {
  if (content.type === 'text') return { type: contentTypes.text, text: content.text }
  const { text, transcription } = content
  return {
    type: contentTypes.transcription,
    text,
    ...(transcription && { transcription: shownTranscription(transcription) }),
  }
}

function shownTranscription({ channel, confidence, engine, words }: Transcription): ShownTranscription {
  return {
    ...(channel !== undefined && { channel }),
    ...(confidence !== undefined && { confidence }),
    ...(engine !== undefined && { engine }),
    ...(words && {
      words: words.map(({ text, startTime, endTime }) => ({
        text,
        ...(startTime !== undefined && { startTime: isoTime(startTime) }),
        ...(endTime !== undefined && { endTime: isoTime(endTime) }),
      })),
    }),
  }
}

function relatedTo(about: Operation['about']): AcceptedResource['related'] {
  return about.noun === 'configuration'
    ? { configurationId: wireId('configuration', about.id) }
    : { conversationId: wireId('conversation', about.id) }
}

/** Where an operation is asked about: always on this host, whatever host the client believes in. */
export function operationUrl(operation: Id, baseUrl: string): string {
  return `${baseUrl}/v2/ControlPlane/Operations/${wireId('operation', operation)}`
}

/** D7: the id of what was changed is in the answer and in the operation. */
export function shownAccepted(operation: Operation, baseUrl: string): AcceptedResource {
  return { statusUrl: operationUrl(operation.id, baseUrl), related: relatedTo(operation.about) }
}

export function shownOperation(operation: Operation, baseUrl: string): OperationResource {
  const statusUrl = operationUrl(operation.id, baseUrl)
  const failure = operation.error
  return {
    operationId: wireId('operation', operation.id),
    status: operationWord[operation.status],
    createdAt: isoTime(operation.createdAt),
    completedAt: operation.completedAt === null ? null : isoTime(operation.completedAt),
    statusUrl,
    error:
      failure === null
        ? null
        : { type: 'about:blank', title: 'Failed', status: 500, detail: failure, instance: statusUrl },
    related: relatedTo(operation.about),
  }
}
