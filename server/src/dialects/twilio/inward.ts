import type { Content, Transcription } from '#domain/conversation/communication.ts'
import type { Change, NewParticipant, ReplaceParticipant, Speaker } from '#domain/conversation/commands.ts'
import type { Callback, Overrides } from '#domain/conversation/state.ts'
import type { ChannelRules, Configuration, ConfigurationDocument } from '#domain/configuration/state.ts'
import type { Address } from '#domain/vocabulary/address.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Draft, Words } from '#services/api.ts'
import { invalid } from './errors.ts'
import { instantOf, zeroTime } from './time.ts'
import { groupingOf, idOf, participantTypeOf, statusOf, type WireChannel } from './vocabulary.ts'
import type {
  ChannelSetting,
  CreateCommunication,
  CreateConfiguration,
  CreateConversation,
  ParticipantAddress,
  Party,
  PatchConfiguration,
  PatchConversation,
  StatusCallback,
  UpdateConfiguration,
  UpdateConversation,
  UpdateParticipant,
} from './wire.ts'

/** Their words to our commands; what a schema cannot say is refused here. Every request form of "nothing" ends here (D71, D72). */

export function newDocument(body: CreateConfiguration): ConfigurationDocument {
  const silent = body.ext?.closeSilentAfterMinutes
  return {
    displayName: body.displayName,
    description: body.description ?? '', // N10: the vendor's own wizard leaves it out
    grouping: groupingOf[body.conversationGroupingType],
    memoryStoreId: body.memoryStoreId,
    channels: channelsOf(body.channelSettings ?? {}),
    callbacks: (body.statusCallbacks ?? []).map(callbackOf),
    intelligence: body.intelligenceConfigurationIds ?? [],
    memoryExtraction: body.memoryExtractionEnabled ?? false,
    bridgeService: body.conversationsV1Bridge?.serviceId || null,
    ...(typeof silent === 'number' && { closeSilentAfterMinutes: silent }),
  }
}

/** PUT: everything is replaced but the name and, since these clients cannot say them, our own extensions. */
export function replacedDocument(body: UpdateConfiguration, present: Configuration): ConfigurationDocument | Refused {
  const before = present.document
  const fresh = newDocument({ ...body, displayName: body.displayName ?? before.displayName })
  const document = {
    ...fresh,
    channels: { ...unknownToClients(before), ...fresh.channels },
    ...keptSilence(body.ext, before),
  }
  return withSameGrouping(document, before)
}

/** PATCH: absent is kept; null clears, where there is something to clear. */
export function patchedDocument(body: PatchConfiguration, present: Configuration): ConfigurationDocument | Refused {
  const before = present.document
  const { closeSilentAfterMinutes: _, ...rest } = before
  const document: ConfigurationDocument = {
    ...rest,
    displayName: body.displayName ?? before.displayName,
    description: body.description === null ? '' : (body.description ?? before.description),
    grouping: body.conversationGroupingType ? groupingOf[body.conversationGroupingType] : before.grouping,
    memoryStoreId: body.memoryStoreId ?? before.memoryStoreId,
    channels: patchedChannels(body.channelSettings ?? {}, before.channels),
    callbacks: body.statusCallbacks === null ? [] : (body.statusCallbacks?.map(callbackOf) ?? before.callbacks),
    intelligence:
      body.intelligenceConfigurationIds === null ? [] : (body.intelligenceConfigurationIds ?? before.intelligence),
    memoryExtraction:
      body.memoryExtractionEnabled === null ? false : (body.memoryExtractionEnabled ?? before.memoryExtraction),
    bridgeService:
      body.conversationsV1Bridge === null ? null : body.conversationsV1Bridge?.serviceId || before.bridgeService,
    ...keptSilence(body.ext, before),
  }
  return withSameGrouping(document, before)
}

// D4: the grouping of open conversations cannot change under them.
function withSameGrouping(
  document: ConfigurationDocument,
  before: ConfigurationDocument,
): ConfigurationDocument | Refused {
  if (document.grouping === before.grouping) return document
  return refuse(
    'fixed',
    'The grouping type of a configuration cannot change: send the present one, or make a new configuration.',
    {
      field: 'grouping',
    },
  )
}

type Silence = { readonly closeSilentAfterMinutes?: number }

function keptSilence(
  ext: { closeSilentAfterMinutes?: number | null | undefined } | null | undefined,
  before: Silence,
): Silence {
  const minutes =
    ext?.closeSilentAfterMinutes === undefined ? before.closeSilentAfterMinutes : ext.closeSilentAfterMinutes
  return typeof minutes === 'number' ? { closeSilentAfterMinutes: minutes } : {}
}

function unknownToClients(document: ConfigurationDocument): ConfigurationDocument['channels'] {
  return document.channels.EMAIL ? { EMAIL: document.channels.EMAIL } : {}
}

function channelsOf(
  settings: Partial<Record<WireChannel, ChannelSetting | undefined>>,
): ConfigurationDocument['channels'] {
  const channels: Partial<Record<WireChannel, ChannelRules>> = {}
  for (const [channel, setting] of Object.entries(settings) as [WireChannel, ChannelSetting | undefined][])
    if (setting) channels[channel] = rulesOf(setting)
  return channels
}

