import type { Instant } from '../vocabulary/instant.ts'

export interface ReferenceKept {
  readonly type: 'reference.kept'
  readonly at: Instant
  readonly key: string
}
