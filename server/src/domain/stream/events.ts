import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Stream } from './state.ts'

/** `left`: the conversation it belonged to before. */
export type StreamEvent =
  | { readonly type: 'stream.started'; readonly at: Instant; readonly stream: Stream }
  | { readonly type: 'stream.joined'; readonly at: Instant; readonly conversationId: Id; readonly left?: Id }
  | { readonly type: 'stream.stopped'; readonly at: Instant; readonly because: string }
  | { readonly type: 'stream.forgotten'; readonly at: Instant }
