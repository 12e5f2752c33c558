import { account as accountNoun, house } from '#domain/account/account.ts'
import { retention as noun, retentionClaim } from '#domain/retention/retention.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import { read } from '../reading.ts'

/** Tells an account's own retention the days of its limits. Safe to repeat, at once too: what the limits say last holds. */
export async function retain(engine: Engine, account: Id): Promise<Refused | undefined> {
  for (;;) {
    const days = await daysOf(engine, account)
    const { refusal } = await engine.execute<true>({ account, by: 'limits' }, (unit) => {
      const holder = unit.holder(retentionClaim)
      if (holder === undefined && days === null) return true
      const done = unit.run(noun, holder ?? unit.id(), { type: 'set', days })
      return isRefused(done) ? done : true
    })
    if (refusal) return { refusal }
    if ((await daysOf(engine, account)) === days) return undefined
  }
}

function daysOf(engine: Engine, account: Id): Promise<number | null> {
  return read(engine, house, (unit) => unit.state(accountNoun, account)?.limits.retentionDays ?? null)
}

/** Sees to it that they are told, whatever became of the process in which the limits were changed. */
export function retainRunner(engine: Engine): EffectRunner {
  return {
    run: async ({ aggregate }) => {
      const refused = await retain(engine, aggregate)
      return refused ? { settled: false, error: refused.refusal.message } : { settled: true }
    },
  }
}
