import type { AgentPin } from '../session/state.ts'
import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** A way a number is used: calls that arrive, and calls that name only the number they come from. */
export type Slot = 'inbound' | 'outbound'

/** A telephone number of the account's own: what calls come from, and where they arrive. */
export interface PhoneNumber {
  readonly id: Id
  readonly account: string
  readonly status: 'live' | 'erasing'
  /** E.164; held by one live number of the account. */
  readonly number: string
  /** The agent that answers calls to it; null: none. */
  readonly agentId: Id | null
  /** The version of that agent which answers; absent: the present one. */
  readonly agentVersion?: number
  /** Who calls from it where an order names only the number; absent: nobody. */
  readonly outbound?: AgentPin
  /** The carrier route it belongs to. */
  readonly route: string
  /** Whether it is the operator's rather than the account's own. */
  readonly hosted: boolean
  /** Calls that name no number come from it: one of the account has this. */
  readonly isDefault: boolean
  readonly createdAt: Instant
  readonly updatedAt: Instant
}
