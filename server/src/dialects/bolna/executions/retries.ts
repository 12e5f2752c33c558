import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { RetryPolicy } from '#domain/session/state.ts'

/** The statuses a retry may be asked for (5.8), and our outcomes for them. */
const outcomes = { 'no-answer': 'no_answer', busy: 'busy', failed: 'failed', error: 'error' } as const
const retriedStatuses = Object.keys(outcomes) as (keyof typeof outcomes)[]

export interface RetryConfig {
  readonly enabled: boolean
  readonly max_retries: number
  readonly retry_on_statuses: readonly (keyof typeof outcomes)[]
  readonly retry_on_voicemail: boolean
  readonly retry_intervals_minutes: readonly number[]
}

export const retryDefaults: RetryConfig = {
  enabled: false,
  max_retries: 3,
  retry_on_statuses: ['no-answer', 'busy', 'failed'],
  retry_on_voicemail: false,
  retry_intervals_minutes: [30, 60, 120],
}

/** Null: not enabled. */
export function policyOf(config: RetryConfig): RetryPolicy | null {
  if (!config.enabled) return null
  return {
    max: config.max_retries,
    on: config.retry_on_statuses.map((status) => outcomes[status]),
    onVoicemail: config.retry_on_voicemail,
    // Waits behind the last retry are never waited.
    afterMs: config.retry_intervals_minutes.slice(0, config.max_retries).map((minutes) => minutes * minuteMs),
  }
}

/** As it was given, with the defaults filled; of a policy nobody gave in their words, in their words. */
export function retryConfigOf(policy: RetryPolicy | null, given: unknown): RetryConfig | null {
  if (typeof given === 'object' && given !== null) return { ...retryDefaults, ...given }
  if (policy === null) return null
  return {
    enabled: true,
    max_retries: policy.max,
    retry_on_statuses: retriedStatuses.filter((status) => policy.on.includes(outcomes[status])),
    retry_on_voicemail: policy.onVoicemail,
    retry_intervals_minutes: policy.afterMs.map((wait) => Math.round(wait / minuteMs)),
  }
}
