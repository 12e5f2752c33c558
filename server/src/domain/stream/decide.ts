import type { Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import { callClaim } from './call.ts'
import type { StreamCommand } from './commands.ts'
import type { StreamEvent } from './events.ts'
import type { Stream } from './state.ts'

type Deciding = Decision<StreamEvent> | Refused

/** All rules of a stream. What is told twice changes nothing. */
export function decide(stream: Stream | undefined, command: StreamCommand, context: Context<StreamEvent>): Deciding {
  if (stream === undefined) return command.type === 'start' ? start(command, context) : unknown()
  const { now: at } = context
  switch (command.type) {
    case 'start':
      return stream.callSid === command.callSid && stream.status === 'open' ? { events: [] } : ended()
    case 'join':
      return join(stream, command.conversationId, context)
    case 'stop':
      return { events: stream.status === 'open' ? [{ type: 'stream.stopped', at, because: command.because }] : [] }
    case 'forget':
      return { events: stream.status === 'ended' ? [{ type: 'stream.forgotten', at }] : [] }
  }
}

function start(command: Extract<StreamCommand, { type: 'start' }>, context: Context<StreamEvent>): Deciding {
  const { now: at, self: id, account } = context
  const holder = context.taken(callClaim(command))
  if (holder !== undefined && holder !== id) {
    return refuse('in_use', 'This call has an open stream already; end that one first.', {
      conflicting: { noun: 'stream', id: holder },
    })
  }
  const { callSid, from, to, direction, callType, configurationId } = command
  const about = { id, account, callSid, from, to, direction, callType, configurationId }
  const stream: Stream = { ...about, status: 'open', conversationId: null, startedAt: at, endedAt: null }
  return { events: [{ type: 'stream.started', at, stream }] }
}

function join(stream: Stream, conversationId: string, { now: at }: Context<StreamEvent>): Deciding {
  switch (stream.status) {
    case 'open': {
      if (stream.conversationId === conversationId) return { events: [] }
      const joined = { type: 'stream.joined', at, conversationId } as const
      return { events: [stream.conversationId === null ? joined : { ...joined, left: stream.conversationId }] }
    }
    case 'ended':
      return ended()
    case 'erasing':
      return unknown()
  }
}

function ended(): Deciding {
  return refuse('stream_ended', 'The stream of this call has ended; start a new one.')
}

function unknown(): Deciding {
  return refuse('not_found', 'No stream of this call is known; start one.')
}
