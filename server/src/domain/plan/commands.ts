import type { Plan } from './state.ts'

export type PlanCommand =
  | ({ readonly type: 'create' } & Pick<Plan, 'name' | 'settings'>)
  | ({ readonly type: 'change' } & Partial<Pick<Plan, 'name' | 'settings'>>)
  | { readonly type: 'remove' }
