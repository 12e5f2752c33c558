import type { Refused } from '#domain/vocabulary/refusal.ts'
import type { Outcome } from '#engine/api.ts'

/** What came of a request that carries no idempotency key. */
export function valueOf<Value>(outcome: Outcome<Value>): Value | Refused {
  if (outcome.refusal) return { refusal: outcome.refusal }
  if (outcome.replayed) throw new Error('A request without a key met a stored answer.')
  return outcome.value
}
