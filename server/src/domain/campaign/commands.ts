import type { Campaign, Contact, NewContact, Run } from './state.ts'

/**
 * `order`: what a chunk of ordering did, in the unit that made its batch; `rest`: there is no room for more now. `go_on`: there may be
 * room again. `halt`: no calls can be made any more.
 */
export type CampaignCommand =
  | ({ readonly type: 'create' } & Pick<Campaign, 'name' | 'agentId' | 'from' | 'planId' | 'settings'>)
  | ({ readonly type: 'change' } & Partial<Pick<Campaign, 'name' | 'agentId' | 'from' | 'planId' | 'settings'>>)
  | { readonly type: 'upsert'; readonly contacts: readonly NewContact[] }
  | { readonly type: 'start'; readonly run: Omit<Run, 'round'> }
  | { readonly type: 'pause' }
  | { readonly type: 'close' }
  | {
      readonly type: 'order'
      readonly round: number
      readonly from: number
      /** The last part looked at. */
      readonly next: number
      readonly called: readonly Called[]
    }
  | { readonly type: 'rest'; readonly round: number; readonly from: number }
  | { readonly type: 'go_on'; readonly round: number }
  | { readonly type: 'halt'; readonly round: number; readonly because: string }

/** A contact (part `n`) and the row that calls it from now on. */
export interface Called {
  readonly n: number
  readonly contact: Contact
  readonly row: Pick<NonNullable<Contact['order']>, 'batch' | 'row'>
}
