import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Outcome } from '#engine/api.ts'
import type { AccountClock } from './api.ts'

/** An account's clock: where it stands, and moving it where it is a test clock. */
export function createAccountClock(engine: Engine): AccountClock {
  const { clocks } = engine
  return {
    get: (account) => ({ kind: clocks.kind(account), now: clocks.now(account) }),
    advance: async (account, by, request) => {
      if (clocks.kind(account) === 'wall')
        return refuse(
          'wall_clock',
          'This account runs on the wall clock, which nobody can advance; use an account with a test clock.',
        )
      if ('to' in request) return clocks.advance(account, request.to, by)
      const to = await target(engine, account, by, request.byMs, request.key)
      if (isRefused(to)) return to
      // A repeated request may come after the clock has gone further: what it asked for is done.
      const now = clocks.now(account)
      return to < now && request.key !== undefined ? { now, fired: [] } : clocks.advance(account, to, by)
    },
  }
}

/** Where `byMs` from now leads. With a key it is written down, so that repeating the request leads there again, not further. */
async function target(
  engine: Engine,
  account: string,
  by: string,
  byMs: Milliseconds,
  key: string | undefined,
): Promise<Instant | Refused> {
  if (!Number.isInteger(byMs) || byMs < 0)
    return refuse('invalid', 'Advance the clock by a whole, positive time.', { field: 'byMs' })
  const from = engine.clocks.now(account)
  if (key === undefined) return from + byMs
  const outcome = await engine.execute<Instant>(
    {
      account,
      by,
      once: {
        scope: `${account}|clock.advance`,
        key,
        fingerprint: String(byMs),
        render: (to) => ({ status: 200, headers: {}, body: String(to) }),
      },
    },
    (unit) => unit.now + byMs,
  )
  return readTarget(outcome)
}

function readTarget(outcome: Outcome<Instant>): Instant | Refused {
  if (outcome.refusal) return { refusal: outcome.refusal }
  return outcome.replayed ? Number(outcome.replayed.body) : outcome.value
}
