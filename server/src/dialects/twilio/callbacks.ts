import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Callback, Conversation } from '#domain/conversation/state.ts'
import type { ConfigurationDocument } from '#domain/configuration/state.ts'
import { partId } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Followed, Recorded } from '#engine/api.ts'
import type { Services } from '#services/api.ts'
import type { Announcement, Announcer, Frozen, OutgoingRequest, Vault } from '#services/ports.ts'
import { shownCommunication, shownConversation, shownParticipant } from './outward.ts'
import { bodyHash, requestedUrl, signatureOf } from './signature.ts'
import { isoTime } from './time.ts'
import type { EventType } from './vocabulary.ts'

/** Status callbacks: who is told of what happened to a conversation, and in which words (specification section 6). */

const connectTimeoutMs = 5_000
const totalTimeoutMs = 15_000
const remembered = 1_000

export interface CallbackSources {
  readonly services: Pick<Services, 'accounts' | 'configurations'>
  readonly vault: Pick<Vault, 'hash'>
  /** After a failed try number n; undefined: give up. */
  retryAfter(tries: number): Milliseconds | undefined
}

export function createCallbacks({ services, vault, retryAfter }: CallbackSources): Announcer {
  // Neither ever changes: a version of a configuration, the SID of an account.
  const documents = new Map<string, ConfigurationDocument>()
  const sids = new Map<string, string>()

  async function load(followed: Followed): Promise<readonly Announcement[]> {
    const { account } = followed.recorded
    const { configuration } = followed.after as Conversation
    const [document, owner] = await Promise.all([
      services.configurations.version(account, configuration.id, configuration.version),
      services.accounts.get(account),
    ])
    if (!document || !owner) return []
    remember(documents, versionKey(followed.after as Conversation), document)
    remember(sids, account, owner.sid)
    return announce(followed, document, owner.sid)
  }

  function announce(followed: Followed, document: ConfigurationDocument, sid: string): readonly Announcement[] {
    const recorded = followed.recorded as Recorded<ConversationEvent>
    const conversation = followed.after as Conversation
    const eventType = eventTypeOf(recorded.event, followed.before as Conversation | undefined)
    const callbacks = conversation.overrides.callbacks ?? document.callbacks
    if (eventType === undefined || callbacks.length === 0) return []
    const wanting = callbacks.filter(({ events }) => events === undefined || events.includes(eventType))
    if (wanting.length === 0) return []
    const body = JSON.stringify({
      eventType,
      timestamp: isoTime(recorded.event.at),
      data: { ...dataOf(recorded, conversation, document, sid), ...(document.bridgeService !== null && { serviceId: document.bridgeService }) },
    })
    const request = requestIdOf(recorded, vault)
    const announcements = new Map(wanting.map((callback) => [targetOf(callback), { callback, body, request }]))
    return [...announcements].map(([target, { callback }]) => ({
      target,
      eventType,
      frozen: {
        announcer: 'twilio',
        account: recorded.account,
        url: callback.url,
        method: callback.method,
        body,
        token: uuidOf(vault.hash(`${recorded.id}\n${target}`)),
        request,
      },
    }))
  }

  return {
    name: 'twilio',
    announcements(followed) {
      const { recorded } = followed
      if (recorded.noun !== 'conversation' || !isTold(recorded.event as ConversationEvent)) return []
      const document = documents.get(versionKey(followed.after as Conversation))
      const sid = sids.get(recorded.account)
      return document && sid !== undefined ? announce(followed, document, sid) : load(followed)
    },
    async request(frozen) {
      const [authToken, account] = await Promise.all([
        services.accounts.authToken(frozen.account),
        services.accounts.get(frozen.account),
      ])
      return signedRequest(frozen, authToken ?? '', account?.limits.internalTargets ?? false)
    },
    retryAfter,
  }
}

/** The request of one attempt. The key is the account's auth token, whatever credential the change was asked for with. */
export function signedRequest(frozen: Frozen, authToken: string, internalTargets: boolean): OutgoingRequest {
  const isPost = frozen.method === 'POST'
  const url = requestedUrl(frozen.url, isPost ? bodyHash(frozen.body) : asQuery(frozen.body))
  return {
    url,
    method: frozen.method,
    headers: {
      ...(isPost && { 'content-type': 'application/json' }),
      'x-twilio-signature': signatureOf(authToken, url),
      'i-twilio-idempotency-token': frozen.token,
      ...(frozen.request !== null && { 'twilio-request-id': frozen.request }),
      // One agent framework takes the URL for https unless told otherwise, and then computes another signature.
      ...(url.startsWith('http:') && { 'x-forwarded-proto': 'http' }),
    },
    body: isPost ? frozen.body : null,
    internalTargets,
    ...timeoutsOf(frozen.url),
  }
}

