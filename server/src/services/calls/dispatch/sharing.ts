import type { SlotWanted } from '#domain/dispatcher/state.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'

/** A session in the line of its route. */
export interface Waiting {
  readonly wanted: SlotWanted
  readonly since: Instant
}

/**
 * Who gets the free slots: the next one always goes to the route that holds the fewest among those with calls waiting, first come
 * first served within it. So the limit is split evenly over them, and a share nobody needs passes on.
 */
export function share(
  free: number,
  lines: ReadonlyMap<string, readonly Waiting[]>,
  held: ReadonlyMap<string, number>,
): readonly SlotWanted[] {
  const routes = Array.from(lines, ([route, waiting]) => ({ waiting, next: 0, holds: held.get(route) ?? 0 }))
  const given: SlotWanted[] = []
  while (given.length < free) {
    const route = routes.reduce<(typeof routes)[number] | undefined>(
      (first, one) => (one.next < one.waiting.length && (!first || comesBefore(one, first)) ? one : first),
      undefined,
    )
    const next = route?.waiting[route.next]
    if (!route || !next) break
    given.push(next.wanted)
    route.next++
    route.holds++
  }
  return given
}

interface Turn {
  readonly waiting: readonly Waiting[]
  readonly next: number
  readonly holds: number
}

/** Among equals, who has waited longest. */
function comesBefore(one: Turn, other: Turn): boolean {
  if (one.holds !== other.holds) return one.holds < other.holds
  return sinceOf(one) < sinceOf(other)
}

function sinceOf({ waiting, next }: Turn): Instant {
  return waiting[next]?.since ?? Infinity
}
