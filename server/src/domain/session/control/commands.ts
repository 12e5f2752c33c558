import type { Id } from '../../vocabulary/id.ts'
import type { Instant } from '../../vocabulary/instant.ts'
import type { Mode } from './state.ts'

/** What an agent's program may do with a call (lifecycle: Control), and what the world answers to it. */
export type ControlCommand =
  /** The session is announced to the connector's programs. */
  | { readonly type: 'offer'; readonly offerId: Id }
  | { readonly type: 'claim'; readonly offerId: Id; readonly program: string; readonly ready: boolean }
  | { readonly type: 'answer'; readonly id: string; readonly until: Instant }
  /** Rings the original callee (inbound), or the person to be called (opened by the program). `ringMs`: 1–120 s. */
  | {
      readonly type: 'connect'
      readonly id: string
      readonly to: string
      readonly from: string
      readonly ringMs: number
      readonly until: Instant
    }
  /** Dials another person; at the answer the agent leaves. */
  | {
      readonly type: 'transfer'
      readonly id: string
      readonly to: string
      readonly from: string
      readonly ringMs: number
    }
  /** The carrier has answered a caller, or cannot. */
  | { readonly type: 'answer_done'; readonly id: string; readonly failed?: string }
  | { readonly type: 'mode'; readonly mode: Mode }
  /** The agent leaves; from `connected` caller and callee talk on. */
  | { readonly type: 'close' }
  /** Everybody leaves. */
  | { readonly type: 'disconnect' }
  | { readonly type: 'attach_media'; readonly lease: string }
  | { readonly type: 'lose_media'; readonly lease: string }
