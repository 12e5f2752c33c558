import type { Feed } from '#engine/api.ts'
import type { DeliveryStore } from '#engine/ports/delivery-store.ts'
import type { System } from '#engine/ports.ts'
import type { Deliveries } from '../api.ts'
import type { Announcer, Logger, Sender } from '../ports.ts'
import { announcing } from './announcing.ts'
import { attempts } from './attempts.ts'
import { createCursor, type Cursor } from './cursor.ts'
import { Dispatch, type Totals } from './dispatch.ts'
import { forgetOld } from './forgetting.ts'
import { laneRegistry } from './lane-registry.ts'
import { defaultLimits, type DeliveryLimits } from './limits.ts'
import { Parked } from './parked.ts'
import { Reader } from './reader.ts'
import { Recorder } from './recorder.ts'
import { Replay } from './replay.ts'
import { steadyClock } from './steady-clock.ts'

export interface DeliveryOptions {
  readonly feed: Feed
  readonly store: DeliveryStore
  readonly announcers: readonly Announcer[]
  readonly sender: Sender
  readonly system: System
  readonly log: Logger
  readonly limits?: Partial<DeliveryLimits>
}

/** Tells receivers what happened: at least once, in order for each aggregate and target, and none waits for another. */
export interface Delivery extends Deliveries {
  /** Takes up what an earlier process has left, then follows the log from the cursor on. */
  start(): Promise<void>
  /** Waits a little for attempts under way and writes down what came of them. The rest is sent after the next start. */
  stop(): Promise<void>
  /** Resolves when every event the log has now is delivered, given up or parked. */
  settled(): Promise<void>
  stats(): DeliveryStats
}

export interface DeliveryStats extends Readonly<Totals> {
  /** Attempts under way; `slow` of them for longer than a receiver should take. */
  readonly inFlight: number
  readonly slow: number
  /** Deliveries in memory and the bytes of their bodies. */
  readonly inMemory: number
  readonly bytes: number
  /** How many events of the log the cursor is behind. */
  readonly lag: number
}

interface Running {
  readonly cursor: Cursor
  readonly recorder: Recorder
  readonly dispatch: Dispatch
  readonly replay: Replay
  isStopped(): boolean
  stop(): Promise<void>
}

/** The delivery service. Nothing runs before `start`. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { feed, store } = options
  let running: Promise<Running> | undefined
  let current: Running | undefined

  const started = (): Promise<Running> => {
    if (!running) throw new Error('The delivery service has not been started.')
    return running
  }

  return {
    async start() {
      running ??= run(options)
      current = await running
    },
    async stop() {
      await (await running)?.stop()
    },
    async settled() {
      const { cursor, recorder, isStopped } = await started()
      const target = feed.lastSeq()
      while (recorder.position() < target && !isStopped()) {
        if (cursor.position() > recorder.position()) await recorder.flushed()
        else await cursor.moved()
      }
    },
    async replay(account, what) {
      return (await started()).replay.replay(account, what)
    },
    async get(account, id) {
      return (await store.get(account, id)) ?? undefined
    },
    async list(account, { state, target, before, limit }) {
      const items = await store.list({
        account,
        limit: limit + 1,
        ...(state !== undefined && { state }),
        ...(target !== undefined && { target }),
        ...(before && { beforeSeq: Number(before.sort), beforeId: before.id }),
      })
      const shown = items.slice(0, limit)
      const last = shown.at(-1)
      return items.length > limit && last ? { items: shown, next: { sort: last.seq, id: last.id } } : { items: shown }
    },
    stats() {
      const figures = current?.dispatch.gate.figures() ?? { inFlight: 0, slow: 0, count: 0, bytes: 0 }
      const { inFlight, slow, count, bytes } = figures
      const totals = current?.dispatch.totals ?? { delivered: 0, failed: 0, dead: 0 }
      const lag = current ? Math.max(0, feed.lastSeq() - current.cursor.position()) : 0
      return { ...totals, inFlight, slow, inMemory: count, bytes, lag }
    },
  }
}

async function run(options: DeliveryOptions): Promise<Running> {
  const { feed, store, announcers, sender, system, log } = options
  const limits = { ...defaultLimits, ...options.limits }
  let isStopped = false
  const start = await store.cursor()
  const recordedUpTo = feed.lastSeq()
  const steady = steadyClock(system)
  const cursor = createCursor(start)
  const recorder = new Recorder({ store, system, log, cursor, cursorEveryMs: limits.cursorEveryMs })
  const lanes = laneRegistry()
  const byName = new Map(announcers.map((announcer) => [announcer.name, announcer]))
  const parts = { system, steady, log, store, limits, recorder, lanes }
  const knownUpTo = (): number => (cursor.lastRead() < recordedUpTo ? cursor.lastRead() : Number.POSITIVE_INFINITY)
  const parked: Parked = new Parked({ ...parts, dispatch: () => dispatch, knownUpTo })
  const dispatch: Dispatch = new Dispatch({
    ...parts,
    announcers: byName,
    attempt: attempts(byName, sender),
    isErased: async ({ account, id }) =>
      !recorder.isPending(id) && (await store.get(account, id).catch(() => undefined)) === null,
    leftUntil: (nextAt) => parked.dueAt(nextAt),
    left: (delivery) => parked.left(delivery),
    roomAt: (origin, lane) => parked.roomAt(origin, lane),
  })
  const isOver = (): boolean => isStopped
  const announce = announcing({ system, log, announcers, isStopped: isOver })
  const reader = new Reader({ ...parts, announce, cursor, dispatch, parked, recordedUpTo, isStopped: isOver })
  await parked.start()
  const stopForgetting = forgetOld(system, store, limits.keepMs)
  let reading = Promise.resolve()
  const unfollow = feed.follow(start, (batch) => (reading = reader.read(batch)))

  return {
    cursor,
    recorder,
    dispatch,
    replay: new Replay({ ...parts, feed, announce, parked, dispatch }),
    isStopped: isOver,
    async stop() {
      if (isStopped) return
      isStopped = true
      unfollow()
      stopForgetting()
      parked.stop()
      await dispatch.stop()
      await reading
      await recorder.stop()
      cursor.read(cursor.lastRead()) // whoever waits to be settled waits no more
    },
  }
}
