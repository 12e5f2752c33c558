import { checkPolicy } from '#domain/session/limits.ts'
import type { Policy } from '#domain/session/state.ts'
import { fail } from '../errors.ts'

/** Refuses lengths of time and retries that no call may have, by the field they were given in. */
export function checkLengths(policy: Partial<Policy>, fieldOf: (name: string) => string = (name) => name): void {
  const refused = checkPolicy(policy, 'telephone')
  if (!refused) return
  const { field, ...refusal } = refused.refusal
  fail({ ...refusal, ...(field !== undefined && { field: fieldOf(field.replace(/^policy\./, '')) }) })
}
