import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import { FreshReads } from './fresh-reads.ts'
import type { LaneRegistry } from './lane-registry.ts'
import { Loading, type LoadingOptions } from './loading.ts'
import type { Delivery, Lane, Origin } from './model.ts'
import { Recovery } from './recovery.ts'
import { rowOf, storedOf } from './rows.ts'

export interface ParkedOptions extends Omit<LoadingOptions, 'reads'> {
  readonly lanes: LaneRegistry
}

/** Between two looks at what is due. */
const pauseMs: Milliseconds = 1_000
const longestPauseMs: Milliseconds = 60_000
const forEver: Instant = Number.MAX_SAFE_INTEGER

/** What waits in the store: finds what is due, and has its lanes loaded. */
export class Parked {
  readonly recovery: Recovery
  readonly #options: ParkedOptions
  readonly #reads = new FreshReads()
  readonly #loading: Loading
  #lookAt: Instant | undefined
  #cancelLook: (() => void) | undefined
  #isLooking = false
  #isStopped = false

  constructor(options: ParkedOptions) {
    const { store, limits } = options
    this.#options = options
    this.#loading = new Loading({ ...options, reads: this.#reads })
    this.recovery = new Recovery(store, Math.max(limits.maxLeaseMs, limits.holdBackMs))
  }

  /** Looks through what an earlier process has left. */
  async start(): Promise<void> {
    const { store, limits, system } = this.#options
    const now = system.now()
    const rows = await store.parkedUntil(forEver, limits.firstRows)
    // Untried ones are due at once: the time they carry is only for the case that this process dies, too.
    const isDue = (row: DeliveryRow): boolean => row.tries === 0 || (row.nextAt ?? 0) <= now || this.#holds(row, now)
    const areAllKnown = this.#markAll(rows.filter(isDue), false, now)
    if (!areAllKnown || rows.length >= limits.firstRows) this.recovery.begin(now)
    if (rows.length > 0) this.dueAt(now + pauseMs)
  }

  /** Puts a new delivery into the store instead of into memory, to be loaded when its lane's turn comes. */
  spill(delivery: Delivery): void {
    const { system, steady, limits, lanes, recorder } = this.#options
    const { lane, entry } = delivery
    const now = system.now()
    // A lane that is in memory anyway costs nothing more to keep in mind.
    const isKnown = lane.more || lane.queue.length > 0 || this.#loading.mayMark()
    delivery.nextAt = now + (isKnown ? limits.leaseMs : 0)
    recorder.add(rowOf(delivery, 'parked', now, steady()), entry)
    if (isKnown) return this.#loading.mark(lane)
    this.recovery.begin(now)
    this.recovery.note(lane)
    lanes.drop(lane)
    this.dueAt(delivery.nextAt)
  }

  /** A row in the store is due then. */
  dueAt(instant: Instant): void {
    if (this.#isStopped || (this.#lookAt !== undefined && this.#lookAt <= instant)) return
    this.#lookAt = instant
    if (this.#isLooking) return
    const { system } = this.#options
    const inMs = Math.min(Math.max(0, instant - system.now()), longestPauseMs)
    this.#cancelLook?.()
    this.#cancelLook = system.after(inMs, () => void this.#look())
  }

  /** Something has left memory. */
  left({ id }: Delivery): void {
    this.#reads.left(id)
  }

  roomAt(origin: Origin, lane: Lane): void {
    this.#loading.roomAt(origin, lane)
  }

  stop(): void {
    this.#isStopped = true
    this.#loading.stop()
    this.#cancelLook?.()
  }

  async #look(): Promise<void> {
    const { system, log } = this.#options
    this.#isLooking = true
    this.#lookAt = undefined
    const again = await this.#lookThrough().catch((error: unknown) => {
      log.warn({ error: error instanceof Error ? error.name : '' }, 'Parked deliveries cannot be read; trying again.')
      return system.now() + pauseMs
    })
    this.#isLooking = false
    const next = Math.min(again, this.#lookAt ?? forEver) // while it looked something may have come to be due
    this.#lookAt = undefined
    if (next < forEver) this.dueAt(next)
  }

  /** Answers with when to look again. */
  async #lookThrough(): Promise<Instant> {
    const { store, limits, recorder, system } = this.#options
    await recorder.flushed() // what is due may be on its way to the store
    const now = system.now()
    const { rows, found } = await this.#reads.read(() => store.parkedUntil(now, limits.pageRows))
    if (this.#isStopped) return forEver
    const isFull = found >= limits.pageRows
    const areAllKnown = this.#markAll(rows, isFull, now)
    if (!areAllKnown) this.recovery.begin(now)
    else if (!isFull) this.recovery.allKnown(now)
    if (found > 0) return now + pauseMs
    const [first] = await store.parkedUntil(forEver, 1)
    return first ? Math.max(first.nextAt ?? 0, now + pauseMs) : forEver
  }

  /** Has the lanes of these rows loaded; false when there are too many. Rows that must wait must not fill the page for others. */
  #markAll(rows: readonly DeliveryRow[], isFull: boolean, now: Instant): boolean {
    const { lanes, recorder, dispatch } = this.#options
    const marked = new Set<Lane>()
    let areAllKnown = true
    for (const row of rows) {
      const lane = lanes.find(row.aggregate, row.target)
      if (lane && marked.has(lane)) continue
      if (lane?.more || dispatch().find(row.id)) {
        if (isFull && !recorder.isPending(row.id)) recorder.add({ ...row, nextAt: now + this.#leaseOf(row, now) })
      } else if (this.#loading.mayMark()) {
        const origin = dispatch().gate.originOf(row.url)
        const found = lane ?? lanes.of(row.account, row.aggregate, row.target, origin)
        marked.add(found)
        this.#loading.mark(found)
      } else {
        areAllKnown = false
        this.recovery.note(row)
      }
    }
    return areAllKnown
  }

  /** The longer it has waited, the later it is looked at again. */
  #leaseOf({ createdAt }: DeliveryRow, now: Instant): Milliseconds {
    const { leaseMs, maxLeaseMs } = this.#options.limits
    return Math.min(Math.max(now - createdAt, leaseMs), maxLeaseMs)
  }

  #holds(row: DeliveryRow, now: Instant): boolean {
    const since = storedOf(row)?.firstFailedAt
    return since !== undefined && now - since < this.#options.limits.holdBackMs
  }
}
