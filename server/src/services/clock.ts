import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Outcome } from '#engine/api.ts'
import type { AccountClock } from './api.ts'

/** An account's clock: where it stands, and moving it where it is a test clock. */
export function createAccountClock(engine: Engine): AccountClock {
  const { clocks } = engine
  const inTurn = queueByAccount()
  return {
    get: (account) => ({ kind: clocks.kind(account), now: clocks.now(account) }),
    advance: (account, by, request) => inTurn(account, () => advance(engine, account, by, request)),
  }
}

type Advance = AccountClock['advance']

async function advance(
  engine: Engine,
  ...[account, by, request]: Parameters<Advance>
): Promise<Awaited<ReturnType<Advance>>> {
  const { clocks } = engine
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
}

/** Runs the work of one account one after another, so that each finds the clock where the last one left it. */
function queueByAccount(): <Value>(account: string, work: () => Promise<Value>) => Promise<Value> {
  const last = new Map<string, Promise<unknown>>()
  return (account, work) => {
    const present = (last.get(account) ?? Promise.resolve()).then(work)
    const settled = present.then(ignore, ignore).then(() => {
      if (last.get(account) === settled) last.delete(account)
    })
    last.set(account, settled)
    return present
  }
}

function ignore(): void {}

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
