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
    takeWhile(withoutRow, (delivery) => {
      if (needsRow(delivery) && delivery.admittedAt > before) return false
      if (needsRow(delivery)) park(delivery)
      return true
    })
    takeWhile(underWay, (delivery) => {
      if (isFresh(delivery) && delivery.startedAt > before) return false
      if (isFresh(delivery)) slow(delivery)
      return true
    })
    lookLater()
  }

  function lookLater(): void {
    if (cancel || isStopped || withoutRow.size + underWay.size === 0) return
    cancel = system.after(afterMs / 4, look)
  }

  return {
    admitted(delivery) {
      takeWhile(withoutRow, (first) => !needsRow(first)) // so that what is over does not stay in memory
      withoutRow.push(delivery)
      lookLater()
    },
    started(delivery) {
      takeWhile(underWay, (first) => !isFresh(first))
      underWay.push(delivery)
      lookLater()
    },
    stop() {
      isStopped = true
      cancel?.()
    },
  }
}

function takeWhile(items: Fifo<Delivery>, test: (delivery: Delivery) => boolean): void {
  for (let first = items.first(); first && test(first); first = items.first()) items.shift()
}
