import type { Speaker } from '#domain/conversation/commands.ts'
import type { Content } from '#domain/conversation/communication.ts'
import { conversation as noun } from '#domain/conversation/conversation.ts'
import { isOpen, type Sides } from '#domain/conversation/matching.ts'
import type { Conversation } from '#domain/conversation/state.ts'
import { businessOf, customerOf } from '#domain/stream/call.ts'
import type { Stream } from '#domain/stream/state.ts'
import { stream as streamNoun } from '#domain/stream/stream.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { TrafficEvent, TrafficResult } from '../api.ts'
import { liveConfiguration } from '../configurations.ts'
import type { Run } from './batch.ts'
import { findOpen, gone, make, seek, type Sought } from './group.ts'
import { record, refusedIn, repeat, repeated } from './record.ts'

export type StreamStarted = Extract<TrafficEvent, { type: 'stream.started' }>
export type StreamEnded = Extract<TrafficEvent, { type: 'stream.ended' }>
export type Spoken = Extract<TrafficEvent, { type: 'utterance' | 'tts.fragment' }>
type Call = Pick<Stream, 'from' | 'to' | 'direction' | 'callType'>

const defaultCallType = 'PSTN'
const lookedAt = 10

/**
 * A transcription stream begins. Named by markup (a configuration or a conversation), its conversation exists from now on;
 * captured by a rule, it joins an open conversation at once, and otherwise the first utterance makes one (T19).
 */
export function startStream(run: Run, event: StreamStarted): TrafficResult {
  const { unit } = run
  const present = findStream(run, event.callSid)
  const isActive = event.configurationId !== undefined || event.conversationId !== undefined
  // D9: one transcription a call; what markup names wins over what a rule captured.
  if (present?.status === 'open' && !isActive) return attached(present.conversationId)

  const call = {
    from: event.from,
    to: event.to,
    direction: event.direction,
    callType: event.callType ?? defaultCallType,
  }
  const place = placeFor(run, event, call)
  if (isRefused(place)) return refusedIn(undefined, place)
  if (place === null)
    return { status: 'ignored', because: 'no capture rule for VOICE matches its from, to and callType' }

  const streamId = present?.status === 'open' ? present.id : begin(run, event, call)
  if (isRefused(streamId)) return refusedIn(undefined, streamId)
  if (place.open === undefined && !isActive) return attached(null)
  const { previous } = place
  const because = 'a call that names its configuration'
  const conversation = place.open ?? make(unit, place.sought, because, { previous, home: run.home })
  if (isRefused(conversation)) return refusedIn(undefined, conversation)
  return join(run, streamId, conversation.id) ?? attached(conversation.id)
}

/** Words of a call, heard or spoken by our own voice. */
export function takeWords(run: Run, event: Spoken): TrafficResult {
  const { unit } = run
  const stream = findStream(run, event.callSid)
  if (!stream) return refusedIn(undefined, unknownCall())
  if (stream.status === 'ended') return late(run, stream)
  const words = wordsOf(stream, event)
  const earlier = repeated(unit, event.resourceId)
  if (earlier) return repeat(unit, earlier, words)
  const conversation = conversationOf(run, stream)
  if (conversation === null) return { status: 'ignored', because: 'no capture rule matches the call any more' }
  if (isRefused(conversation)) return nowhere(stream, conversation)
  return join(run, stream.id, conversation.id) ?? record(unit, conversation.id, words)
}

/** A rule may choose another configuration at the next try; what the call itself or its conversation named stays deleted. */
function nowhere({ configurationId, conversationId }: Stream, refused: Refused): TrafficResult {
  const isByRule = configurationId === null && conversationId === null
  if (isByRule) return refusedIn(undefined, gone(refused))
  if (refused.refusal.code !== 'not_found') return refusedIn(undefined, refused)
  return { status: 'ignored', because: 'the configuration that the call belongs to was deleted' }
}

/** A transcription stream ends: the sooner of two reports counts (T22). */
export function endStream(run: Run, { callSid }: StreamEnded): TrafficResult {
  const stream = findStream(run, callSid)
  if (!stream) return refusedIn(undefined, unknownCall())
  const done = run.unit.run(streamNoun, stream.id, { type: 'stop', because: 'its end was reported' })
  if (isRefused(done)) return refusedIn(stream.conversationId ?? undefined, done)
  return { status: 'ended', ...(stream.conversationId !== null && { conversationId: stream.conversationId }) }
}

interface Place {
  readonly open: Conversation | undefined
  readonly sought: Sought
  readonly previous?: Id
}

/** Where a stream that starts belongs; null: nowhere. */
function placeFor(run: Run, event: StreamStarted, call: Call): Place | Refused | null {
  const { unit } = run
  if (event.conversationId !== undefined) {
    const named = unit.state(noun, event.conversationId)
    if (!named) return refuse('not_found', 'There is no such conversation.', { field: 'conversationId' })
    return placeOf(run, named, call)
  }
  if (event.configurationId !== undefined) {
    const configuration = liveConfiguration(unit, event.configurationId, 'configurationId')
    if (isRefused(configuration)) return configuration
    const sought = seek(configuration.id, configuration.document.grouping, sidesOf(call))
    return { sought, open: findOpen(unit, sought) }
  }
  const sought = run.batch.capture({ channel: 'VOICE', ...call }, sidesOf(call))
  return sought && { sought, open: findOpen(unit, sought) }
}

