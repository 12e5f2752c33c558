import type { Allowance, Limiter } from '#dialects/dialect.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'

interface Bucket {
  tokens: number
  at: Instant
}

const mostBuckets = 10_000

/**
 * A token bucket for each account, over all dialects: `perSecond` requests a second, and twice as many at once.
 * Null: no limit, unless the account has one of its own. `now` is real time; a clock that steps back gives nothing away.
 */
export function createLimiter(perSecond: number | null, now: () => Instant): Limiter {
  const buckets = new Map<string, Bucket>()

  function take(account: string, own: number | null): Allowance {
    const limit = own ?? perSecond
    if (limit === null) return { allowed: true, limit: Infinity, remaining: Infinity, retryAfterMs: 0 }
    const at = now()
    const burst = limit * 2
    const bucket = buckets.get(account) ?? { tokens: burst, at }
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, at - bucket.at) * limit) / 1000)
    bucket.at = at
    if (!buckets.has(account)) {
      if (buckets.size >= mostBuckets) forgetFull(at)
      buckets.set(account, bucket)
    }
    const allowed = bucket.tokens >= 1
    if (allowed) bucket.tokens -= 1
    return {
      allowed,
      limit,
      // What is saved up is not told: nobody expects more to remain than there is in a second.
      remaining: Math.min(limit, Math.floor(bucket.tokens)),
      retryAfterMs: allowed ? 0 : Math.ceil(((1 - bucket.tokens) * 1000) / limit),
    }
  }

  /** Whoever has not asked for two seconds has a full bucket again, which is the same as none. */
  function forgetFull(at: Instant): void {
    for (const [account, bucket] of buckets) if (at - bucket.at >= 2000) buckets.delete(account)
  }

  return { take }
}
