import type { Operation } from './state.ts'

/** `forget` is the deadline's command, 30 days after completion. */
export type OperationCommand =
  | { readonly type: 'complete'; readonly about: Operation['about'] }
  | { readonly type: 'forget' }
