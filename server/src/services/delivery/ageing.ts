import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import { Fifo } from './fifo.ts'
import type { Delivery } from './model.ts'

/** Notices what has no answer after a while: deliveries in memory without a row, and attempts under way. */
export interface Ageing {
  admitted(delivery: Delivery): void
  started(delivery: Delivery): void
  stop(): void
}

export interface AgeingOptions {
  readonly system: System
  readonly steady: () => Milliseconds
  readonly afterMs: Milliseconds
  /** It is in memory for `afterMs` and has no row yet. */
  park(delivery: Delivery): void
  /** Its attempt is under way for `afterMs`. */
  slow(delivery: Delivery): void
}

export function createAgeing({ system, steady, afterMs, park, slow }: AgeingOptions): Ageing {
  const withoutRow = new Fifo<Delivery>()
  const underWay = new Fifo<Delivery>()
  let cancel: (() => void) | undefined
  let isStopped = false

  const needsRow = ({ stage, hasRow }: Delivery): boolean => stage !== 'over' && !hasRow
  const isFresh = ({ stage, isSlow }: Delivery): boolean => stage === 'sending' && !isSlow

  function look(): void {
    cancel = undefined
    const before = steady() - afterMs
    // Taken off before it is acted on: what that leads to looks at the lists, too.
    drop(withoutRow, needsRow)
    for (let first = withoutRow.first(); first && first.admittedAt <= before; first = withoutRow.first()) {
      withoutRow.shift()
      park(first)
      drop(withoutRow, needsRow)
    }
    drop(underWay, isFresh)
    for (let first = underWay.first(); first && first.startedAt <= before; first = underWay.first()) {
      underWay.shift()
      slow(first)
      drop(underWay, isFresh)
    }
    lookLater()
  }

  function lookLater(): void {
    if (cancel || isStopped || withoutRow.size + underWay.size === 0) return
    cancel = system.after(afterMs / 4, look)
  }

  return {
    admitted(delivery) {
      drop(withoutRow, needsRow) // so that what is over does not stay in memory
      withoutRow.push(delivery)
      lookLater()
    },
    started(delivery) {
      drop(underWay, isFresh)
      underWay.push(delivery)
      lookLater()
    },
    stop() {
      isStopped = true
      cancel?.()
    },
  }
}

/** Drops from the front what is of no concern any more. */
function drop(items: Fifo<Delivery>, concerns: (delivery: Delivery) => boolean): void {
  for (let first = items.first(); first && !concerns(first); first = items.first()) items.shift()
}
