import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Delivery, Lane } from './model.ts'

/** What may happen next in a lane. */
export interface Turn {
  /** Whose turn it is now. */
  readonly go: readonly Delivery[]
  /** When to look again, if nothing happens before. */
  readonly lookAgainAt: Milliseconds | undefined
  /** Those that hold the others back until then. */
  readonly holding: readonly Delivery[]
}

/** Puts a delivery where its event belongs. */
export function insert({ queue }: Lane, delivery: Delivery): void {
  let at = queue.length
  while (at > 0 && (queue[at - 1]?.seq ?? 0) > delivery.seq) at--
  queue.splice(at, 0, delivery)
}

export function remove({ queue }: Lane, delivery: Delivery): void {
  if (queue[0] === delivery) queue.shift()
  else queue.splice(queue.indexOf(delivery), 1)
}

/**
 * In event order, one after the other. A delivery whose first attempt is not over holds back all later ones; one that fails
 * does so for `holdBackMs` from its first failure. Nothing is held back longer than that in all, whatever fails before it,
 * so a receiver that is down delays a lane by `holdBackMs`, not by that much for each event (law: D46).
 */
export function turnOf(lane: Lane, now: Milliseconds, holdBackMs: Milliseconds): Turn {
  const go: Delivery[] = []
  const holding: Delivery[] = []
  let holdUntil = now
  let lookAgainAt: number | undefined
  let isBlocked = false // an earlier one has not been answered yet
  for (const delivery of lane.queue) {
    if (delivery.stage !== 'waiting') {
      if (delivery.failedAt === undefined) isBlocked = true
      else if (delivery.failedAt + holdBackMs > now) {
        holding.push(delivery)
        holdUntil = Math.max(holdUntil, delivery.failedAt + holdBackMs)
      }
      continue
    }
    if (holdUntil > now) delivery.heldSince ??= now
    if (isBlocked) continue
    isBlocked = true
    const until = Math.min(holdUntil, (delivery.heldSince ?? now) + holdBackMs)
    if (until <= now || holding.length === 0) go.push(delivery)
    else lookAgainAt = until
  }
  return { go, lookAgainAt, holding }
}

/** After a delivery has gone through: those with nothing failing before them have not been held back any more. */
export function forgetHolds({ queue }: Lane): void {
  for (const delivery of queue) {
    if (delivery.failedAt !== undefined) return
    delivery.heldSince = undefined
  }
}

/** Whether something in the lane has not been tried yet. */
export function hasUntried({ queue }: Lane): boolean {
  return queue.some(({ failedAt, tries }) => failedAt === undefined && tries === 0)
}
