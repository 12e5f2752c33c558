import { refuse, type Refused } from '../vocabulary/refusal.ts'

/** Ten years. */
export const mostDays = 3_660

/** Whether sessions can be kept for so many days; null: for ever. */
export function isRetention(days: number | null): boolean {
  return days === null || (Number.isInteger(days) && days >= 1 && days <= mostDays)
}

export function noRetention(field: string): Refused {
  return refuse('invalid', `Give 1 to ${mostDays} days, or null to keep everything.`, { field })
}
