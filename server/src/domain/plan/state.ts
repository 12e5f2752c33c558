import type { CallSettings } from '../campaign/settings.ts'
import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** Settings with a name, for many campaigns to call by. A campaign takes them as they are when it is started. */
export interface Plan {
  readonly id: Id
  readonly account: string
  readonly status: 'live' | 'erasing'
  readonly name: string
  readonly settings: CallSettings
  readonly createdAt: Instant
  readonly updatedAt: Instant
}
