import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Membership, Person, PersonToken } from './state.ts'

export type PersonEvent =
  | { readonly type: 'person.created'; readonly at: Instant; readonly person: Person }
  | { readonly type: 'person.token_created'; readonly at: Instant; readonly token: PersonToken }
  | { readonly type: 'person.token_revoked'; readonly at: Instant; readonly id: string }
  | { readonly type: 'person.joined'; readonly at: Instant; readonly membership: Membership }
  | { readonly type: 'person.left'; readonly at: Instant; readonly account: Id }
  | { readonly type: 'person.removed'; readonly at: Instant }
