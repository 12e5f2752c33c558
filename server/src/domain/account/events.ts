import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Account, Key, Limits } from './state.ts'

export type AccountEvent =
  | { readonly type: 'account.created'; readonly at: Instant; readonly account: Account }
  | { readonly type: 'account.key_created'; readonly at: Instant; readonly key: Key }
  | { readonly type: 'account.key_revoked'; readonly at: Instant; readonly sid: string }
  | { readonly type: 'account.token_rotated'; readonly at: Instant; readonly sealedAuthToken: string }
  | {
      readonly type: 'account.changed'
      readonly at: Instant
      readonly id: Id
      readonly name: string
      readonly limits: Limits
      /** For how long sessions are kept has changed: makes the effect `account.retain`. */
      readonly retains?: true
    }
