import type { AgentPin } from '../session/state.ts'
import type { Id } from '../vocabulary/id.ts'
import type { Slot } from './state.ts'

/**
 * `attach`: the agent's present version answers from then on. `pin`: one version of an agent has these slots; `unpin`: it has them no
 * more, where it had them. `forget`: nothing of the agent is pinned any more, as it is not there; who answers once it is back stays.
 * `make_default`: whether calls that name no number come from it; another must have been relieved of that before.
 */
export type NumberCommand =
  | {
      readonly type: 'add'
      readonly number: string
      readonly route: string
      readonly hosted: boolean
      readonly isDefault: boolean
      readonly agentId?: Id
    }
  | { readonly type: 'attach'; readonly agentId: Id | null }
  | { readonly type: 'pin'; readonly slots: readonly Slot[]; readonly agent: AgentPin }
  | { readonly type: 'unpin'; readonly slots: readonly Slot[]; readonly agentId: Id }
  | { readonly type: 'forget'; readonly agentId: Id }
  | { readonly type: 'make_default'; readonly isDefault: boolean }
  | { readonly type: 'remove' }
