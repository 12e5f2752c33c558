import { bare, type Deadline, type Noun, type Reaction } from '../noun.ts'
import { dayMs } from '../vocabulary/instant.ts'
import { callClaim } from './call.ts'
import type { StreamCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { StreamEvent } from './events.ts'
import type { Stream } from './state.ts'

/** D16: how long a stream may be open when nobody reports its end. */
const longestStreamMs: number = dayMs
/** How long an ended stream is still known, so that what comes late is told apart from what is new. */
const rememberedMs: number = 7 * dayMs

/** The transcription stream of one call, from its start, also while no conversation exists yet (T19). */
export const stream: Noun<Stream, StreamCommand, StreamEvent, 'stream'> = {
  ...bare,
  name: 'stream',
  shape: 1,
  decide,
  evolve,
  deadline,
  claims: (open) => (open.status === 'open' ? [callClaim(open)] : []),
  handles: ({ status, callSid }) => (status === 'erasing' ? [] : [{ kind: 'call', key: callSid }]),
  facets: ({ status, startedAt }) => ({ status, startedAt }),
  lists: {},
  reactions,
  erasing: ({ status }) => status === 'erasing',
}

function evolve(stream: Stream | undefined, event: StreamEvent): Stream {
  if (event.type === 'stream.started') return event.stream
  if (stream === undefined) throw new Error(`A stream starts with stream.started, not ${event.type}.`)
  switch (event.type) {
    case 'stream.joined':
      return { ...stream, conversationId: event.conversationId }
    case 'stream.stopped':
      return { ...stream, status: 'ended', endedAt: event.at }
    case 'stream.forgotten':
      return { ...stream, status: 'erasing' }
  }
}

function deadline({ status, startedAt, endedAt }: Stream): Deadline<StreamCommand> | undefined {
  switch (status) {
    case 'open': {
      const because = 'its end was never reported'
      return { at: startedAt + longestStreamMs, command: { type: 'stop', because }, because }
    }
    case 'ended':
      return { at: (endedAt ?? startedAt) + rememberedMs, command: { type: 'forget' }, because: 'it ended a week ago' }
    case 'erasing':
      return undefined
  }
}

/** The conversation hears of its streams in the same transaction. */
function reactions(event: StreamEvent, { callSid, conversationId }: Stream): readonly Reaction[] {
  switch (event.type) {
    case 'stream.joined': {
      const attach = { noun: 'conversation', id: event.conversationId, command: { type: 'attach_stream', callSid } }
      return event.left === undefined
        ? [attach]
        : [ending(event.left, callSid, 'its call went on in another conversation'), attach]
    }
    case 'stream.stopped':
      return conversationId === null ? [] : [ending(conversationId, callSid, event.because)]
    case 'stream.started':
    case 'stream.forgotten':
      return []
  }
}

function ending(id: string, callSid: string, because: string): Reaction {
  return { noun: 'conversation', id, command: { type: 'end_stream', callSid, because } }
}
