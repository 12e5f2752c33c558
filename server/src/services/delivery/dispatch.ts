import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import type { Announcer, Logger, SendResult } from '../ports.ts'
import { createAgeing } from './ageing.ts'
import type { Attempt } from './attempts.ts'
import { createGate, type Gate } from './gate.ts'
import type { LaneRegistry } from './lane-registry.ts'
import { forgetHolds, insert, remove, turnOf } from './lanes.ts'
import type { DeliveryLimits } from './limits.ts'
import type { Delivery, Lane, Origin } from './model.ts'
import type { Recorder } from './recorder.ts'
import { rowOf } from './rows.ts'
import { verdictOf } from './schedule.ts'

/** Moves deliveries in memory from stage to stage, until they are over. */
export interface Dispatch {
  readonly gate: Gate
  /** Whether the delivery is in memory, or its last row is on its way to the store. */
  find(id: string): Delivery | undefined
  /** Takes one into memory. `at`: it has failed before and is due then; otherwise it takes its turn in the lane. */
  admit(delivery: Delivery, at?: Milliseconds): void
  /** Gives the lane's deliveries their turns. */
  advance(lane: Lane): void
  /** Tries a failed one now. */
  hurry(delivery: Delivery): void
  totals(): Readonly<Totals>
  /** Starts no attempt any more; resolves when those under way have ended, or after the time for that. */
  stop(): Promise<void>
}

export interface Totals {
  delivered: number
  failed: number
  dead: number
}

export interface DispatchOptions {
  readonly system: System
  readonly steady: () => Milliseconds
  readonly log: Logger
  readonly limits: DeliveryLimits
  readonly announcers: ReadonlyMap<string, Announcer>
  readonly attempt: Attempt
  readonly recorder: Recorder
  readonly lanes: LaneRegistry
  /** It has left memory for the store and is due there then. */
  leftUntil(nextAt: Instant): void
  /** It has left memory for good. */
  left(delivery: Delivery): void
  /** Something has left memory at this origin, or the lane has sent what it had. */
  roomAt(origin: Origin, lane: Lane): void
}

/** How long before the others may go ahead a failing delivery is tried once more, so that it may keep its place. */
const lastCallMs: Milliseconds = 1_000

