import type { Id } from '../vocabulary/id.ts'
import type { DraftDocument } from './state.ts'

/** `publish`: `version` is the one its agent has from the same unit on. */
export type DraftCommand =
  | { readonly type: 'create'; readonly agentId: Id; readonly number: number; readonly document: DraftDocument }
  | { readonly type: 'write'; readonly document: DraftDocument }
  | { readonly type: 'publish'; readonly version: number }
  | { readonly type: 'erase' }
