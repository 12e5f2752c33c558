import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import type { Announcer, Logger, SendResult } from '../ports.ts'
import { createAgeing, type Ageing } from './ageing.ts'
import type { Attempt } from './attempts.ts'
import { Gate } from './gate.ts'
import type { LaneRegistry } from './lane-registry.ts'
import { forgetHolds, insert, remove, turnOf } from './lanes.ts'
import type { DeliveryLimits } from './limits.ts'
import type { Delivery, Lane, Origin } from './model.ts'
import type { Recorder } from './recorder.ts'
import { rowOf } from './rows.ts'
import { verdictOf } from './schedule.ts'

export interface DispatchOptions {
  readonly system: System
  readonly steady: () => Milliseconds
  readonly log: Logger
  readonly limits: DeliveryLimits
  readonly announcers: ReadonlyMap<string, Announcer>
  readonly attempt: Attempt
  readonly recorder: Recorder
  readonly lanes: LaneRegistry
  /** Whether its row has been removed from the store: what it tells of was erased. */
  readonly isErased: (delivery: Delivery) => Promise<boolean>
  /** It has left memory for the store and is due there then. */
  readonly leftUntil: (nextAt: Instant) => void
  /** It has left memory, and its last row is written. */
  readonly left: (delivery: Delivery) => void
  /** Something has left memory at this origin, or the lane has sent what it had. */
  readonly roomAt: (origin: Origin, lane: Lane) => void
}

export interface Totals {
  delivered: number
  failed: number
  dead: number
}

/** How long before the others may go ahead a failing delivery is tried once more, so that it may keep its place. */
const lastCallMs: Milliseconds = 1_000

/** Moves deliveries in memory from stage to stage, until they are over. */
export class Dispatch {
  readonly gate: Gate
  readonly totals: Totals = { delivered: 0, failed: 0, dead: 0 }
  readonly #options: DispatchOptions
  readonly #inMemory = new Map<string, Delivery>()
  readonly #ageing: Ageing
  #isOver = false
  #allEnded: (() => void) | undefined

