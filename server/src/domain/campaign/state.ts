import type { Order } from '../session/events.ts'
import type { AgentPin } from '../session/state.ts'
import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { CallSettings } from './settings.ts'

/** Many people to be called once each, for as long as it goes on. Its contacts are parts; its calls are rows of batches. */
export interface Campaign {
  readonly id: Id
  readonly account: string
  readonly status: CampaignStatus
  readonly name: string
  readonly agentId: Id
  /** Our numbers, used in rotation; empty: the account's default. */
  readonly from: readonly string[]
  /** The named settings it calls by; null: its own. */
  readonly planId: Id | null
  readonly settings: CallSettings
  /** What it has called by since it was started last; null: never started. */
  readonly run: Run | null
  /** How many contacts it has; they are counted from 1. */
  readonly contacts: number
  /** Part number of its newest contact; 0: it has none. */
  readonly newest: number
  /** Part number of the last contact that this run has looked at. */
  readonly reached: number
  /** Calls are being ordered. `again`: there may be room for more than was found. */
  readonly ordering: { readonly again?: true } | null
  /** Why it paused by itself; null: it did not. */
  readonly halted: string | null
  /** Changes of status so far. */
  readonly sequence: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** `active` at first, and as long as it calls; before its first start it calls nobody. `closed` is final. */
export type CampaignStatus = 'active' | 'paused' | 'closed'

/** From one start to the next pause: decided at the start, and never changed. */
export interface Run {
  /** Counted from 1. */
  readonly round: number
  readonly agent: AgentPin
  readonly from: readonly string[]
  readonly settings: CallSettings
  /** What a dialect must find in each order as it was given. */
  readonly vendor?: Order['vendor']
}

/** Somebody to call. At most one session of a campaign ever dials them. */
export interface Contact {
  /** Its place among the contacts, from 1. */
  readonly place: number
  /** E.164; no other contact of the campaign has it. */
  readonly number: string
  readonly name: string | null
  /** Variables for the agent's prompt, beside the name. */
  readonly data: Readonly<Record<string, unknown>>
  /** The row that calls them; null: none has been made. */
  readonly order: { readonly batch: Id; readonly row: number; readonly round: number } | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** What is left out of a contact that is there already stays. */
export interface NewContact {
  readonly number: string
  readonly name?: string | null
  readonly data?: Contact['data']
}

/** The payload of `campaign.order` (repeatable): this run has looked at the contacts up to part `from`. */
export interface OrderChunk {
  readonly round: number
  readonly from: number
}

/** The payload of `campaign.stop` (repeatable): what waits of the runs up to this one is stopped. */
export interface StopRuns {
  readonly round: number
}
