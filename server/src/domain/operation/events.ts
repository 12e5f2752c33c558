import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Operation } from './state.ts'

export type OperationEvent =
  | {
      readonly type: 'operation.completed'
      readonly at: Instant
      readonly id: Id
      readonly account: string
      readonly about: Operation['about']
    }
  | { readonly type: 'operation.forgotten'; readonly at: Instant }
