import type { Id } from './id.ts'

/**
 * Everything the house can refuse, in one place. `retryable`: whether the same request may succeed later, unchanged.
 * Which HTTP status and vendor code a refusal becomes is each dialect's own table.
 */
export const refusals = {
  invalid: { retryable: false },
  not_found: { retryable: false },
  closed: { retryable: false },
  wrong_state: { retryable: false },
  grouping_taken: { retryable: false },
  address_taken: { retryable: false },
  in_use: { retryable: false },
  fixed: { retryable: false },
  stale_version: { retryable: false },
  busy_with_stream: { retryable: true },
  stream_ended: { retryable: false },
  wall_clock: { retryable: false },
  clock_backwards: { retryable: false },
  idempotency_reused: { retryable: false },
  idempotency_running: { retryable: true },
  limit_reached: { retryable: false },
  agent_failed: { retryable: false },
  unauthenticated: { retryable: false },
  forbidden: { retryable: false },
  busy: { retryable: true },
  unavailable: { retryable: true },
} as const

refusals satisfies Record<string, { retryable: boolean }>

export type RefusalCode = keyof typeof refusals

/** A refusal is a value, not a throw. `message` says what to do; it never holds a secret or what somebody said. */
export interface Refusal {
  readonly code: RefusalCode
  readonly message: string
  /** The field of the command that is wrong, as a dotted path in domain words. */
  readonly field?: string
  /** The other resource that is the cause of a conflict. */
  readonly conflicting?: { readonly noun: string; readonly id: Id }
}

/** Makes a refusal. */
export function refuse(code: RefusalCode, message: string, more: Omit<Refusal, 'code' | 'message'> = {}): Refused {
  return { refusal: { code, message, ...more } }
}

/** What a function gives back in place of its result when it refuses. */
export interface Refused {
  readonly refusal: Refusal
}

export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && 'refusal' in value
}
