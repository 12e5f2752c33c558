import type { Handle } from '../noun.ts'
import { checkHours, checkRetry } from '../session/limits.ts'
import type { RetryPolicy } from '../session/state.ts'
import type { OwnHours } from '../vocabulary/calling-hours.ts'
import type { Id } from '../vocabulary/id.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'

/** How a campaign calls. */
export interface CallSettings {
  /** When; null: when its agent may. */
  readonly hours: OwnHours | null
  /** Null: nobody is dialled twice. */
  readonly retry: RetryPolicy | null
  /** How many of its contacts are in hand at once, the time between retries included; null: as many as the account may call. */
  readonly atOnce: number | null
}

/** By it the campaigns are found that may be started by a plan: all but the closed ones. */
export function planHandle(plan: Id): Handle {
  return { kind: 'plan', key: plan }
}

/** As many as any account may call at once. */
export const mostAtOnce = 10_000

/** What is wrong with settings, if anything. */
export function checkSettings({ hours, retry, atOnce }: CallSettings): Refused | undefined {
  const wrong = (hours && checkHours(hours, 'hours')) ?? (retry && checkRetry(retry, 'retry'))
  if (wrong) return wrong
  if (atOnce === null || (Number.isInteger(atOnce) && atOnce >= 1 && atOnce <= mostAtOnce)) return undefined
  return refuse('invalid', `Give a whole number from 1 to ${mostAtOnce}.`, { field: 'atOnce' })
}

/** What is wrong with a name, if anything. */
export function checkName(name: string): Refused | undefined {
  if (name.trim() !== '' && name.length <= 255) return undefined
  return refuse('invalid', 'Give a name of 1 to 255 characters.', { field: 'name' })
}

export function sameSettings(one: CallSettings, other: CallSettings): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
