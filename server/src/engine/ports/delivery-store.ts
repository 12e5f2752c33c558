import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'

/** One event on its way to one receiver. Times are real time. */
export interface DeliveryRow {
  /** Event and target: the same event for the same target has the same id for ever. */
  readonly id: string
  readonly account: string
  /** What the target is, in its dialect's words; lists filter by it. */
  readonly target: string
  readonly url: string
  readonly event: string
  readonly eventType: string
  readonly seq: number
  readonly aggregate: Id
  /** `parked`: to be tried at nextAt. `dead`: given up. */
  readonly state: 'delivered' | 'parked' | 'dead'
  readonly tries: number
  readonly nextAt: Instant | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly lastStatus: number | null
  readonly lastError: string | null
  /** Frozen when the first attempt fails; null when it was delivered at once. */
  readonly frozenJson: string | null
}

export interface DeliveryStore {
  /** The last seq of the log whose deliveries have all answered or have a row. */
  cursor(): Promise<number>
  /** Writes rows (a row with the same id is replaced) and moves the cursor, together. */
  record(rows: readonly DeliveryRow[], cursor?: number): Promise<void>
  parkedUntil(until: Instant, limit: number): Promise<readonly DeliveryRow[]>
  /** The parked rows of one aggregate for one target, by seq. */
  parkedOf(aggregate: Id, target: string, limit: number): Promise<readonly DeliveryRow[]>
  get(account: string, id: string): Promise<DeliveryRow | null>
  /** Newest first. */
  list(question: {
    readonly account: string
    readonly state?: DeliveryRow['state']
    readonly target?: string
    readonly beforeSeq?: number
    readonly beforeId?: string
    readonly limit: number
  }): Promise<readonly DeliveryRow[]>
  /** Removes delivered rows older than `before`, at most `limit`. */
  forget(before: Instant, limit: number): Promise<number>
}
