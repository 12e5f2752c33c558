import type { Key, Limits } from './state.ts'

/** Secrets are made outside and come in hashed or sealed. */
export type AccountCommand =
  | {
      readonly type: 'create'
      readonly name: string
      readonly clock: 'wall' | 'test'
      readonly sid: string
      readonly sealedAuthToken: string
      /** Without days of retention, which are for a change: its clock is made after it. */
      readonly limits: Omit<Limits, 'retentionDays'>
    }
  | ({ readonly type: 'create_key' } & Pick<Key, 'sid' | 'name' | 'hash' | 'scopes' | 'expiresAt'>)
  | { readonly type: 'revoke_key'; readonly sid: string }
  | { readonly type: 'rotate_token'; readonly sealedAuthToken: string }
  | { readonly type: 'change'; readonly name?: string; readonly limits?: Partial<Limits> }
