import type { AgentEvent } from '#domain/agent/events.ts'
import type { AccountEvent } from '#domain/account/events.ts'
import type { BatchEvent } from '#domain/batch/events.ts'
import type { ConfigurationEvent } from '#domain/configuration/events.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { DispatcherEvent } from '#domain/dispatcher/events.ts'
import type { EndpointEvent } from '#domain/endpoint/events.ts'
import type { NumberEvent } from '#domain/number/events.ts'
import type { OperationEvent } from '#domain/operation/events.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import type { StreamEvent } from '#domain/stream/events.ts'
import type { WalletEvent } from '#domain/wallet/events.ts'
import { partId, type Id } from '#domain/vocabulary/id.ts'
import type { Recorded } from '#engine/api.ts'
import { agentData, batchData, dispatcherData, numberData, sessionData, walletData } from './call-events.ts'
import { showConfiguration, showEndpoint, showParticipant, showWords } from './outward.ts'
import { showEventId, showId, showInstant, statusWords } from './vocabulary.ts'

/** An event as everybody outside is told of it. */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly type: string
  readonly source: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: Record<string, unknown>
}

type Data = Record<string, unknown>

/** The same event gives the same CloudEvent for ever: it is made of what was recorded, and of nothing that changes later. */
export function showEvent(recorded: Recorded): CloudEvent {
  const { event } = recorded
  return {
    specversion: '1.0',
    id: showEventId(recorded.id),
    type: event.type,
    source: `/api/v1/accounts/${showId('account', recorded.account)}`,
    subject: subjectOf(recorded),
    time: showInstant(event.at),
    datacontenttype: 'application/json',
    data: { recordedAt: showInstant(recorded.recordedAt), ...dataOf(recorded) },
  }
}

function subjectOf({ noun, aggregate }: Recorded): string {
  return noun === 'stream' || noun === 'operation' ? `${noun}_${aggregate}` : showId(noun as 'conversation', aggregate)
}

function dataOf(recorded: Recorded): Data {
  const { noun, aggregate } = recorded
  switch (noun) {
    case 'conversation':
      return conversationData(recorded as Recorded<ConversationEvent>)
    case 'configuration':
      return configurationData(aggregate, recorded.event as ConfigurationEvent)
    case 'stream':
      return streamData(recorded.event as StreamEvent)
    case 'operation':
      return operationData(recorded.event as OperationEvent)
    case 'endpoint':
      return endpointData(aggregate, recorded.event as EndpointEvent)
    case 'account':
      return accountData(recorded.event as AccountEvent)
    case 'session':
      return sessionData(aggregate, recorded.event as SessionEvent)
    case 'agent':
      return agentData(aggregate, recorded.event as AgentEvent)
    case 'number':
      return numberData(aggregate, recorded.event as NumberEvent)
    case 'batch':
      return batchData(aggregate, recorded.event as BatchEvent)
    case 'dispatcher':
      return dispatcherData(recorded.event as DispatcherEvent)
    case 'wallet':
      return walletData(recorded.event as WalletEvent)
    default:
      return {}
  }
}

/** What happened to a conversation, with its id. */
export function conversationData({ aggregate, n, event }: Recorded<ConversationEvent>): Data {
  const conversationId = showId('conversation', aggregate)
  switch (event.type) {
    case 'conversation.created':
      return {
        conversationId,
        to: 'active',
        by: event.by,
        because: event.because,
        name: event.name,
        metadata: event.metadata,
        configuration: { id: showId('configuration', event.configuration.id), version: event.configuration.version },
        endsBy: showInstant(event.endsBy),
        previousConversationId: event.previous === null ? null : showId('conversation', event.previous),
      }
    case 'conversation.moved':
      return {
        conversationId,
        from: statusWords[event.from],
        to: statusWords[event.to],
        by: event.by,
        because: event.because,
      }
    case 'conversation.described':
      return { conversationId, name: event.name, metadata: event.metadata }
    case 'conversation.callbacks_changed':
      return { conversationId, callbacks: event.callbacks }
    case 'conversation.erased':
      return { conversationId, by: event.by }
    case 'participant.added':
    case 'participant.updated':
    case 'participant.removed':
      return { conversationId, participant: showParticipant(event.participant) }
    case 'communication.created':
    case 'communication.updated': {
      const part = event.type === 'communication.created' ? n : event.n
      const id = partId(aggregate, part, event.communication.createdAt)
      return {
        conversationId,
        communication: { id: showId('communication', id), conversationId, ...showWords(event.communication) },
      }
    }
    case 'stream.attached':
      return { conversationId, callSid: event.callSid }
    case 'stream.ended':
      return { conversationId, callSid: event.callSid, because: event.because }
    case 'session.attached':
    case 'session.detached':
      return { conversationId, sessionId: showId('session', event.sessionId) }
    case 'late.refused':
      return { conversationId, what: event.what, because: event.because }
  }
}

function configurationData(id: Id, event: ConfigurationEvent): Data {
  switch (event.type) {
    case 'configuration.written': {
      const { version, document, at, by } = event
      const shown = showConfiguration({
        id,
        account: '',
        status: 'live',
        version,
        document,
        createdAt: at,
        updatedAt: at,
      })
      return { by, configuration: { ...shown, createdAt: undefined } }
    }
    case 'configuration.deleted':
      return { configurationId: showId('configuration', id), by: event.by }
  }
}

function streamData(event: StreamEvent): Data {
  switch (event.type) {
    case 'stream.started': {
      const { callSid, from, to, direction, callType, configurationId, conversationId } = event.stream
      return {
        callSid,
        from,
        to,
        direction,
        callType,
        configurationId: configurationId && showId('configuration', configurationId),
        conversationId: conversationId && showId('conversation', conversationId),
      }
    }
    case 'stream.joined':
      return {
        conversationId: showId('conversation', event.conversationId),
        ...(event.left !== undefined && { leftConversationId: showId('conversation', event.left) }),
      }
    case 'stream.stopped':
      return { because: event.because }
    case 'stream.forgotten':
      return {}
  }
}

function operationData(event: OperationEvent): Data {
  switch (event.type) {
    case 'operation.completed':
      return { about: showId(event.about.noun, event.about.id) }
    case 'operation.forgotten':
      return {}
  }
}

function endpointData(id: Id, event: EndpointEvent): Data {
  switch (event.type) {
    case 'endpoint.created':
    case 'endpoint.changed':
      return { endpoint: showEndpoint(event.endpoint) }
    case 'endpoint.deleted':
      return { endpointId: showId('endpoint', id) }
  }
}

/** Only what is no credential. */
function accountData(event: AccountEvent): Data {
  switch (event.type) {
    case 'account.created':
      return { name: event.account.name, clock: event.account.clock }
    case 'account.key_created':
      return { sid: event.key.sid, name: event.key.name }
    case 'account.key_revoked':
      return { sid: event.sid }
    case 'account.token_rotated':
      return {}
    case 'account.changed':
      return { name: event.name }
  }
}
