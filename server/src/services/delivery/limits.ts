import { dayMs, type Milliseconds } from '#domain/vocabulary/instant.ts'

/** How long deliveries take and how much they may use. All times are real time. */
export interface DeliveryLimits {
  /** A failing delivery holds back later ones of its lane for at most this long. */
  readonly holdBackMs: Milliseconds
  /** What has no answer after this long gets a row of its own, so that the cursor need not wait for it. */
  readonly parkAfterMs: Milliseconds
  /** Attempts under way at one origin. */
  readonly perOrigin: number
  /** What is left of that when attempts there take long and come to nothing. */
  readonly perSlowOrigin: number
  /** Attempts under way that are younger than parkAfterMs, over all origins. */
  readonly overall: number
  /** Attempts under way that are older, over all origins; above it only origins without such get more. */
  readonly slowOverall: number
  /** Deliveries in memory and the bytes of their bodies: for one origin, one lane, and in all. What is beyond waits in the store. */
  readonly originCount: number
  readonly originBytes: number
  readonly laneCount: number
  readonly count: number
  readonly bytes: number
  /** Lanes known to have more in the store. Beyond, new events of other lanes look it up. */
  readonly spilledLanes: number
  /** Lanes read from the store at the same time. */
  readonly loads: number
  /** Parked rows read at once: of what is due, and at the start. */
  readonly pageRows: number
  readonly firstRows: number
  /** Rows that may wait to be written before the feed is read on. */
  readonly backlog: number
  /** Parked rows that wait in memory are looked at again after this long, in case the process has died. */
  readonly leaseMs: Milliseconds
  readonly maxLeaseMs: Milliseconds
  /** How often the cursor is written when there is nothing else to write. */
  readonly cursorEveryMs: Milliseconds
  /** Delivered rows are forgotten after this long. */
  readonly keepMs: Milliseconds
  /** Events one call may ask to be sent again. */
  readonly replayEvents: number
  /** How long stopping waits for attempts under way. */
  readonly stopAfterMs: Milliseconds
}

export const defaultLimits: DeliveryLimits = {
  holdBackMs: 30_000,
  parkAfterMs: 1_000,
  perOrigin: 64,
  perSlowOrigin: 8,
  overall: 1_024,
  slowOverall: 2_048,
  originCount: 10_000,
  originBytes: 16 * 2 ** 20,
  laneCount: 200,
  count: 50_000,
  bytes: 64 * 2 ** 20,
  spilledLanes: 100_000,
  loads: 16,
  pageRows: 500,
  firstRows: 1_000,
  backlog: 5_000,
  leaseMs: 20_000,
  maxLeaseMs: 300_000,
  cursorEveryMs: 1_000,
  keepMs: 3 * dayMs,
  replayEvents: 10_000,
  stopAfterMs: 2_000,
}
