import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { AgentDefinition } from './state.ts'

/**
 * Each `written` event creates a part of kind `version`, found by its once key `version`. `deleted` and
 * `erased` make the effect `agent.stop_waiting`. `purged`: its sessions go too, which makes the effect `agent.purge`.
 */
export type AgentEvent =
  | {
      readonly type: 'agent.written'
      readonly at: Instant
      readonly id: Id
      readonly account: string
      readonly version: number
      readonly definition: AgentDefinition
      readonly by: string
    }
  | { readonly type: 'agent.deleted'; readonly at: Instant; readonly by: string }
  | { readonly type: 'agent.restored'; readonly at: Instant; readonly by: string }
  | { readonly type: 'agent.erased'; readonly at: Instant; readonly by: string; readonly purged?: true }