  constructor(options: DispatchOptions) {
    const { system, steady, limits } = options
    this.#options = options
    this.gate = new Gate(limits, (delivery) => void this.#send(delivery))
    this.#ageing = createAgeing({
      system,
      steady,
      afterMs: limits.parkAfterMs,
      park: (delivery) => this.#park(delivery),
      slow: (delivery) => this.gate.slow(delivery),
    })
  }

  /** The delivery if it is in memory, or its last row is on its way to the store. */
  find(id: string): Delivery | undefined {
    return this.#inMemory.get(id)
  }

  /** Takes one into memory. `at`: it has failed before and is due then; otherwise it takes its turn in the lane. */
  admit(delivery: Delivery, at?: Milliseconds): void {
    this.#inMemory.set(delivery.id, delivery)
    this.gate.hold(delivery)
    insert(delivery.lane, delivery)
    if (!delivery.hasRow) this.#ageing.admitted(delivery)
    if (at === undefined) return
    delivery.stage = 'backoff'
    delivery.dueAt = at
    this.#wakeAt(delivery, at)
  }

  /** Gives the lane's deliveries their turns. */
  advance(lane: Lane): void {
    const { system, steady, limits, lanes, roomAt } = this.#options
    lane.cancelWake?.()
    lane.cancelWake = undefined
    if (lane.queue.length === 0) lanes.drop(lane)
    else {
      const now = steady()
      const { go, lookAgainAt, holding } = turnOf(lane, now, limits.holdBackMs)
      for (const delivery of go) this.gate.enqueue(delivery)
      if (lookAgainAt !== undefined) {
        lane.cancelWake = system.after(lookAgainAt - now, () => this.advance(lane))
        for (const delivery of holding) this.#callLast(delivery, lookAgainAt - lastCallMs, now)
      }
    }
    roomAt(lane.origin, lane)
  }

  /** Tries a failed one now. */
  hurry(delivery: Delivery): void {
    if (delivery.stage !== 'backoff') return
    delivery.cancelTimer?.()
    this.gate.enqueue(delivery)
  }

  /** Starts no attempt any more; resolves when those under way have ended, or after the time for that. */
  async stop(): Promise<void> {
    const { system, limits } = this.#options
    this.gate.stop()
    this.#ageing.stop()
    const ended = Promise.withResolvers<void>()
    const cancel = system.after(limits.stopAfterMs, ended.resolve)
    this.#allEnded = ended.resolve
    if (this.gate.figures().inFlight === 0) ended.resolve()
    await ended.promise
    cancel()
    this.#isOver = true
    for (const delivery of this.#inMemory.values()) {
      delivery.cancelTimer?.()
      delivery.lane.cancelWake?.()
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    const { system, steady, attempt } = this.#options
    delivery.startedAt = steady()
    this.#ageing.started(delivery)
    const result = await attempt(delivery.frozen, system.now(), delivery.tries + 1)
    if (this.#isOver) return // what it said is asked again after the start
    this.#settle(delivery, result)
    this.gate.ended(delivery, 'status' in result && result.status < 500)
    this.advance(delivery.lane)
    if (this.#allEnded && this.gate.figures().inFlight === 0) this.#allEnded()
  }

  #settle(delivery: Delivery, result: SendResult): void {
    const { limits, steady } = this.#options
    const announcer = this.#options.announcers.get(delivery.frozen.announcer)
    delivery.tries++
    delivery.lastStatus = 'status' in result ? result.status : null
    delivery.lastError = 'error' in result ? result.error : null
    switch (verdictOf(result, announcer)) {
      case 'delivered':
        this.totals.delivered++
        this.#leave(delivery, 'delivered')
        return forgetHolds(delivery.lane)
      case 'never':
        return this.#giveUp(delivery)
      case 'aside':
        // As if it had been failing for so long that it holds nothing back any more.
        delivery.failedAt = Math.min(delivery.failedAt ?? Number.POSITIVE_INFINITY, steady() - limits.holdBackMs)
        this.totals.failed++
        return this.#retry(delivery, announcer?.retryAfter(delivery.tries))
      case 'again':
        this.totals.failed++
        return this.#retry(delivery, announcer?.retryAfter(delivery.tries))
    }
  }

  #giveUp(delivery: Delivery): void {
    this.totals.dead++
    const { id, account, event, tries, lastStatus } = delivery
    const facts = { delivery: id, account, event, tries, status: lastStatus }
    this.#options.log.warn(facts, 'A delivery was given up.')
    this.#leave(delivery, 'dead')
    forgetHolds(delivery.lane)
  }

  #retry(delivery: Delivery, delayMs: Milliseconds | undefined): void {
    if (delayMs === undefined) return this.#giveUp(delivery)
    const { system, steady, limits, leftUntil } = this.#options
    const { holdBackMs } = limits
    const now = steady()
    delivery.failedAt ??= now
    delivery.nextAt = system.now() + delayMs
    const holdLeftMs = delivery.failedAt + holdBackMs - now
    if (delayMs > holdBackMs && holdLeftMs <= 0) {
      this.#leave(delivery, 'parked')
      return leftUntil(delivery.nextAt)
    }
    this.#record(delivery, 'parked')
    delivery.stage = 'backoff'
    delivery.dueAt = now + delayMs
    // It stays as long as it holds others back, or will be tried soon.
    this.#wakeAt(delivery, delayMs > holdBackMs ? now + holdLeftMs : delivery.dueAt)
  }

  #wakeAt(delivery: Delivery, at: Milliseconds): void {
    const { system, steady } = this.#options
    const isDue = at >= delivery.dueAt
    delivery.cancelTimer?.()
    delivery.cancelTimer = system.after(Math.max(0, at - steady()), () => {
      delivery.cancelTimer = undefined
      if (delivery.stage !== 'backoff') return
      if (isDue) void this.#tryAgain(delivery)
      else this.#leaveAsItIs(delivery)
    })
  }

  async #tryAgain(delivery: Delivery): Promise<void> {
    const isErased = await this.#options.isErased(delivery)
    if (delivery.stage !== 'backoff' || this.#isOver) return
    if (!isErased) return this.gate.enqueue(delivery)
    this.#takeOut(delivery)
    this.#forget(delivery)
    this.advance(delivery.lane)
  }

  #callLast(delivery: Delivery, at: Milliseconds, now: Milliseconds): void {
    if (delivery.stage !== 'backoff' || delivery.dueAt <= at || at <= now) return
    delivery.dueAt = at
    this.#wakeAt(delivery, at)
  }

  /** It waits in memory, and in the store in case the process dies: due there later, so that it is not read back now. */
  #park(delivery: Delivery): void {
    const { system, limits } = this.#options
    if (delivery.tries === 0) delivery.nextAt = system.now() + limits.leaseMs
    this.#record(delivery, 'parked')
  }

  #record(delivery: Delivery, state: 'delivered' | 'parked' | 'dead', written?: () => void): void {
    const { recorder, system, steady } = this.#options
    const { entry } = delivery
    delivery.entry = undefined
    delivery.hasRow = true
    recorder.add(rowOf(delivery, state, system.now(), steady()), entry, written)
  }

  #leave(delivery: Delivery, state: 'delivered' | 'parked' | 'dead'): void {
    this.#takeOut(delivery)
    this.#record(delivery, state, () => this.#forget(delivery))
  }

  /** Its row is written already, or about to be. */
  #leaveAsItIs(delivery: Delivery): void {
    const { recorder, leftUntil } = this.#options
    this.#takeOut(delivery)
    leftUntil(delivery.nextAt)
    void recorder.flushed().then(() => this.#forget(delivery))
    this.advance(delivery.lane)
  }

  #takeOut(delivery: Delivery): void {
    delivery.stage = 'over'
    remove(delivery.lane, delivery)
  }

  #forget(delivery: Delivery): void {
    this.#inMemory.delete(delivery.id)
    this.gate.release(delivery)
    this.#options.left(delivery)
    this.#options.roomAt(delivery.origin, delivery.lane)
  }
}
