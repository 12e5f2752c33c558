import type { Refused } from '#domain/vocabulary/refusal.ts'
import type { EffectRequest, Engine, Unit } from '#engine/api.ts'

/** How many units are under way at once: one is decided while others are being written. */
const underWay = 6

/**
 * Works off items in units of `size`, in their order. Answers with the sum of what the units say, or with the first refusal; what the
 * other units did stands, so the work is to be idempotent.
 */
export async function inUnits<Item>(
  engine: Engine,
  { account, kind }: Pick<EffectRequest, 'account' | 'kind'>,
  items: readonly Item[],
  size: number,
  work: (unit: Unit, items: readonly Item[]) => number | Refused,
): Promise<number | Refused> {
  let next = 0
  let sum = 0
  let refused: Refused | undefined
  async function go(): Promise<void> {
    while (next < items.length && !refused) {
      const some = items.slice(next, next + size)
      next += size
      const outcome = await engine.execute<number>({ account, by: `effect:${kind}` }, (unit) => work(unit, some))
      if (outcome.refusal) refused ??= { refusal: outcome.refusal }
      sum += outcome.value ?? 0
    }
  }
  await Promise.all(Array.from({ length: underWay }, go))
  return refused ?? sum
}
