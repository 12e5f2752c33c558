import type { z } from 'zod'
import { keysOf } from '#domain/account/keys.ts'
import type { Account, Key, Limits } from '#domain/account/state.ts'
import type { Configuration } from '#domain/configuration/state.ts'
import type { Communication, Party } from '#domain/conversation/communication.ts'
import type { Participant } from '#domain/conversation/state.ts'
import type { Endpoint } from '#domain/endpoint/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Fired } from '#engine/api.ts'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import type { Conversations, NewAccount, Said, TrafficResult, Viewed } from '#services/api.ts'
import { toProblem } from './errors.ts'
import { batchWords, sessionWords, showEventId, showId, showInstant, statusWords, type Prefix } from './vocabulary.ts'
import type * as wire from './wire.ts'

type Wire<Schema extends z.ZodType> = z.output<Schema>

const instantOrNull = (at: number | null): string | null => (at === null ? null : showInstant(at))

/** What was never said is null. */
function showLimits(limits: Limits): Wire<typeof wire.account>['limits'] {
  const { wantedSlots = null, retentionDays = null } = limits
  return { ...limits, wantedSlots, retentionDays }
}

export function showAccount(account: Account): Wire<typeof wire.account> {
  return {
    id: showId('account', account.id),
    name: account.name,
    sid: account.sid,
    clock: account.clock,
    limits: showLimits(account.limits),
    keys: keysOf(account).map(showKey),
    createdAt: showInstant(account.createdAt),
    updatedAt: showInstant(account.updatedAt),
  }
}

/** Never its hash. */
export function showKey({ sid, name, scopes, expiresAt, createdAt, revokedAt }: Key): Wire<typeof wire.key> {
  return {
    sid,
    name,
    scopes: scopes ? [...scopes] : null,
    expiresAt: instantOrNull(expiresAt ?? null),
    createdAt: showInstant(createdAt),
    revokedAt: instantOrNull(revokedAt),
  }
}

/** A key as it is shown once. */
export function showNewKey(key: Key, secret: string): Wire<typeof wire.newKey> {
  return { key: showKey(key), secret, bearer: `${key.sid}.${secret}` }
}

export function showNewAccount({ account, authToken, key, keySecret }: NewAccount): Wire<typeof wire.newAccount> {
  return { account: showAccount(account), authToken, ...showNewKey(key, keySecret) }
}

export function showParticipant(participant: Participant): Wire<typeof wire.participants>['participants'][number] {
  return {
    id: showId('participant', participant.id),
    name: participant.name,
    type: participant.type,
    profileId: participant.profileId,
    addresses: participant.addresses.map(({ channel, address, channelId }) => ({
      channel,
      address,
      channelId: channelId ?? null,
    })),
    createdAt: showInstant(participant.createdAt),
    updatedAt: showInstant(participant.updatedAt),
  }
}

export function showConversation(
  { conversation, document }: Viewed,
  next: Conversations['nextTransition'],
): Wire<typeof wire.conversation> {
  const { configuration, entered, last, voice } = conversation
  const transition = next(conversation)
  return {
    id: showId('conversation', conversation.id),
    status: statusWords[conversation.status],
    name: conversation.name,
    metadata: { ...conversation.metadata },
    configuration: {
      id: showId('configuration', configuration.id),
      version: configuration.version,
      displayName: document.displayName,
    },
    participants: conversation.participants.map(showParticipant),
    entered: { ...entered, at: showInstant(entered.at) },
    nextTransition: transition
      ? { to: statusWords[transition.to], at: showInstant(transition.at), because: transition.because }
      : null,
    lastCommunicationAt: Object.fromEntries(Object.entries(last).map(([channel, at]) => [channel, showInstant(at)])),
    openStreams: voice.open.map(({ callSid }) => callSid),
    endsBy: showInstant(conversation.endsBy),
    previousConversationId: conversation.previous === null ? null : showId('conversation', conversation.previous),
    createdAt: showInstant(conversation.createdAt),
    updatedAt: showInstant(conversation.updatedAt),
  }
}

/** Without its id, which only the conversation and the part number together give. */
export function showWords(
  communication: Communication,
): Omit<Wire<typeof wire.communication>, 'id' | 'conversationId'> {
  const party = ({ channel, address, participantId }: Party) => ({
    channel,
    address,
    participantId: showId('participant', participantId),
  })
  const { content } = communication
  const { words, ...transcription } = (content.type === 'transcription' && content.transcription) || {}
  return {
    author: party(communication.author),
    recipients: communication.recipients.map((recipient) => ({
      ...party(recipient),
      ...(recipient.delivery && { deliveryStatus: recipient.delivery }),
    })),
    content: {
      type: content.type,
      text: content.text,
      ...(content.type === 'transcription' &&
        content.transcription && {
          transcription: { ...transcription, ...(words && { words: words.map((word) => ({ ...word })) }) },
        }),
    },
    channelId: communication.channelId,
    resourceId: communication.resourceId,
    occurredAt: showInstant(communication.occurredAt),
    createdAt: showInstant(communication.createdAt),
    updatedAt: showInstant(communication.updatedAt),
  }
}

