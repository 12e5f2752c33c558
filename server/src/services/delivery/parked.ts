import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { DeliveryRow, DeliveryStore } from '#engine/ports/delivery-store.ts'
import type { System } from '#engine/ports.ts'
import type { Logger } from '../ports.ts'
import type { Dispatch } from './dispatch.ts'
import { Fifo } from './fifo.ts'
import type { LaneRegistry } from './lane-registry.ts'
import { hasUntried } from './lanes.ts'
import type { DeliveryLimits } from './limits.ts'
import type { Delivery, Lane, Origin } from './model.ts'
import type { Recorder } from './recorder.ts'
import { rowOf, storedOf } from './rows.ts'

/** Brings parked rows back into memory: what is due, and what found no room there; by lanes, so that their order holds. */
export interface Parked {
  /** Looks through what an earlier process has left. */
  start(): Promise<void>
  /** Whether the store may hold untried rows of lanes that are not known to have some. */
  isRecovering(): boolean
  /** Whether the target has parked rows at all. Asked while recovering only. */
  mayHold(account: string, target: string): Promise<boolean>
  /** Puts a new delivery into the store instead of into memory, to be loaded when its lane's turn comes. */
  spill(delivery: Delivery): void
  /** A row in the store is due then. */
  dueAt(instant: Instant): void
  /** Something has left memory. */
  left(delivery: Delivery): void
  roomAt(origin: Origin, lane: Lane): void
  stop(): void
}

export interface ParkedOptions {
  readonly system: System
  readonly steady: () => Milliseconds
  readonly log: Logger
  readonly store: DeliveryStore
  readonly limits: DeliveryLimits
  readonly recorder: Recorder
  readonly lanes: LaneRegistry
  readonly dispatch: () => Dispatch
  /** The log has been read up to here. */
  readUpTo(): number
}

/** Between two looks at what is due. */
const pauseMs: Milliseconds = 1_000
const shortPauseMs: Milliseconds = 100
const longestPauseMs: Milliseconds = 60_000
/** How many of the origins that wait for a load are looked at when one has ended. */
const originsTried = 8
const forEver: Instant = Number.MAX_SAFE_INTEGER