function asQuery(body: string): string {
  const { eventType, timestamp, data } = JSON.parse(body) as { eventType: string; timestamp: string; data: unknown }
  return new URLSearchParams({ eventType, timestamp, data: JSON.stringify(data) }).toString()
}

/** D48: `#ct`, `#rt` and `#tt` (milliseconds to connect, to read, in all) shorten our own time-outs; they are never sent. */
function timeoutsOf(url: string): { connectTimeoutMs: Milliseconds; totalTimeoutMs: Milliseconds } {
  const overrides = new URLSearchParams(new URL(url).hash.slice(1))
  const least = (most: Milliseconds, ...names: string[]): Milliseconds =>
    Math.min(most, ...names.map((name) => Number(overrides.get(name))).filter((ms) => Number.isInteger(ms) && ms >= 100))
  return { connectTimeoutMs: least(connectTimeoutMs, 'ct'), totalTimeoutMs: least(totalTimeoutMs, 'rt', 'tt') }
}

function targetOf({ url, method }: Callback): string {
  return `twilio ${method} ${url}`
}

function versionKey({ configuration }: Conversation): string {
  return `${configuration.id}.${configuration.version}`
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  const oldest = map.size >= remembered ? map.keys().next().value : undefined
  if (oldest !== undefined) map.delete(oldest)
  map.set(key, value)
}

function isTold(event: ConversationEvent): boolean {
  return eventTypes[event.type] !== undefined
}

/** Total: an event of ours that nobody is told of says so here. */
const eventTypes: Readonly<Record<ConversationEvent['type'], EventType | undefined>> = {
  'conversation.created': 'CONVERSATION_CREATED',
  'conversation.moved': 'CONVERSATION_UPDATED',
  'conversation.described': 'CONVERSATION_UPDATED',
  'participant.added': 'PARTICIPANT_ADDED',
  'participant.updated': 'PARTICIPANT_UPDATED',
  'participant.removed': 'PARTICIPANT_REMOVED',
  'communication.created': 'COMMUNICATION_CREATED',
  'communication.updated': 'COMMUNICATION_UPDATED',
  'stream.attached': undefined,
  'stream.ended': undefined,
  'conversation.callbacks_changed': undefined,
  'late.refused': undefined,
  'conversation.erased': undefined,
}

function eventTypeOf(event: ConversationEvent, before: Conversation | undefined): EventType | undefined {
  // CONVERSATION_UPDATED means that status or name changed; metadata alone tells nobody.
  if (event.type === 'conversation.described' && before?.name === event.name) return undefined
  return eventTypes[event.type]
}

/** The resource at event time. */
function dataOf({ event, aggregate, n }: Recorded<ConversationEvent>, after: Conversation, document: ConfigurationDocument, sid: string): object {
  switch (event.type) {
    case 'participant.added':
    case 'participant.updated':
    case 'participant.removed': {
      const participant = shownParticipant(event.participant, aggregate, sid)
      return { ...participant, participantType: participant.type } // D50
    }
    case 'communication.created':
      return shownCommunication(event.communication, partId(aggregate, n, event.communication.createdAt), aggregate, sid)
    case 'communication.updated':
      return shownCommunication(event.communication, partId(aggregate, event.n, event.communication.createdAt), aggregate, sid)
    case 'conversation.created':
    case 'conversation.moved':
    case 'conversation.described':
    case 'stream.attached':
    case 'stream.ended':
    case 'conversation.callbacks_changed':
    case 'late.refused':
    case 'conversation.erased':
      return shownConversation(after, document, sid)
  }
}

/** The id of the request that caused it; what no request caused (a timeout, say) gets one of its own, the same on every try. */
function requestIdOf(recorded: Recorded, vault: Pick<Vault, 'hash'>): string {
  const asked = recorded.request
  return asked !== null && /^RQ[0-9a-f]{32}$/.test(asked) ? asked : `RQ${vault.hash(`request\n${asked ?? recorded.id}`).slice(0, 32)}`
}

/** 32 hex digits of a hash, in the form of a UUID of version 8 (RFC 9562: custom). */
function uuidOf(hash: string): string {
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