export function showSaid({ id, conversationId, communication }: Said): Wire<typeof wire.communication> {
  return {
    id: showId('communication', id),
    conversationId: showId('conversation', conversationId),
    ...showWords(communication),
  }
}

export function showConfiguration({
  id,
  version,
  document,
  createdAt,
  updatedAt,
}: Configuration): Wire<typeof wire.configuration> {
  const channels = Object.entries(document.channels).map(([channel, rules]) => [
    channel,
    {
      timeoutsMinutes: rules.timeouts === null ? null : { ...rules.timeouts },
      capture: rules.capture.map(({ from, to, metadata }) => ({
        from,
        to,
        ...(metadata && { metadata: { ...metadata } }),
      })),
    },
  ])
  return {
    id: showId('configuration', id),
    version,
    displayName: document.displayName,
    description: document.description,
    grouping: document.grouping,
    channels: Object.fromEntries(channels),
    callbacks: document.callbacks.map(({ url, method }) => ({ url, method })),
    closeSilentAfterMinutes: document.closeSilentAfterMinutes ?? null,
    createdAt: showInstant(createdAt),
    updatedAt: showInstant(updatedAt),
  }
}

export function showTrafficResult(result: TrafficResult): Wire<typeof wire.trafficResult> {
  const conversation = (id: Id | undefined) => (id === undefined ? {} : { conversationId: showId('conversation', id) })
  switch (result.status) {
    case 'ignored':
      return { status: 'ignored', because: result.because }
    case 'refused':
      return { status: 'refused', ...conversation(result.conversationId), problem: toProblem(result.refusal) }
    case 'recorded':
    case 'updated':
    case 'attached':
    case 'ended':
    case 'noted':
      return {
        status: result.status,
        ...conversation(result.conversationId),
        ...(result.communicationId !== undefined && {
          communicationId: showId('communication', result.communicationId),
        }),
      }
  }
}

/** Never its secrets. */
export function showEndpoint(endpoint: Endpoint): Wire<typeof wire.endpoint> {
  return {
    id: showId('endpoint', endpoint.id),
    url: endpoint.url,
    description: endpoint.description,
    events: [...endpoint.events],
    status: endpoint.status === 'enabled' ? 'enabled' : 'disabled',
    oldSecretUntil: instantOrNull(endpoint.previous?.until ?? null),
    createdAt: showInstant(endpoint.createdAt),
    updatedAt: showInstant(endpoint.updatedAt),
  }
}

export function showDelivery(row: DeliveryRow): Wire<typeof wire.delivery> {
  return {
    id: row.id,
    state: row.state,
    target: row.target,
    url: row.url,
    eventId: showEventId(row.event),
    eventType: row.eventType,
    tries: row.tries,
    nextAt: instantOrNull(row.nextAt),
    lastStatus: row.lastStatus,
    lastError: row.lastError,
    createdAt: showInstant(row.createdAt),
    updatedAt: showInstant(row.updatedAt),
  }
}

/** Of all that fired, the conversations, calls and batches that changed their state. */
export function showFired(fired: readonly Fired[]): Wire<typeof wire.advanced>['fired'] {
  return fired.flatMap(({ noun, aggregate, because, event }) => {
    const moving = movers[`${noun} ${event.type}`]
    if (moving === undefined) return []
    const { from, to } = event as unknown as { from: string; to: string }
    const { words } = moving
    return [
      {
        [moving.id]: showId(moving.prefix, aggregate),
        from: words[from] ?? from,
        to: words[to] ?? to,
        at: showInstant(event.at),
        because,
      },
    ]
  })
}

interface Moving {
  readonly id: 'conversationId' | 'sessionId' | 'batchId'
  readonly prefix: Prefix
  readonly words: Readonly<Record<string, string>>
}

const movers: Readonly<Record<string, Moving>> = {
  'conversation conversation.moved': { id: 'conversationId', prefix: 'conversation', words: statusWords },
  'session session.moved': { id: 'sessionId', prefix: 'session', words: sessionWords },
  'batch batch.moved': { id: 'batchId', prefix: 'batch', words: batchWords },
}
