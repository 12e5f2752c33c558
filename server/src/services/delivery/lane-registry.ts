import type { Id } from '#domain/vocabulary/id.ts'
import type { Lane, Origin } from './model.ts'

/** The lanes in memory: those with deliveries there, and those known to have some in the store. */
export interface LaneRegistry {
  find(aggregate: Id, target: string): Lane | undefined
  /** The lane, made when there is none. */
  of(account: string, aggregate: Id, target: string, origin: Origin): Lane
  /** Forgets the lane when there is nothing to know of it. */
  drop(lane: Lane): void
  size(): number
}

/** Rows read from the store at once, at first. */
const pageAtFirst = 50

export function laneRegistry(): LaneRegistry {
  const lanes = new Map<string, Lane>()
  return {
    find: (aggregate, target) => lanes.get(keyOf(aggregate, target)),
    of(account, aggregate, target, origin) {
      const key = keyOf(aggregate, target)
      const known = lanes.get(key)
      if (known) return known
      const lane: Lane = {
        key,
        account,
        aggregate,
        target,
        queue: [],
        more: false,
        spilled: 0,
        load: 'none',
        page: pageAtFirst,
        origin,
        cancelWake: undefined,
      }
      lanes.set(key, lane)
      return lane
    },
    drop(lane) {
      if (lane.queue.length === 0 && !lane.more && lane.load === 'none') lanes.delete(lane.key)
    },
    size: () => lanes.size,
  }
}

function keyOf(aggregate: Id, target: string): string {
  return `${aggregate} ${target}`
}
