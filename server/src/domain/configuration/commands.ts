import type { ConfigurationDocument } from './state.ts'

/** `ifVersion`: refuse with `stale_version` unless this is the current one. */
export type ConfigurationCommand =
  | { readonly type: 'create'; readonly document: ConfigurationDocument; readonly isDefault?: true }
  | { readonly type: 'write'; readonly document: ConfigurationDocument; readonly ifVersion?: number }
  | { readonly type: 'delete'; readonly ifVersion?: number }
