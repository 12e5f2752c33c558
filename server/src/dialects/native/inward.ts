import type { z } from 'zod'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { ConversationQuestion, TrafficEvent } from '#services/api.ts'
import type { Transcription } from '#domain/conversation/communication.ts'
import { missing, problem, ProblemError, problemOfIssue, type Problem } from './errors.ts'
import { readId, readInstant, type Prefix } from './vocabulary.ts'
import { mailFields } from './inward/mail.ts'
import * as wire from './wire.ts'

/** The id in a path; an unknown form is as unknown as an unknown id. */
export function idOf(prefix: Prefix, text: string): Id {
  return readId(prefix, text) ?? missing(prefix, text)
}

/** The id in a field. */
export function idIn(prefix: Prefix, field: string, text: string): Id {
  // Another API of this server shows it with more in front.
  const own = prefix === 'configuration' ? text.replace(/^conv_(?=configuration_)/, '') : text
  return (
    readId(prefix, own) ??
    wrong(field, `takes the id of ${/^[aeiou]/.test(prefix) ? 'an' : 'a'} ${prefix}, like ${prefix}_01k…`)
  )
}

export function instantIn(field: string, text: string): Instant {
  return readInstant(text) ?? wrong(field, 'takes a date and time with its offset, like 2026-11-20T09:05:00Z')
}

/** What a new key is limited to. */
export function keyLimits({ scopes, expiresAt }: z.output<typeof wire.keyDraft>) {
  return { scopes, expiresAt: expiresAt === undefined ? undefined : instantIn('expiresAt', expiresAt) }
}

/** An ISO 8601 duration to milliseconds; months and years are those that follow `from`. */
export function durationIn(field: string, text: string, from: Instant): Milliseconds {
  try {
    const start = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO('UTC')
    return start.add(Temporal.Duration.from(text)).epochMilliseconds - from
  } catch {
    return wrong(field, 'takes an ISO 8601 duration, like PT10M or P1DT12H')
  }
}

export function wrong(field: string, what: string): never {
  throw new ProblemError(problem('invalid', `The field ${field} ${what}.`, { field }))
}

type Query = z.output<typeof wire.conversationsQuery>

/** The filters of a list of conversations, without place and size. */
export function questionOf(query: Omit<Query, 'cursor' | 'limit'>): Omit<ConversationQuestion, 'after' | 'limit'> {
  const { status = [], channelId, address, configurationId, createdAfter, createdBefore } = query
  return {
    statuses: status,
    ...(channelId !== undefined && { channelId }),
    ...(address !== undefined && { addresses: [address].flat() }),
    ...(configurationId !== undefined && {
      configurationId: idIn('configuration', 'configurationId', configurationId),
    }),
    ...(createdAfter !== undefined && { createdAfter: instantIn('createdAfter', createdAfter) }),
    ...(createdBefore !== undefined && { createdBefore: instantIn('createdBefore', createdBefore) }),
  }
}

/** One item of a traffic request: our event, or what is wrong with it. */
export function trafficOf(item: unknown): TrafficEvent | { readonly problem: Problem } {
  const parsed = wire.trafficEvent.safeParse(item)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { problem: issue === undefined ? problem('invalid', 'The event is wrong.') : problemOfIssue(issue, 'event') }
  }
  try {
    return trafficEvent(parsed.data)
  } catch (error) {
    if (error instanceof ProblemError) return { problem: error.problem }
    throw error
  }
}

function trafficEvent(event: z.output<typeof wire.trafficEvent>): TrafficEvent {
  switch (event.type) {
    case 'message.received': {
      const { messageId, inReplyTo, references, subject, autoSubmitted, ...message } = event
      return {
        ...messageOf(message),
        ...withoutUndefined(mailFields({ messageId, inReplyTo, references, subject, autoSubmitted })),
      }
    }
    case 'message.sent':
      return messageOf(event)
    case 'delivery.updated': {
      const { to, ...update } = event
      return { ...update, ...(to !== undefined && { to }) }
    }
    case 'stream.started': {
      const { callType, configurationId, conversationId, ...stream } = event
      return {
        ...stream,
        ...(callType !== undefined && { callType }),
        ...(configurationId !== undefined && {
          configurationId: idIn('configuration', 'configurationId', configurationId),
        }),
        ...(conversationId !== undefined && { conversationId: idIn('conversation', 'conversationId', conversationId) }),
      }
    }
    case 'utterance': {
      const { transcription, resourceId, ...utterance } = event
      return {
        ...utterance,
        ...(resourceId !== undefined && { resourceId }),
        ...(transcription && { transcription: withoutUndefined(transcription) as Transcription }),
      }
    }
    case 'tts.fragment': {
      const { resourceId, ...fragment } = event
      return { ...fragment, ...(resourceId !== undefined && { resourceId }) }
    }
    case 'stream.ended':
      return event
  }
}

type Message = Pick<
  Extract<z.output<typeof wire.trafficEvent>, { type: 'message.received' | 'message.sent' }>,
  'type' | 'channel' | 'from' | 'to' | 'text' | 'resourceId' | 'channelId' | 'occurredAt'
>

function messageOf({
  occurredAt,
  resourceId,
  channelId,
  ...message
}: Message): Extract<TrafficEvent, Pick<Message, 'type'>> {
  return {
    ...message,
    ...(resourceId !== undefined && { resourceId }),
    ...(channelId !== undefined && { channelId }),
    ...(occurredAt !== undefined && { occurredAt: instantIn('occurredAt', occurredAt) }),
  }
}

function withoutUndefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
