import { session as noun } from '#domain/session/session.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import { sessionsIn } from './lists.ts'

/** Each may leave its reference behind, and a unit leads to no more than 32 such reactions. */
const erasedAtOnce = 30

/** Erases the sessions of an agent that was purged. Those that are not over finish first: it is tried again until none is left. */
export function purgeRunner(engine: Engine): EffectRunner {
  return {
    run: async ({ account, aggregate }) => {
      const ended: Id[] = []
      let left = 0
      for await (const { id, state } of sessionsIn(engine, account, 'by_agent', aggregate)) {
        if (state.state === 'ended') ended.push(id)
        else left++
      }
      for (let i = 0; i < ended.length; i += erasedAtOnce) {
        const outcome = await engine.execute<boolean>({ account, by: 'purge' }, (unit) => {
          for (const id of ended.slice(i, i + erasedAtOnce)) {
            const done = unit.state(noun, id) && unit.run(noun, id, { type: 'erase' })
            if (isRefused(done)) return done
          }
          return true
        })
        if (outcome.refusal) return { settled: false, error: outcome.refusal.message }
      }
      return left > 0 ? { settled: false, error: `${left} sessions of the agent are not over yet.` } : { settled: true }
    },
  }
}
