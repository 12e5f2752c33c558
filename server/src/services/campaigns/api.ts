import type { CallSettings } from '#domain/campaign/settings.ts'
import type { Campaign, CampaignStatus, Contact, NewContact, Run } from '#domain/campaign/state.ts'
import type { Plan } from '#domain/plan/state.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask } from '#engine/api.ts'
import type { Listed, Position } from '../api.ts'

/** What one can ask for about campaigns: many people to be called once each. What does not fit the status: `wrong_state`. */
export interface Campaigns {
  /** Refused with `not_found` (agent, plan) or `invalid`, with the field. */
  create(ask: Ask, draft: CampaignDraft): Promise<Campaign | Refused>
  /** `change` makes what changes from what is there, or refuses; it may run several times. It counts from the next start on. */
  change(ask: Ask, id: Id, change: (present: Campaign) => Partial<CampaignDraft> | Refused): Promise<Campaign | Refused>
  /** Calls all contacts that nobody has called yet. Refused with `not_found` and the field where agent, version, number or plan are gone. */
  start(
    ask: Ask,
    id: Id,
    how: { readonly version: number; readonly vendor?: Run['vendor'] },
  ): Promise<Campaign | Refused>
  /** What waits is stopped; live calls go on. */
  pause(ask: Ask, id: Id): Promise<Campaign | Refused>
  /** The same, for good. */
  close(ask: Ask, id: Id): Promise<Campaign | Refused>
  get(account: string, id: Id): Promise<Campaign | undefined>
  /** Newest first. */
  list(account: string, question: CampaignQuestion): Promise<Listed<Campaign>>

  /** Found by their numbers; all of them or none. */
  upsert(ask: Ask, id: Id, contacts: readonly NewContact[]): Promise<Upserted | Refused>
  /** In the order in which they came. Undefined: no such campaign. */
  contacts(
    account: string,
    id: Id,
    page: { readonly skip: number; readonly limit: number },
  ): Promise<{ readonly items: readonly ContactView[]; readonly total: number } | undefined>
  /** How many contacts there are by a word for each, and in all. */
  count(
    account: string,
    id: Id,
    word: (view: ContactView) => string,
  ): Promise<{ readonly counts: ReadonlyMap<string, number>; readonly total: number } | undefined>

  readonly plans: Plans
}

/** Settings that campaigns call by. */
export interface Plans {
  create(ask: Ask, draft: PlanDraft): Promise<Plan | Refused>
  /** `change` makes what changes from what is there, or refuses; it may run several times. */
  change(ask: Ask, id: Id, change: (present: Plan) => Partial<PlanDraft> | Refused): Promise<Plan | Refused>
  /** Refused with `in_use` as long as a campaign that is not closed calls by it. */
  remove(ask: Ask, id: Id): Promise<Plan | Refused>
  get(account: string, id: Id): Promise<Plan | undefined>
  /** Newest first. */
  list(account: string, page: { readonly after?: Position; readonly limit: number }): Promise<Listed<Plan>>
}

export interface PlanDraft {
  readonly name: string
  readonly settings: CallSettings
}

export interface CampaignDraft {
  readonly name: string
  readonly agentId: Id
  readonly from: readonly string[]
  readonly planId: Id | null
  /** Used where there is no plan. */
  readonly settings: CallSettings
}

export interface CampaignQuestion {
  readonly test?: (about: { readonly name: string; readonly status: CampaignStatus }) => boolean
  readonly after?: Position
  readonly limit: number
}

export interface Upserted {
  readonly campaign: Campaign
  readonly added: number
  readonly changed: number
}

/** `pending`: nobody has called them, nor is about to. `waiting`: their call waits to be dialled. `called`: it was dialled, or is over. */
export interface ContactView {
  readonly id: Id
  readonly contact: Contact
  readonly is: 'pending' | 'waiting' | 'called'
  /** Absent while they are pending, until it is made, and once it is deleted. */
  readonly session?: Session
}