function patchedChannels(
  patch: Partial<Record<WireChannel, ChannelSetting | null | undefined>>,
  before: ConfigurationDocument['channels'],
): ConfigurationDocument['channels'] {
  const channels = { ...before }
  for (const [channel, setting] of Object.entries(patch) as [WireChannel, ChannelSetting | null | undefined][]) {
    if (setting === null) delete channels[channel]
    else if (setting) channels[channel] = rulesOf(setting)
  }
  return channels
}

// D71: a timeouts object without a number in it says the same as null.
function rulesOf({ statusTimeouts, captureRules }: ChannelSetting): ChannelRules {
  const { inactive, closed } = statusTimeouts ?? {}
  const timeouts = { ...(inactive !== undefined && { inactive }), ...(closed !== undefined && { closed }) }
  return {
    timeouts: Object.keys(timeouts).length > 0 ? timeouts : null,
    capture: (captureRules ?? []).map(({ from, to, metadata }) => ({ from, to, ...(metadata && { metadata }) })),
  }
}

function callbackOf({ url, method, events }: StatusCallback): Callback {
  return { url, method: method ?? 'POST', ...(events && { events }) }
}

export function draftOf(body: CreateConversation, configurationId: Id): Draft {
  return {
    configurationId,
    participants: (body.participants ?? []).map(newParticipant),
    ...(body.name !== undefined && { name: body.name }),
    ...(body.metadata && { metadata: body.metadata }),
    ...(body.configuration && { overrides: overridesOf(body.configuration) }),
  }
}

function overridesOf(given: NonNullable<CreateConversation['configuration']>): Overrides {
  return {
    ...(given.intelligenceConfigurationIds && { intelligence: given.intelligenceConfigurationIds }),
    ...(given.traitExtractionStrategyIds && { traitStrategies: given.traitExtractionStrategyIds }),
    ...(given.observationExtractionStrategyIds && { observationStrategies: given.observationExtractionStrategyIds }),
    ...(given.workflows && { workflows: given.workflows.map(({ flowId }) => flowId) }),
  }
}

/** D8: what a PUT leaves out stays as it is, or the law's own close call would wipe the name. */
export function replacedConversation({ status, name, metadata }: UpdateConversation): Omit<Change, 'type'> {
  return { status: statusOf[status], ...(name !== undefined && { name }), ...(metadata && { metadata }) }
}

export function patchedConversation({
  status,
  name,
  metadata,
  configuration,
}: PatchConversation): Omit<Change, 'type'> {
  const callbacks = configuration?.statusCallbacks
  return {
    ...(status && { status: statusOf[status] }),
    ...(name !== undefined && { name }),
    ...(metadata && { mergeMetadata: metadata }),
    ...(callbacks !== undefined && { callbacks: callbacks && callbacks.map(callbackOf) }),
  }
}

export function newParticipant(body: UpdateParticipant): NewParticipant {
  return {
    addresses: (body.addresses ?? []).map(addressOf),
    ...(body.name !== undefined && { name: body.name }),
    ...(body.type && { type: participantTypeOf[body.type] }),
    ...(body.profileId !== undefined && { profileId: body.profileId }),
  }
}

/** PUT: what is left out is cleared. */
export function replacedParticipant(participantId: Id, body: UpdateParticipant): Omit<ReplaceParticipant, 'type'> {
  const { type, ...rest } = newParticipant(body)
  return { participantId, ...rest, ...(type && { participantType: type }) }
}

function addressOf({ channel, address, channelId }: ParticipantAddress): Address {
  return channelId === undefined ? { channel, address } : { channel, address, channelId }
}

export function wordsOf(body: CreateCommunication): Words | Refused {
  const author = speakerOf(body.author, 'author')
  if (isRefused(author)) return author
  const recipients: Speaker[] = []
  for (let i = 0; i < body.recipients.length; i++) {
    const recipient = speakerOf(body.recipients[i] as Party, `recipients[${i}]`)
    if (isRefused(recipient)) return recipient
    recipients.push(recipient)
  }
  const occurredAt = body.occurredAt === undefined ? undefined : instantOf(body.occurredAt)
  return {
    author,
    recipients,
    content: contentOf(body.content),
    ...(body.channelId !== undefined && { channelId: body.channelId }),
    ...(body.resourceId !== undefined && { resourceId: body.resourceId }),
    ...(occurredAt !== undefined && occurredAt !== zeroTime && { occurredAt }),
  }
}

function speakerOf({ channel, address, participantId }: Party, field: string): Speaker | Refused {
  if (participantId === undefined) return { channel, address }
  const id = idOf('participant', participantId)
  if (id === undefined)
    return invalid(`${field}.participantId`, 'There is no participant with this id in the conversation.')
  return { channel, address, participantId: id }
}

function contentOf(content: CreateCommunication['content']): Content {
  if (content.type === 'TEXT') return { type: 'text', text: content.text }
  const { channel, confidence, engine } = content.transcription ?? {}
  const transcription: Transcription = {
    ...(channel !== undefined && { channel }),
    ...(confidence !== undefined && { confidence }),
    ...(engine !== undefined && { engine }),
  }
  const said = Object.keys(transcription).length > 0
  return { type: 'transcription', text: content.text, ...(said && { transcription }) }
}
