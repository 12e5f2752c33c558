import type { Refused } from '#domain/vocabulary/refusal.ts'
import type { EffectRequest, Engine, Unit } from '#engine/api.ts'

/**
 * Works off items in units of `size`, all of which travel together. Answers with the sum of what the units say, or with the first
 * refusal; what the other units did stands, so the work is to be idempotent.
 */
export async function inUnits<Item>(
  engine: Engine,
  { account, kind }: Pick<EffectRequest, 'account' | 'kind'>,
  items: readonly Item[],
  size: number,
  work: (unit: Unit, items: readonly Item[]) => number | Refused,
): Promise<number | Refused> {
  const chunks = Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
  const outcomes = await Promise.all(
    chunks.map((chunk) => engine.execute<number>({ account, by: `effect:${kind}` }, (unit) => work(unit, chunk))),
  )
  const refused = outcomes.find(({ refusal }) => refusal !== undefined)
  if (refused?.refusal) return { refusal: refused.refusal }
  return outcomes.reduce((sum, { value = 0 }) => sum + value, 0)
}
