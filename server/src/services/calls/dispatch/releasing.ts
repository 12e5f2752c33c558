import type { SessionEvent } from '#domain/session/events.ts'
import type { SessionRequests } from '#domain/session/requests.ts'
import { session as sessionNoun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { walletClaim } from '#domain/wallet/decide.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import { read } from '../../reading.ts'
import { transcriptOf } from '../conversation/transcript.ts'
import { persist } from '../patience.ts'
import type { Rates } from '../ports.ts'
import { costOf } from '../wrap/cost.ts'
import { modelsOf } from '../wrap/usage.ts'
import { settleHold, type Back } from './handing.ts'
import type { Wakes } from './wakes.ts'

export interface ReleasingNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  readonly rates: Rates
}

/** The line is given up: the slot goes to the next, the hold is given back and what the attempt cost is taken. */
export function releaseRunner(need: ReleasingNeed, wakes: Wakes<Back>): EffectRunner {
  return {
    run: async ({ account, aggregate: session, payload }) => {
      const { attempt, route } = payload as SessionRequests['slot.release']
      const cents = await spentOn(need, account, session, attempt)
      await wakes.wake(account, { routes: [route], back: { session, attempt, cents } })
      return { settled: true }
    },
  }
}

/** A call that held no slot is over: what it cost is taken. Done twice, it is taken once. */
export function chargeRunner(need: ReleasingNeed): EffectRunner {
  return {
    run: async ({ account, aggregate: session, payload }) => {
      const { attempt } = payload as SessionRequests['wallet.charge']
      const cents = await spentOn(need, account, session, attempt)
      if (cents === 0) return { settled: true }
      const outcome = await persist<unknown>(
        need,
        { account, by: 'dispatcher' },
        (unit) => settleHold(unit, { session, attempt, cents }) ?? true,
      )
      return outcome.refusal ? { settled: false, error: outcome.refusal.message } : { settled: true }
    },
  }
}

/** What an attempt cost, in cents; 0 where it was never live or billing is off. */
async function spentOn({ engine, rates }: ReleasingNeed, account: string, id: Id, attempt: number): Promise<number> {
  const session = await read(engine, account, (unit) =>
    unit.holder(walletClaim) === undefined ? undefined : unit.state(sessionNoun, id),
  )
  if (!session) return 0
  if (session.attempt.number === attempt) {
    const [said, models] = await Promise.all([transcriptOf(engine, session), modelsOf(engine, session)])
    return costOf(session, said, rates, models).total
  }
  const past = session.past.find(({ number }) => number === attempt)
  if (!past?.wasLive || past.cost > 0) return past?.cost ?? 0
  // Its cost was never made, and its words may go on in the next attempt: its time alone is charged.
  const then = await asItEnded(engine, account, id, attempt)
  return then ? costOf(then, [], rates).total : 0
}

const eventsAtOnce = 200

/** The session as an earlier attempt of it left the line. */
async function asItEnded(engine: Engine, account: string, id: Id, attempt: number): Promise<Session | undefined> {
  let session: Session | undefined
  for (let after = 0; ;) {
    const events = await engine.parts<SessionEvent>(account, id, { after, limit: eventsAtOnce })
    for (const { recorded } of events) {
      session = sessionNoun.evolve(session, recorded.event)
      if (session.attempt.number === attempt && session.attempt.endedAt !== undefined) return session
    }
    const last = events.at(-1)
    if (!last || events.length < eventsAtOnce) return undefined
    after = last.n
  }
}
