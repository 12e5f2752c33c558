import { inactiveDue } from './clocks.ts'
import type { CommunicationCreated, ConversationEvent, Created, Moved, StreamEnded } from './events.ts'
import type { Conversation, Overrides, Participant } from './state.ts'

/** The conversation after an event. */
export function evolve(conversation: Conversation | undefined, event: ConversationEvent): Conversation {
  if (event.type === 'conversation.created') return begin(event)
  if (conversation === undefined) throw new Error(`A conversation starts with conversation.created, not ${event.type}.`)
  switch (event.type) {
    case 'communication.created':
      return hear(conversation, event)
    case 'communication.updated':
    case 'late.refused':
      return conversation
    case 'participant.added':
      return withParticipants(conversation, event, [...conversation.participants, event.participant])
    case 'participant.updated':
      return withParticipants(
        conversation,
        event,
        conversation.participants.map((other) => (other.id === event.participant.id ? event.participant : other)),
      )
    case 'participant.removed':
      return withParticipants(
        conversation,
        event,
        conversation.participants.filter(({ id }) => id !== event.participant.id),
      )
    case 'stream.attached': {
      const open = [...conversation.voice.open, { callSid: event.callSid, spoken: false }]
      return { ...conversation, voice: { ...conversation.voice, open } }
    }
    case 'stream.ended':
      return endStream(conversation, event)
    case 'session.attached':
      if (event.beyond) return withMore(conversation, 1)
      return { ...conversation, sessions: [...(conversation.sessions ?? []), event.sessionId] }
    case 'session.detached':
      return event.beyond ? withMore(conversation, -1) : withoutSession(conversation, event.sessionId)
    case 'conversation.moved':
      return moveOn(conversation, event)
    case 'conversation.described':
      return { ...conversation, name: event.name, metadata: event.metadata, updatedAt: event.at }
    case 'conversation.callbacks_changed':
      return { ...conversation, overrides: withCallbacks(conversation.overrides, event.callbacks), updatedAt: event.at }
    case 'conversation.erased':
      return { ...conversation, status: 'erasing', updatedAt: event.at }
  }
}

function begin(event: Created): Conversation {
  const { at, id, account, configuration, overrides, name, metadata, endsBy, by, because, previous } = event
  return {
    id,
    account,
    status: 'active',
    configuration,
    overrides,
    name,
    metadata,
    participants: [],
    key: null,
    createdAt: at,
    updatedAt: at,
    endsBy,
    last: {},
    voice: { open: [] },
    entered: { at, by, because },
    previous,
  }
}

/** T27: starts or resets the clock of its channel. An inactive due time that is past even so has had its turn. */
function hear(conversation: Conversation, { at, communication, stream }: CommunicationCreated): Conversation {
  const last = { ...conversation.last, [communication.author.channel]: at }
  const first = conversation.voice.open.some(({ callSid, spoken }) => callSid === stream && !spoken)
  const voice = first ? { ...conversation.voice, open: spokenIn(conversation, stream) } : conversation.voice
  const heard = { ...conversation, last, voice }
  const due = inactiveDue(heard)
  if (due <= at) return { ...heard, firedInactive: due }
  if (heard.firedInactive === undefined) return heard
  const { firedInactive: _fired, ...fresh } = heard
  return fresh
}

function spokenIn({ voice }: Conversation, callSid: string | undefined): Conversation['voice']['open'] {
  return voice.open.map((stream) => (stream.callSid === callSid ? { ...stream, spoken: true } : stream))
}

/** T22, T24: only a stream that carried a communication ends anything. */
function endStream(conversation: Conversation, { at, callSid }: StreamEnded): Conversation {
  const ended = conversation.voice.open.find((stream) => stream.callSid === callSid)
  const open = conversation.voice.open.filter((stream) => stream !== ended)
  if (!ended?.spoken) return { ...conversation, voice: { ...conversation.voice, open } }
  return { ...conversation, voice: { open, doneAt: at } }
}

function withMore({ moreSessions = 0, ...conversation }: Conversation, by: number): Conversation {
  const left = moreSessions + by
  return left > 0 ? { ...conversation, moreSessions: left } : conversation
}

function withoutSession({ sessions = [], ...conversation }: Conversation, sessionId: string): Conversation {
  const left = sessions.filter((id) => id !== sessionId)
  return left.length === 0 ? conversation : { ...conversation, sessions: left }
}

function moveOn(conversation: Conversation, { at, to, by, because, firedInactive }: Moved): Conversation {
  const entered = { at, by, because }
  const moved = { ...conversation, status: to, updatedAt: at, entered }
  return firedInactive === undefined ? moved : { ...moved, firedInactive }
}

function withParticipants(
  conversation: Conversation,
  { at, key = conversation.key }: Extract<ConversationEvent, { key?: unknown }>,
  participants: readonly Participant[],
): Conversation {
  return { ...conversation, participants, key, updatedAt: at }
}

function withCallbacks(overrides: Overrides, callbacks: Overrides['callbacks'] | null): Overrides {
  if (callbacks !== null && callbacks !== undefined) return { ...overrides, callbacks }
  return Object.fromEntries(Object.entries(overrides).filter(([key]) => key !== 'callbacks'))
}
