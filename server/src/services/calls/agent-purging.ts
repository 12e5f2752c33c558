import { batch } from '#domain/batch/batch.ts'
import type { DomainEvent, Facets, Noun } from '#domain/noun.ts'
import { session } from '#domain/session/session.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { refusals } from '#domain/vocabulary/refusal.ts'
import type { EffectAnswer, EffectRequest, EffectRunner, Engine } from '#engine/api.ts'

/** How many are erased in one unit. */
const perUnit = 100

/**
 * What goes with an agent that was purged: its batches, which stops what waits of them, and its sessions as soon as they are over.
 * Tried until none is left.
 */
export function agentRunners(need: { readonly engine: Engine }): Readonly<Record<'agent.purge', EffectRunner>> {
  return { 'agent.purge': { run: (effect) => purge(need.engine, effect) } }
}

async function purge(engine: Engine, effect: EffectRequest): Promise<EffectAnswer> {
  const batches = await eraseAll(engine, effect, batch, { type: 'erase' }, () => true)
  const sessions = await eraseAll(engine, effect, session, { type: 'erase' }, ({ state }) => state === 'ended')
  const left = batches + sessions
  return left === 0 ? { settled: true } : { settled: false, error: `${left} of the agent are not over yet.` }
}

/** Erases what is over of one noun; answers with how many are left. */
async function eraseAll<S, C, E extends DomainEvent>(
  engine: Engine,
  { account, aggregate, kind }: EffectRequest,
  noun: Noun<S, C, E>,
  erase: C,
  isOver: (facets: Facets) => boolean,
): Promise<number> {
  const over: Id[] = []
  let left = 0
  await engine.list({
    account,
    noun,
    list: 'by_agent',
    equals: [aggregate],
    limit: 1,
    // Only looked at: the lists know how each stands.
    test: (entry) => {
      if (isOver(entry.facets)) over.push(entry.aggregate)
      else left++
      return false
    },
  })
  for (let from = 0; from < over.length; from += perUnit) {
    const some = over.slice(from, from + perUnit)
    const outcome = await engine.execute<true>({ account, by: `effect:${kind}` }, (unit) => {
      for (const id of some) unit.run(noun, id, erase)
      return true
    })
    if (outcome.refusal && refusals[outcome.refusal.code].retryable) left += some.length
  }
  return left
}
