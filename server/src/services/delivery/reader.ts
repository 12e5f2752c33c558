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
import type { Delivery, Lane, Origin } from './model.ts'
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
  isStopped(): boolean
}

/** How often a full origin is looked at, and how much of its share of memory it must have sent by then to be waited for. */
const lookMs: Milliseconds = 100
const shareInTime = 0.05
/** With other receivers there, it is waited for no longer than this. */
const patienceMs: Milliseconds = 1_000

/** Turns events into deliveries: into memory where there is room, else into the store. Waits for the store, not for receivers. */
export function createReader(options: ReaderOptions): (batch: readonly Followed[]) => Promise<void> {
  const { system, steady, store, limits, announce, cursor, recorder, lanes, dispatch, parked } = options
  const { gate } = dispatch

  async function read(batch: readonly Followed[]): Promise<void> {
    const announced = await Promise.all(batch.map(announce))
    for (const [i, followed] of batch.entries()) {
      if (options.isStopped()) return
      const { seq } = followed.recorded
      if (seq <= cursor.lastRead()) continue // given twice
      const announcements = await untold(followed, announced[i] ?? [])
      if (announcements.length > 0) {
        const entry = cursor.open(seq, announcements.length)
        for (const [id, announcement] of announcements) await take(id, followed, announcement, entry)
        if (recorder.backlog() >= limits.backlog) await recorder.flushed()
      }
      cursor.read(seq)
    }
    recorder.cursorMoved()
  }

  /** Each target once; not again what has a row from before the start. */
  async function untold(
    { recorded: { seq, id: event, account } }: Followed,
    announcements: readonly Announcement[],
  ): Promise<readonly (readonly [string, Announcement])[]> {
    const [first, second] = announcements
    if (!first) return []
    if (!second && seq > options.recordedUpTo) return [[deliveryId(event, first.target), first]]
    const byId = new Map(announcements.map((announcement) => [deliveryId(event, announcement.target), announcement]))
    if (seq > options.recordedUpTo) return [...byId]
    const known = await Promise.all([...byId.keys()].map((id) => hasRow(account, id)))
    return [...byId].filter((_, i) => !known[i])
  }

  async function hasRow(account: string, id: string): Promise<boolean> {
    return (await store.get(account, id).catch(() => null)) !== null // rather twice than never
  }

  async function take(id: string, followed: Followed, announcement: Announcement, entry: CursorEntry): Promise<void> {
    const { account, aggregate } = followed.recorded
    const { target, frozen } = announcement
    const origin = gate.originOf(frozen.url)
    let lane = lanes.find(aggregate, target)
    const mayFollow = !lane && parked.isRecovering() && (await parked.mayHold(account, target))
    const hasRoom = !mayFollow && !lane?.more && (lane?.queue.length ?? 0) < limits.laneCount && (await roomAt(origin))
    lane = lanes.of(account, aggregate, target, origin)
    const delivery = newDelivery(id, followed, announcement, entry, lane, origin)
    // While it waited for room the lane may have come to have some in the store: it goes behind them.
    if (!hasRoom || lane.more) return parked.spill(delivery)
    dispatch.admit(delivery)
    dispatch.advance(lane)
  }

  /** Waits for a full origin as long as it keeps up with the feed, for otherwise the rest is quicker in the store. */
  async function roomAt(origin: Origin): Promise<boolean> {
    if (!gate.isFull(origin)) return true
    const since = steady()
    while (gate.isFull(origin) && !origin.isBehind && !options.isStopped()) {
      const endedBefore = origin.ended
      await new Promise<void>((resolve) => system.after(lookMs, resolve))
      const isQuick = origin.ended - endedBefore >= limits.originCount * shareInTime
      const isAlone = gate.figures().origins === 1
      if (!isQuick || (!isAlone && steady() - since > patienceMs)) origin.isBehind = gate.isFull(origin)
    }
    return !gate.isFull(origin)
  }

  function newDelivery(
    id: string,
    { recorded }: Followed,
    { target, eventType, frozen }: Announcement,
    entry: CursorEntry,
    lane: Lane,
    origin: Origin,
  ): Delivery {
    const { account, id: event, seq, aggregate } = recorded
    return {
      ...{
        id,
        account,
        target,
        event,
        eventType,
        seq,
        aggregate,
        frozen,
        bytes: frozen.body.length,
        lane,
        origin,
        entry,
      },
      ...{
        createdAt: system.now(),
        admittedAt: steady(),
        stage: 'waiting',
        tries: 0,
        lastStatus: null,
        lastError: null,
      },
      ...{ nextAt: 0, startedAt: 0, failedAt: undefined, heldSince: undefined, dueAt: 0, cancelTimer: undefined },
      ...{ isSlow: false, hasRow: false },
    }
  }

  return read
}