export function createParked(options: ParkedOptions): Parked {
  const { system, steady, log, store, limits, recorder, lanes } = options
  const waiting = new Fifo<Origin>()
  const holding = new Map<string, Promise<boolean>>()
  let leftMeanwhile = new Set<string>()
  let reads = 0
  let loads = 0
  let spilledLanes = 0
  let recoveringUntil: Instant | undefined
  let pollAt: Instant | undefined
  let cancelPoll: (() => void) | undefined
  let isPolling = false
  let isStopped = false

  /** Reads rows, without those that left memory meanwhile: what was read of them is out of date. */
  async function read(rows: () => Promise<readonly DeliveryRow[]>): Promise<readonly DeliveryRow[]> {
    reads++
    try {
      const found = await rows()
      const left = leftMeanwhile
      return left.size === 0 ? found : found.filter(({ id }) => !left.has(id))
    } finally {
      if (--reads === 0) leftMeanwhile = new Set()
    }
  }

  function mark(row: DeliveryRow): boolean {
    const lane = lanes.of(row.account, row.aggregate, row.target, options.dispatch().gate.originOf(row.url))
    if (lane.more) return false
    know(lane)
    return true
  }

  /** The lane has one more row in the store, handed over to be written by now. */
  function know(lane: Lane): void {
    lane.spilled++
    if (!lane.more) spilledLanes++
    lane.more = true
    loadLater(lane)
  }

  function loadLater(lane: Lane): void {
    if (isStopped || !lane.more || lane.load !== 'none') return
    lane.load = 'listed'
    lane.origin.toLoad.push(lane)
    pump(lane.origin)
  }

  function pump(origin: Origin): void {
    const { gate } = options.dispatch()
    while (origin.toLoad.size > 0) {
      if (loads >= limits.loads || !gate.hasRoom(origin)) {
        if (!origin.isLoadListed) waiting.push(origin)
        origin.isLoadListed = true
        return
      }
      const lane = origin.toLoad.shift()
      if (lane) void load(lane)
    }
    if (gate.hasRoom(origin)) origin.isBehind = false
  }

  function pumpWaiting(atMost: number): void {
    for (let i = Math.min(atMost, waiting.size); i > 0 && loads < limits.loads; i--) {
      const origin = waiting.shift()
      if (!origin) return
      origin.isLoadListed = false
      pump(origin)
    }
  }

  async function load(lane: Lane): Promise<void> {
    loads++
    lane.load = 'reading'
    try {
      lane.spilled = 0
      await recorder.flushed()
      if (!isStopped) takeIn(lane, await read(() => store.parkedOf(lane.aggregate, lane.target, lane.page)))
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.name : '' }, 'Parked deliveries cannot be read; trying again.')
      loadAfterPause(lane)
    }
    if (lane.load === 'reading') lane.load = 'none'
    loads--
    if (isStopped) return
    options.dispatch().advance(lane)
    pumpWaiting(originsTried)
  }

  function takeIn(lane: Lane, rows: readonly DeliveryRow[]): void {
    const { find } = options.dispatch()
    // After a crash rows may be ahead of the cursor: what the log has before them comes first.
    const inTurn = rows.filter(({ seq }) => seq <= options.readUpTo())
    const taken = inTurn.filter((row) => !find(row.id) && revive(lane, row))
    if (inTurn.length < rows.length) {
      if (taken.length === 0) loadAfterPause(lane)
    } else if (rows.length === lane.page) {
      if (taken.length === 0) lane.page *= 2 // all of these wait for a later try: look behind them
    } else if (lane.spilled === 0) {
      lane.more = false
      spilledLanes--
    }
  }

  function loadAfterPause(lane: Lane): void {
    lane.load = 'paused'
    system.after(shortPauseMs, () => {
      lane.load = 'none'
      loadLater(lane)
    })
  }

  /** Into memory, if it is due or still holds others back. */
  function revive(lane: Lane, row: DeliveryRow): boolean {
    const stored = storedOf(row)
    if (!stored || row.nextAt === null) return false
    const { firstFailedAt, ...frozen } = stored
    const now = steady()
    const wall = system.now()
    const failedForMs = firstFailedAt === undefined ? limits.holdBackMs : Math.max(0, wall - firstFailedAt)
    const inMs = row.tries === 0 ? 0 : row.nextAt - wall
    if (inMs > 0 && failedForMs >= limits.holdBackMs) return false
    const { gate, admit } = options.dispatch()
    admit(
      {
        ...{ id: row.id, account: row.account, target: row.target, event: row.event, eventType: row.eventType },
        ...{ seq: row.seq, aggregate: row.aggregate, frozen, bytes: row.frozenJson?.length ?? 0 },
        ...{ createdAt: row.createdAt, admittedAt: now, lane, origin: gate.originOf(row.url) },
        ...{ stage: 'waiting', tries: row.tries, lastStatus: row.lastStatus, lastError: row.lastError },
        ...{ nextAt: row.nextAt, startedAt: 0, failedAt: row.tries === 0 ? undefined : now - failedForMs },
        ...{ heldSince: undefined, dueAt: 0, cancelTimer: undefined, isSlow: false, hasRow: true, entry: undefined },
      },
      row.tries === 0 ? undefined : now + Math.max(0, inMs),
    )
    return true
  }

  function dueAt(instant: Instant): void {
    if (isStopped || (pollAt !== undefined && pollAt <= instant)) return
    pollAt = instant
    if (isPolling) return
    cancelPoll?.()
    cancelPoll = system.after(Math.max(0, Math.min(instant - system.now(), longestPauseMs)), () => void poll())
  }

  async function poll(): Promise<void> {
    isPolling = true
    pollAt = undefined
    let next: Instant | undefined = system.now() + pauseMs
    try {
      const now = system.now()
      const rows = await read(() => store.parkedUntil(now, limits.pageRows))
      if (isStopped) return
      const isFull = rows.length >= limits.pageRows
      const wasMissed = markAll(rows, isFull, now)
      if (wasMissed) recoverFrom(now)
      if (!isFull && !wasMissed && recoveringUntil !== undefined && now >= recoveringUntil) recovered()
      if (rows.length === 0) next = await firstDue(now)
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.name : '' }, 'Parked deliveries cannot be read; trying again.')
    } finally {
      isPolling = false
    }
    const earlier = pollAt as Instant | undefined
    pollAt = undefined
    if (next !== undefined || earlier !== undefined) dueAt(Math.min(next ?? forEver, earlier ?? forEver))
  }

  async function firstDue(now: Instant): Promise<Instant | undefined> {
    const [first] = await store.parkedUntil(forEver, 1)
    return first ? Math.max(first.nextAt ?? 0, now + pauseMs) : undefined
  }

  /** Lists the lanes of what is due. Rows that cannot be taken yet are due later, when they fill the page for others. */
  function markAll(rows: readonly DeliveryRow[], isFull: boolean, now: Instant): boolean {
    const marked = new Set<string>()
    let wasMissed = false
    for (const row of rows) {
      const key = `${row.aggregate} ${row.target}`
      if (marked.has(key)) continue
      if (options.dispatch().find(row.id) || lanes.find(row.aggregate, row.target)?.more) {
        if (isFull && !recorder.isPending(row.id)) recorder.add({ ...row, nextAt: now + leaseOf(row, now) })
      } else if (spilledLanes >= limits.spilledLanes) {
        wasMissed = true
        noteHolding(row)
      } else if (mark(row)) marked.add(key)
    }
    return wasMissed
  }

  /** The longer it has waited, the later it is looked at again. */
  function leaseOf({ createdAt }: DeliveryRow, now: Instant): Milliseconds {
    return Math.min(Math.max(now - createdAt, limits.leaseMs), limits.maxLeaseMs)
  }

  function recovered(): void {
    recoveringUntil = undefined
    holding.clear()
  }

  function noteHolding({ account, target }: { readonly account: string; readonly target: string }): void {
    holding.set(`${account} ${target}`, Promise.resolve(true))
  }

  function recoverFrom(now: Instant): void {
    // By then every row has been due once, and none that is not known holds others back any more.
    recoveringUntil = now + Math.max(limits.maxLeaseMs, limits.holdBackMs)
  }

  return {
    async start() {
      const now = system.now()
      const rows = await store.parkedUntil(forEver, limits.firstRows)
      // Untried ones are due at once: the time they carry is only for the case that this process dies, too.
      const concerned = rows.filter((row) => row.tries === 0 || (row.nextAt ?? 0) <= now || holds(row, now))
      const wasMissed = markAll(concerned, false, now)
      if (wasMissed || rows.length >= limits.firstRows) recoverFrom(now)
      if (rows.length > 0) dueAt(now + pauseMs)
    },
    isRecovering: () => recoveringUntil !== undefined,
    mayHold(account, target) {
      const key = `${account} ${target}`
      const known = holding.get(key)
      if (known) return known
      const asked = store.list({ account, state: 'parked', target, limit: 1 }).then(
        (rows) => rows.length > 0,
        () => true,
      )
      holding.set(key, asked)
      return asked
    },
    spill(delivery) {
      const { lane, entry } = delivery
      // A lane that is in memory anyway costs nothing more to keep in mind.
      const isKnown = lane.more || lane.queue.length > 0 || spilledLanes < limits.spilledLanes
      delivery.nextAt = system.now() + (isKnown ? limits.leaseMs : 0)
      recorder.add(rowOf(delivery, 'parked', system.now(), steady()), entry)
      if (isKnown) return know(lane)
      recoverFrom(system.now())
      noteHolding(lane)
      dueAt(delivery.nextAt)
      lanes.drop(lane)
    },
    dueAt,
    left({ id }) {
      if (reads > 0) leftMeanwhile.add(id)
    },
    roomAt(origin, lane) {
      if (lane.more && lane.load === 'none' && !hasUntried(lane)) loadLater(lane)
      if (origin.toLoad.size > 0 || origin.isBehind) pump(origin)
      if (waiting.size > 0) pumpWaiting(1)
    },
    stop() {
      isStopped = true
      cancelPoll?.()
    },
  }

  function holds(row: DeliveryRow, now: Instant): boolean {
    const since = storedOf(row)?.firstFailedAt
    return since !== undefined && now - since < limits.holdBackMs
  }
}
