import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Callback, Conversation } from '#domain/conversation/state.ts'
import type { ConfigurationDocument } from '#domain/configuration/state.ts'
import { partId } from '#domain/vocabulary/id.ts'
import type { Followed, Recorded } from '#engine/api.ts'
import type { Announcement, Vault } from '#services/ports.ts'
import { shownCommunication, shownConversation, shownParticipant } from './outward.ts'
import { isoTime } from './time.ts'
import type { EventType } from './vocabulary.ts'

type Hash = Pick<Vault, 'hash'>

/** Whether anybody can be told of such an event. */
export function isTold(event: ConversationEvent): boolean {
  return eventWord[event.type] !== undefined
}

/** Whom an event of a conversation is told to, with the body each of them gets. */
export function announcementsOf(
  followed: Followed,
  document: ConfigurationDocument,
  sid: string,
  vault: Hash,
): readonly Announcement[] {
  const recorded = followed.recorded as Recorded<ConversationEvent>
  const conversation = followed.after as Conversation
  const eventType = eventTypeOf(recorded.event, followed.before as Conversation | undefined)
  if (eventType === undefined) return []
  const callbacks = conversation.overrides.callbacks ?? document.callbacks
  const wanting = callbacks.filter(({ events }) => events === undefined || events.includes(eventType))
  if (wanting.length === 0) return []
  const data = {
    ...dataOf(recorded, conversation, document, sid),
    ...(document.bridgeService !== null && { serviceId: document.bridgeService }), // D49
  }
  const body = JSON.stringify({ eventType, timestamp: isoTime(recorded.event.at), data })
  const request = requestIdOf(recorded, vault)
  // The same receiver named twice is told once.
  const targets = new Map(wanting.map((callback) => [targetOf(callback), callback]))
  return [...targets].map(([target, { url, method }]) => {
    const token = uuidOf(vault.hash(`${recorded.id}\n${target}`))
    return {
      target,
      eventType,
      frozen: { announcer: 'twilio', account: recorded.account, url, method, body, token, request },
    }
  })
}

function targetOf({ url, method }: Callback): string {
  return `twilio ${method} ${url}`
}

/** Total: an event of ours that nobody is told of says so here. */
const eventWord: Readonly<Record<ConversationEvent['type'], EventType | undefined>> = {
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
  'session.attached': undefined,
  'session.detached': undefined,
  'conversation.callbacks_changed': undefined,
  'late.refused': undefined,
  'conversation.erased': undefined,
}

function eventTypeOf(event: ConversationEvent, before: Conversation | undefined): EventType | undefined {
  // CONVERSATION_UPDATED means that status or name changed; metadata alone tells nobody.
  if (event.type === 'conversation.described' && before?.name === event.name) return undefined
  return eventWord[event.type]
}

/** The resource at event time. */
function dataOf(
  { event, aggregate, n }: Recorded<ConversationEvent>,
  after: Conversation,
  document: ConfigurationDocument,
  sid: string,
): object {
  switch (event.type) {
    case 'participant.added':
    case 'participant.updated':
    case 'participant.removed': {
      const participant = shownParticipant(event.participant, aggregate, sid)
      return { ...participant, participantType: participant.type } // D50
    }
    case 'communication.created':
    case 'communication.updated': {
      const { communication } = event
      const id = partId(aggregate, event.type === 'communication.created' ? n : event.n, communication.createdAt)
      return shownCommunication(communication, id, aggregate, sid)
    }
    case 'conversation.created':
    case 'conversation.moved':
    case 'conversation.described':
    case 'stream.attached':
    case 'stream.ended':
    case 'session.attached':
    case 'session.detached':
    case 'conversation.callbacks_changed':
    case 'late.refused':
    case 'conversation.erased':
      return shownConversation(after, document, sid)
  }
}

/** The id of the request that caused it; what none of this dialect caused (a timeout, say) has one of its own. */
function requestIdOf(recorded: Recorded, vault: Hash): string {
  const asked = recorded.request
  if (asked !== null && /^RQ[0-9a-f]{32}$/.test(asked)) return asked
  return `RQ${vault.hash(`request\n${asked ?? recorded.id}`).slice(0, 32)}`
}

/** 32 hex digits of a hash in the form of a UUID, version 8 (RFC 9562: custom). */
function uuidOf(hash: string): string {
  const [first, second, third, fourth, last] = [
    [0, 8],
    [8, 12],
    [13, 16],
    [17, 20],
    [20, 32],
  ].map(([a, b]) => hash.slice(a, b))
  return `${first}-${second}-8${third}-a${fourth}-${last}`
}
