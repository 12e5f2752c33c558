import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Followed } from '#engine/api.ts'
import type { DeliveryStore } from '#engine/ports/delivery-store.ts'
import type { System } from '#engine/ports.ts'
import type { Announcement } from '../ports.ts'
import type { Announce } from './announcing.ts'
import type { Cursor, CursorEntry } from './cursor.ts'
import type { Dispatch } from './dispatch.ts'
import { deliveryId } from './identity.ts'
import type { LaneRegistry } from './lane-registry.ts'
import type { DeliveryLimits } from './limits.ts'
import { newDelivery, type Delivery, type Origin } from './model.ts'
import type { Parked } from './parked.ts'
import type { Recorder } from './recorder.ts'

export interface ReaderOptions {
  readonly system: System
  readonly steady: () => Milliseconds
  readonly store: DeliveryStore
  readonly limits: DeliveryLimits
  readonly announce: Announce
  readonly cursor: Cursor
  readonly recorder: Recorder
  readonly lanes: LaneRegistry
  readonly dispatch: Dispatch
  readonly parked: Parked
  /** Up to here an earlier process may have written rows beyond the cursor. */
  readonly recordedUpTo: number
  readonly isStopped: () => boolean
}

type Announced = readonly (readonly Announcement[])[]

/** How often a full origin is looked at, and how much of its share of memory it must have sent by then to be waited for. */
const lookMs: Milliseconds = 100
const shareInTime = 0.05
/** With other receivers there, it is waited for no longer than this. */
const patienceMs: Milliseconds = 1_000

/** Turns events into deliveries: into memory where there is room, else into the store. Waits for the store, not for receivers. */
export class Reader {
  readonly #options: ReaderOptions

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /** Takes the next events of the log; resolves when the ones after them may come. Never rejects. */
  async read(batch: readonly Followed[]): Promise<void> {
    const { announce, cursor, recorder, limits, isStopped } = this.#options
    const told = batch.map(announce)
    const isWaited = told.some((one) => one instanceof Promise)
    const announced = isWaited ? await Promise.all(told.map(async (one) => one)) : (told as Announced)
    for (const [i, followed] of batch.entries()) {
      if (isStopped()) return
      const { seq } = followed.recorded
      if (seq <= cursor.lastRead()) continue // given twice
      const wanted = announced[i] ?? []
      const announcements = wanted.length > 0 ? await this.#untold(followed, wanted) : []
      if (announcements.length > 0) {
        const entry = cursor.open(seq, announcements.length)
        for (const [id, announcement] of announcements) await this.#take(id, followed, announcement, entry)
        if (recorder.backlog() >= limits.backlog) await recorder.flushed()
      }
      cursor.read(seq)
    }
    recorder.cursorMoved()
  }

  /** Each target once; not again what has a row from before the start. */
  async #untold(
    { recorded: { seq, id: event, account } }: Followed,
    announcements: readonly Announcement[],
  ): Promise<readonly (readonly [string, Announcement])[]> {
    const { recordedUpTo } = this.#options
    const [first, second] = announcements
    if (!first) return []
    if (!second && seq > recordedUpTo) return [[deliveryId(event, first.target), first]]
    const byId = new Map(announcements.map((announcement) => [deliveryId(event, announcement.target), announcement]))
    if (seq > recordedUpTo) return [...byId]
    const known = await Promise.all([...byId.keys()].map((id) => this.#hasRow(account, id)))
    return [...byId].filter((_, i) => !known[i])
  }

  async #hasRow(account: string, id: string): Promise<boolean> {
    return (await this.#options.store.get(account, id).catch(() => null)) !== null // rather twice than never
  }

  async #take(id: string, followed: Followed, announcement: Announcement, entry: CursorEntry): Promise<void> {
    const { dispatch, lanes, parked, system, steady } = this.#options
    const { account, aggregate, id: event, seq } = followed.recorded
    const { target, eventType, frozen } = announcement
    const origin = dispatch.gate.originOf(frozen.url)
    const hasRoom = await this.#mayStay(account, aggregate, target, origin)
    const lane = lanes.of(account, aggregate, target, origin)
    const known = { id, account, target, event, eventType, seq, aggregate, frozen, bytes: frozen.body.length }
    const delivery: Delivery = newDelivery({ ...known, createdAt: system.now() }, lane, origin, steady(), entry)
    // While it waited for room the lane may have come to have some in the store: it goes behind them.
    if (!hasRoom || lane.more) return parked.spill(delivery)
    dispatch.admit(delivery)
    dispatch.advance(lane)
  }

  /** Whether there is room, and nothing of its lane in the store that goes before it. */
  async #mayStay(account: string, aggregate: string, target: string, origin: Origin): Promise<boolean> {
    const { lanes, limits, dispatch } = this.#options
    const lane = lanes.find(aggregate, target)
    if (lane ? lane.more || lane.queue.length >= limits.laneCount : await this.#mayFollow(account, target)) return false
    return dispatch.gate.isFull(origin) ? this.#roomAt(origin) : true
  }

  async #mayFollow(account: string, target: string): Promise<boolean> {
    const { recovery } = this.#options.parked
    return recovery.isOn() && recovery.mayHold({ account, target })
  }

  /** Waits for a full origin as long as it keeps up with the feed, for otherwise the rest is quicker in the store. */
  async #roomAt(origin: Origin): Promise<boolean> {
    const { dispatch, system, steady, limits, isStopped } = this.#options
    const { gate } = dispatch
    const since = steady()
    while (gate.isFull(origin) && !origin.isBehind && !isStopped()) {
      const endedBefore = origin.ended
      await new Promise<void>((resolve) => system.after(lookMs, resolve))
      const isQuick = origin.ended - endedBefore >= limits.originCount * shareInTime
      const isAlone = gate.figures().origins === 1
      if (!isQuick || (!isAlone && steady() - since > patienceMs)) origin.isBehind = gate.isFull(origin)
    }
    return !gate.isFull(origin)
  }
}
