import type { SessionRequests } from '#domain/session/requests.ts'
import { session as sessionNoun } from '#domain/session/session.ts'
import { walletClaim } from '#domain/wallet/decide.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import { read } from '../../reading.ts'
import { transcriptOf } from '../conversation/transcript.ts'
import type { Rates } from '../ports.ts'
import { costOf } from '../wrap/cost.ts'
import type { Back } from './handing.ts'
import type { Wakes } from './wakes.ts'

export interface ReleasingNeed {
  readonly engine: Engine
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

/** What an attempt cost, in cents; 0 where it was never live or billing is off. */
async function spentOn({ engine, rates }: ReleasingNeed, account: string, id: Id, attempt: number): Promise<number> {
  const session = await read(engine, account, (unit) =>
    unit.holder(walletClaim) === undefined ? undefined : unit.state(sessionNoun, id),
  )
  if (!session) return 0
  if (session.attempt.number !== attempt) return session.past.find(({ number }) => number === attempt)?.cost ?? 0
  return costOf(session, await transcriptOf(engine, session), rates).total
}
