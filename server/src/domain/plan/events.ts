import type { Instant } from '../vocabulary/instant.ts'
import type { Plan } from './state.ts'

/** `written` says the whole plan as it is from then on. */
export type PlanEvent =
  | { readonly type: 'plan.written'; readonly at: Instant; readonly plan: Plan }
  | { readonly type: 'plan.removed'; readonly at: Instant; readonly by: string }
