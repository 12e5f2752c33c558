import type { Id } from '../vocabulary/id.ts'
import type { Stream } from './state.ts'

/**
 * `stop` is also a deadline's command: a stream whose end was never reported ends 24 h after its start (D16); so is `forget`.
 * `join` again: the call goes on in another conversation, since its own was closed.
 */
export type StreamCommand =
  | ({ readonly type: 'start' } & Pick<
      Stream,
      'callSid' | 'from' | 'to' | 'direction' | 'callType' | 'configurationId'
    >)
  | { readonly type: 'join'; readonly conversationId: Id }
  | { readonly type: 'stop'; readonly because: string }
  | { readonly type: 'forget' }
