import type { Id } from '../vocabulary/id.ts'
import type { PersonToken, Role } from './state.ts'

/** Secrets are made outside and come in hashed. */
export type PersonCommand =
  | { readonly type: 'create'; readonly name: string }
  | ({ readonly type: 'create_token' } & Pick<PersonToken, 'id' | 'name' | 'hash' | 'expiresAt'>)
  | { readonly type: 'revoke_token'; readonly id: string }
  | { readonly type: 'join'; readonly account: Id; readonly role: Role }
  | { readonly type: 'leave'; readonly account: Id }
  | { readonly type: 'remove' }
