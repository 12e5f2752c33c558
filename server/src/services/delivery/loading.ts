import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { DeliveryRow, DeliveryStore } from '#engine/ports/delivery-store.ts'
import type { System } from '#engine/ports.ts'
import type { Logger } from '../ports.ts'
import type { Dispatch } from './dispatch.ts'
import { Fifo } from './fifo.ts'
import type { FreshPage, FreshReads } from './fresh-reads.ts'
import { hasUntried } from './lanes.ts'
import type { DeliveryLimits } from './limits.ts'
import { newDelivery, type Lane, type Origin } from './model.ts'
import type { Recorder } from './recorder.ts'
import { storedOf } from './rows.ts'

export interface LoadingOptions {
  readonly system: System
  readonly steady: () => Milliseconds
  readonly log: Logger
  readonly store: DeliveryStore
  readonly limits: DeliveryLimits
  readonly recorder: Recorder
  readonly reads: FreshReads
  readonly dispatch: () => Dispatch
  /** Rows up to here may be taken: what the log has before them is in memory or in the store. */
  readonly knownUpTo: () => number
}

const pauseMs: Milliseconds = 100
/** How many of the origins that wait for a load are looked at when one has ended. */
const originsTried = 8

/** Brings rows back into memory, lane by lane, so that their order holds, and origin by origin, as there is room. */
export class Loading {
  readonly #options: LoadingOptions
  readonly #waiting = new Fifo<Origin>()
  #underWay = 0
  #marks = 0
  #isStopped = false

  constructor(options: LoadingOptions) {
    this.#options = options
  }

  /** Whether one more lane may be marked. */
  mayMark(): boolean {
    return this.#marks < this.#options.limits.spilledLanes
  }

  /** The lane has one more row in the store, handed over to be written by now. */
  mark(lane: Lane): void {
    lane.spilled++
    if (!lane.more) this.#marks++
    lane.more = true
    this.#list(lane)
  }

  /** Something has left memory at this origin, or the lane has sent what it had. */
  roomAt(origin: Origin, lane: Lane): void {
    if (lane.more && lane.load === 'none' && !hasUntried(lane)) this.#list(lane)
    if (origin.toLoad.size > 0 || origin.isBehind) this.#pump(origin)
    if (this.#waiting.size > 0) this.#pumpWaiting(1)
  }

  stop(): void {
    this.#isStopped = true
  }

  #list(lane: Lane): void {
    if (this.#isStopped || !lane.more || lane.load !== 'none') return
    lane.load = 'listed'
    lane.origin.toLoad.push(lane)
    this.#pump(lane.origin)
  }

  #pump(origin: Origin): void {
    const { gate } = this.#options.dispatch()
    while (origin.toLoad.size > 0) {
      if (this.#underWay >= this.#options.limits.loads || !gate.hasRoom(origin)) {
        if (!origin.isLoadListed) this.#waiting.push(origin)
        origin.isLoadListed = true
        return
      }
      const lane = origin.toLoad.shift()
      if (lane) void this.#load(lane)
    }
    if (gate.hasRoom(origin)) origin.isBehind = false
  }

  #pumpWaiting(atMost: number): void {
    const { loads } = this.#options.limits
    for (let i = Math.min(atMost, this.#waiting.size); i > 0 && this.#underWay < loads; i--) {
      const origin = this.#waiting.shift()
      if (!origin) return
      origin.isLoadListed = false
      this.#pump(origin)
    }
  }

  async #load(lane: Lane): Promise<void> {
    const { store, recorder, reads, log, dispatch, knownUpTo } = this.#options
    this.#underWay++
    lane.load = 'reading'
    try {
      lane.spilled = 0
      const upTo = knownUpTo() // before waiting, since what comes to be known meanwhile may not be written yet
      await recorder.flushed()
      const page = await reads.read(() => store.parkedOf(lane.aggregate, lane.target, lane.page))
      if (!this.#isStopped) this.#takeIn(lane, page, upTo)
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.name : '' }, 'Parked deliveries cannot be read; trying again.')
      this.#loadAfterPause(lane)
    }
    if (lane.load === 'reading') lane.load = 'none'
    this.#underWay--
    if (this.#isStopped) return
    dispatch().advance(lane)
    this.#pumpWaiting(originsTried)
  }

  #takeIn(lane: Lane, { rows, found }: FreshPage, upTo: number): void {
    const { dispatch } = this.#options
    // After a crash rows may be ahead of the cursor: what the log has before them comes first.
    const inTurn = rows.filter(({ seq }) => seq <= upTo)
    const taken = inTurn.filter((row) => !dispatch().find(row.id) && this.#revive(lane, row))
    if (inTurn.length < rows.length) {
      if (taken.length === 0) this.#loadAfterPause(lane)
    } else if (found === lane.page) {
      if (taken.length === 0) lane.page *= 2 // all of these wait for a later try: look behind them
    } else if (lane.spilled === 0) {
      lane.more = false
      this.#marks--
    }
  }

  #loadAfterPause(lane: Lane): void {
    lane.load = 'paused'
    this.#options.system.after(pauseMs, () => {
      lane.load = 'none'
      this.#list(lane)
    })
  }

  /** Into memory, if it is due or still holds others back. */
  #revive(lane: Lane, row: DeliveryRow): boolean {
    const { system, steady, limits, dispatch } = this.#options
    const stored = storedOf(row)
    if (!stored || row.nextAt === null) return false
    const { firstFailedAt, ...frozen } = stored
    const now = system.now()
    const failedForMs = firstFailedAt === undefined ? limits.holdBackMs : Math.max(0, now - firstFailedAt)
    const dueInMs = row.tries === 0 ? 0 : row.nextAt - now
    if (dueInMs > 0 && failedForMs >= limits.holdBackMs) return false
    const { gate } = dispatch()
    const bytes = row.frozenJson?.length ?? 0
    const delivery = newDelivery({ ...row, frozen, bytes }, lane, gate.originOf(row.url), steady())
    delivery.hasRow = true
    delivery.tries = row.tries
    delivery.nextAt = row.nextAt
    delivery.lastStatus = row.lastStatus
    delivery.lastError = row.lastError
    if (row.tries > 0) delivery.failedAt = steady() - failedForMs
    dispatch().admit(delivery, row.tries === 0 ? undefined : steady() + Math.max(0, dueInMs))
    return true
  }
}