export function createDispatch(options: DispatchOptions): Dispatch {
  const { system, steady, log, limits, announcers, attempt, recorder, lanes } = options
  const { holdBackMs } = limits
  const inMemory = new Map<string, Delivery>()
  const totals: Totals = { delivered: 0, failed: 0, dead: 0 }
  const ageing = createAgeing({
    system,
    steady,
    afterMs: limits.parkAfterMs,
    park,
    slow: (delivery) => gate.slow(delivery),
  })
  const gate = createGate(limits, (delivery) => void send(delivery))
  let isOver = false
  let allEnded: (() => void) | undefined

  function record(delivery: Delivery, state: 'delivered' | 'parked' | 'dead', written?: () => void): void {
    const { entry } = delivery
    delivery.entry = undefined
    delivery.hasRow = true
    recorder.add(rowOf(delivery, state, system.now(), steady()), entry, written)
  }

  /** It waits in memory, and in the store in case the process dies: due there later, so that it is not read back now. */
  function park(delivery: Delivery): void {
    if (delivery.tries === 0) delivery.nextAt = system.now() + limits.leaseMs
    record(delivery, 'parked')
  }

  async function send(delivery: Delivery): Promise<void> {
    delivery.startedAt = steady()
    ageing.started(delivery)
    const result = await attempt(delivery.frozen, system.now(), delivery.tries + 1)
    if (isOver) return // what it said is asked again after the start
    settle(delivery, result)
    gate.ended(delivery, 'status' in result && result.status < 500)
    advance(delivery.lane)
    if (allEnded && gate.figures().inFlight === 0) allEnded()
  }

  function settle(delivery: Delivery, result: SendResult): void {
    delivery.tries++
    delivery.lastStatus = 'status' in result ? result.status : null
    delivery.lastError = 'error' in result ? result.error : null
    switch (verdictOf(result)) {
      case 'delivered':
        totals.delivered++
        leave(delivery, 'delivered')
        return forgetHolds(delivery.lane)
      case 'never':
        return giveUp(delivery)
      case 'again':
        totals.failed++
        return retry(delivery, announcers.get(delivery.frozen.announcer)?.retryAfter(delivery.tries))
    }
  }

  function giveUp(delivery: Delivery): void {
    totals.dead++
    const { id, account, event, tries, lastStatus } = delivery
    log.warn({ delivery: id, account, event, tries, status: lastStatus }, 'A delivery was given up.')
    leave(delivery, 'dead')
    forgetHolds(delivery.lane)
  }

  function retry(delivery: Delivery, delayMs: Milliseconds | undefined): void {
    if (delayMs === undefined) return giveUp(delivery)
    const now = steady()
    delivery.failedAt ??= now
    delivery.nextAt = system.now() + delayMs
    const holdLeftMs = delivery.failedAt + holdBackMs - now
    if (delayMs > holdBackMs && holdLeftMs <= 0) {
      leave(delivery, 'parked')
      return options.leftUntil(delivery.nextAt)
    }
    record(delivery, 'parked')
    delivery.stage = 'backoff'
    delivery.dueAt = now + delayMs
    // It stays as long as it holds others back, or will be tried soon.
    wakeAt(delivery, delayMs > holdBackMs ? now + holdLeftMs : delivery.dueAt)
  }

  function wakeAt(delivery: Delivery, at: Milliseconds): void {
    const isDue = at >= delivery.dueAt
    delivery.cancelTimer?.()
    delivery.cancelTimer = system.after(Math.max(0, at - steady()), () => {
      delivery.cancelTimer = undefined
      if (delivery.stage !== 'backoff') return
      if (isDue) gate.enqueue(delivery)
      else leaveLater(delivery)
    })
  }

  /** Its row is written already, or about to be. */
  function leaveLater(delivery: Delivery): void {
    takeOut(delivery)
    options.leftUntil(delivery.nextAt)
    void recorder.flushed().then(() => forget(delivery))
    advance(delivery.lane)
  }

  function leave(delivery: Delivery, state: 'delivered' | 'parked' | 'dead'): void {
    takeOut(delivery)
    record(delivery, state, () => forget(delivery))
  }

  function takeOut(delivery: Delivery): void {
    delivery.stage = 'over'
    remove(delivery.lane, delivery)
  }

  function forget(delivery: Delivery): void {
    inMemory.delete(delivery.id)
    gate.release(delivery)
    options.left(delivery)
    options.roomAt(delivery.origin, delivery.lane)
  }

  function advance(lane: Lane): void {
    lane.cancelWake?.()
    lane.cancelWake = undefined
    if (lane.queue.length === 0) {
      lanes.drop(lane)
      return options.roomAt(lane.origin, lane)
    }
    const now = steady()
    const { go, lookAgainAt, holding } = turnOf(lane, now, holdBackMs)
    for (const delivery of go) gate.enqueue(delivery)
    if (lookAgainAt !== undefined) {
      lane.cancelWake = system.after(lookAgainAt - now, () => advance(lane))
      for (const delivery of holding) callLast(delivery, lookAgainAt - lastCallMs, now)
    }
    options.roomAt(lane.origin, lane)
  }

  function callLast(delivery: Delivery, at: Milliseconds, now: Milliseconds): void {
    if (delivery.stage !== 'backoff' || delivery.dueAt <= at || at <= now) return
    delivery.dueAt = at
    wakeAt(delivery, at)
  }

  return {
    gate,
    find: (id) => inMemory.get(id),
    admit(delivery, at) {
      inMemory.set(delivery.id, delivery)
      gate.hold(delivery)
      insert(delivery.lane, delivery)
      if (!delivery.hasRow) ageing.admitted(delivery)
      if (at === undefined) return
      delivery.stage = 'backoff'
      delivery.dueAt = at
      wakeAt(delivery, at)
    },
    advance,
    hurry(delivery) {
      if (delivery.stage !== 'backoff') return
      delivery.cancelTimer?.()
      gate.enqueue(delivery)
    },
    totals: () => totals,
    async stop() {
      gate.stop()
      ageing.stop()
      const ended = Promise.withResolvers<void>()
      const cancel = system.after(limits.stopAfterMs, ended.resolve)
      allEnded = ended.resolve
      if (gate.figures().inFlight === 0) ended.resolve()
      await ended.promise
      cancel()
      isOver = true
      for (const delivery of inMemory.values()) {
        delivery.cancelTimer?.()
        delivery.lane.cancelWake?.()
      }
    },
  }
}
