import type { AgentDefinition } from './state.ts'

/** `ifVersion`: refuse with `stale_version` unless this is the current one. `forget` is the deadline's, 30 days after `delete`. */
export type AgentCommand =
  | { readonly type: 'create'; readonly definition: AgentDefinition }
  | { readonly type: 'write'; readonly definition: AgentDefinition; readonly ifVersion?: number }
  | { readonly type: 'delete' }
  | { readonly type: 'restore' }
  | { readonly type: 'purge' }
  | { readonly type: 'forget' }
