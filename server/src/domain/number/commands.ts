import type { Id } from '../vocabulary/id.ts'

/** `make_default`: whether calls that name no number come from it; another must have been relieved of that before. */
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
  | { readonly type: 'make_default'; readonly isDefault: boolean }
  | { readonly type: 'remove' }
