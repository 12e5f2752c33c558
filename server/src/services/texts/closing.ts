import { closing } from '#domain/conversation/sessions.ts'
import { writtenInHandle } from '#domain/session/finding.ts'
import { session as noun } from '#domain/session/session.ts'
import { isRefused, refusals } from '#domain/vocabulary/refusal.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'

/** Sessions of one transaction. */
const atOnce = 12

/** A conversation was closed by request: the text sessions that its head could not name end, too. Done again, nothing is left to do. */
export function closingRunner(engine: Engine): EffectRunner {
  return {
    run: async ({ account, aggregate, kind }) => {
      for (;;) {
        const outcome = await engine.execute<number>({ account, by: `effect:${kind}` }, (unit) => {
          const written = unit.holders(writtenInHandle(aggregate), atOnce)
          const ended = written.map((id) => unit.run(noun, id, closing))
          return ended.filter((done) => !isRefused(done) && done.events.length > 0).length
        })
        if (outcome.refusal && refusals[outcome.refusal.code].retryable)
          return { settled: false, error: outcome.refusal.message }
        if (outcome.refusal || outcome.value === 0) return { settled: true }
      }
    },
  }
}
