import type { Instant } from '../vocabulary/instant.ts'
import type { Campaign, CampaignStatus, Contact, Run } from './state.ts'

/** `contact_added` creates the part `contact` number `n`, found by its once keys; `contact_changed` lays the whole contact over it. */
export type CampaignEvent =
  | { readonly type: 'campaign.created'; readonly at: Instant; readonly campaign: Campaign; readonly by: string }
  | ({ readonly type: 'campaign.changed'; readonly at: Instant; readonly by: string } & Pick<
      Campaign,
      'name' | 'agentId' | 'from' | 'planId' | 'settings'
    >)
  /** Its contacts are looked at from the first one on. */
  | { readonly type: 'campaign.started'; readonly at: Instant; readonly run: Run; readonly by: string }
  | {
      readonly type: 'campaign.moved'
      readonly at: Instant
      readonly from: CampaignStatus
      readonly to: 'paused' | 'closed'
      readonly by: string
      readonly because: string
      readonly halted?: true
    }
  | { readonly type: 'campaign.contact_added'; readonly at: Instant; readonly n: number; readonly contact: Contact }
  | { readonly type: 'campaign.contact_changed'; readonly at: Instant; readonly n: number; readonly contact: Contact }
  /** Calls are ordered from now on, after contact part `from`. */
  | { readonly type: 'campaign.ordering'; readonly at: Instant; readonly from: number }
  /** Contacts up to part `next` have been looked at; `done`: no more are for now. */
  | { readonly type: 'campaign.ordered'; readonly at: Instant; readonly next: number; readonly done: boolean }
  /** There is room for more while calls are being ordered. */
  | { readonly type: 'campaign.nudged'; readonly at: Instant }