/** A conversation named before: itself as long as it is open, then the one that follows it (T4, T9). */
function placeOf({ unit }: Run, named: Conversation, call: Call): Place {
  const { id, grouping } = named.configuration
  const sought = seek(id, grouping, sidesOf(call))
  return isOpen(named) ? { sought, open: named } : { sought, open: findOpen(unit, sought), previous: named.id }
}

/** The conversation that the next words of a stream belong to, found or made; null: no rule captures the call. */
function conversationOf(run: Run, stream: Stream): Conversation | Refused | null {
  const { unit } = run
  const present = stream.conversationId === null ? undefined : unit.state(noun, stream.conversationId)
  if (present && isOpen(present)) return present
  const place = present ? placeOf(run, present, stream) : placeFor(run, startedAs(stream), stream)
  if (place === null || isRefused(place)) return place
  const { previous } = place
  return place.open ?? make(unit, place.sought, 'the first words of a call', { previous, home: run.home })
}

function startedAs(stream: Stream): StreamStarted {
  const { callSid, from, to, direction, callType, configurationId } = stream
  return {
    type: 'stream.started',
    callSid,
    from,
    to,
    direction,
    callType,
    ...(configurationId !== null && { configurationId }),
  }
}

/** The stream of a call: the open one, else the one that ended last. */
export function findStream({ unit, streams }: Run, callSid: string): Stream | undefined {
  const fresh = streams.get(callSid)
  if (fresh !== undefined) return unit.state(streamNoun, fresh)
  const found = unit.holders({ kind: 'call', key: callSid }, lookedAt).map((id) => unit.state(streamNoun, id))
  const known = found.filter((stream) => stream !== undefined)
  return known.find(({ status }) => status === 'open') ?? known[0]
}

function begin({ unit, batch, streams, home }: Run, event: StreamStarted, call: Call): Id | Refused {
  const { callSid, configurationId = null } = event
  const id = unit.id(home ?? batch.canonical('VOICE', customerOf(call)))
  const done = unit.run(streamNoun, id, { type: 'start', callSid, configurationId, ...call })
  if (isRefused(done)) return done
  streams.set(callSid, id)
  return id
}

/** The conversation hears of it by the stream's own reaction. */
function join({ unit }: Run, streamId: Id, conversationId: Id): TrafficResult | undefined {
  const done = unit.run(streamNoun, streamId, { type: 'join', conversationId })
  return isRefused(done) ? refusedIn(conversationId, done) : undefined
}

/** Words that come after the end of their stream change nothing, and are written down as late. */
function late({ unit }: Run, { callSid, conversationId }: Stream): TrafficResult {
  const refused = refuse('stream_ended', 'The stream of this call has ended: start a new one with stream.started.', {
    field: 'callSid',
  })
  if (conversationId !== null)
    unit.run(noun, conversationId, {
      type: 'note_late',
      what: `words of call ${callSid}`,
      because: 'its stream had ended',
    })
  return refusedIn(conversationId ?? undefined, refused)
}

/** The inbound track is the far end, which is the customer whoever called whom (X10). */
function wordsOf(call: Call, event: Spoken): Omit<Parameters<typeof record>[2], never> {
  const customer: Speaker = { channel: 'VOICE', address: customerOf(call), type: 'customer' }
  const business: Speaker = { channel: 'VOICE', address: businessOf(call), type: 'agent' }
  const isCustomer = event.type === 'utterance' && event.track === 'inbound'
  const [author, recipient] = isCustomer ? [customer, business] : [business, customer]
  const { callSid, resourceId } = event
  return {
    author,
    recipients: [recipient],
    content: contentOf(event),
    channelId: callSid,
    stream: callSid,
    ...(resourceId !== undefined && { resourceId }),
  }
}

/** T29: each fragment of our own voice is a communication of its own; it was text before it was speech. */
function contentOf(event: Spoken): Content {
  if (event.type === 'tts.fragment') return { type: 'text', text: event.text }
  return { type: 'transcription', text: event.text, ...(event.transcription && { transcription: event.transcription }) }
}

function sidesOf(call: Call): Sides {
  return {
    customer: { channel: 'VOICE', address: customerOf(call) },
    business: { channel: 'VOICE', address: businessOf(call) },
  }
}

function attached(conversationId: Id | null): TrafficResult {
  return conversationId === null ? { status: 'noted' } : { status: 'attached', conversationId }
}

function unknownCall(): Refused {
  return refuse(
    'not_found',
    'No stream of this call is known: send stream.started first. One that no rule captures is not kept.',
    {
      field: 'callSid',
    },
  )
}
