import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Ask, Engine, Outcome, Program } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'

const pauseMs: Milliseconds = 500
const mostTries = 240

/**
 * Executes what nobody is there to send again (a carrier's report, words that were heard): while the house is busy or the
 * store away, it is tried again, in real time.
 */
export async function persist<Value>(
  { engine, system }: { readonly engine: Pick<Engine, 'execute'>; readonly system: Pick<System, 'after'> },
  ask: Ask<Value>,
  program: Program<Value>,
): Promise<Outcome<Value>> {
  for (let tries = 1; ; tries++) {
    const outcome = await engine.execute(ask, program)
    const code = outcome.refusal?.code
    if ((code !== 'busy' && code !== 'unavailable') || tries === mostTries) return outcome
    await new Promise<void>((resolve) => system.after(pauseMs, resolve))
  }
}

/**
 * What some work comes to within its time, in real time. Undefined: it takes longer, or the server stops, and its signal tells
 * it that nobody waits any more.
 */
export async function within<Value>(
  system: Pick<System, 'after'>,
  ms: Milliseconds,
  work: (signal: AbortSignal) => Promise<Value>,
  stopped?: AbortSignal,
): Promise<Value | undefined> {
  const late = new AbortController()
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>()
  const giveUp = (): void => {
    late.abort()
    resolve(undefined)
  }
  const cancel = system.after(ms, giveUp)
  // Not AbortSignal.any: what hangs on a signal that lives as long as the server is only given back when it is taken off.
  stopped?.addEventListener('abort', giveUp)
  if (stopped?.aborted) giveUp()
  try {
    return await Promise.race([work(late.signal), tooLate])
  } finally {
    cancel()
    stopped?.removeEventListener('abort', giveUp)
  }
}
