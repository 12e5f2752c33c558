import type { Instant } from '../vocabulary/instant.ts'
import type { PhoneNumber } from './state.ts'

/** `written` says the whole number as it is from then on. */
export type NumberEvent =
  | { readonly type: 'number.written'; readonly at: Instant; readonly number: PhoneNumber }
  | { readonly type: 'number.removed'; readonly at: Instant; readonly by: string }
