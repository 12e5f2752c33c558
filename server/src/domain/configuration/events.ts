import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { ConfigurationDocument } from './state.ts'

/** Each `written` event creates a part of kind `version`, whose part number is the version number. */
export type ConfigurationEvent =
  | {
      readonly type: 'configuration.written'
      readonly at: Instant
      readonly id: Id
      readonly account: string
      readonly version: number
      readonly document: ConfigurationDocument
      readonly isDefault?: true
      readonly by: string
    }
  | { readonly type: 'configuration.deleted'; readonly at: Instant; readonly by: string }
