import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { DraftDocument } from './state.ts'

/** Each `written` event creates a part of kind `document`, found by its once key `revision`. */
export type DraftEvent =
  | {
      readonly type: 'draft.written'
      readonly at: Instant
      readonly id: Id
      readonly account: string
      readonly agentId: Id
      readonly number: number
      readonly revision: number
      readonly document: DraftDocument
      readonly by: string
    }
  | { readonly type: 'draft.published'; readonly at: Instant; readonly version: number; readonly by: string }
  | { readonly type: 'draft.erased'; readonly at: Instant; readonly by: string }
