import type { Instant } from '../vocabulary/instant.ts'
import type { VirtualPhone } from './state.ts'

/** `written` says the whole phone as it is from then on. */
export type PhoneEvent =
  | { readonly type: 'phone.written'; readonly at: Instant; readonly phone: VirtualPhone }
  | { readonly type: 'phone.removed'; readonly at: Instant; readonly by: string }
