import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { DeliveryRow, DeliveryStore } from '#engine/ports/delivery-store.ts'
import { compareText } from '../order.ts'
import { Sorted } from './sorted.ts'

type Question = Parameters<DeliveryStore['list']>[0]
type Place = Pick<DeliveryRow, 'seq' | 'id'>

/** What has been told to whom, in memory. `open` throws once the store is closed. */
export class MemoryDeliveries implements DeliveryStore {
  readonly #open: () => void
  readonly #rows = new Map<string, DeliveryRow>()
  readonly #parked = new Sorted<DeliveryRow>((a, b) => (a.nextAt ?? 0) - (b.nextAt ?? 0) || compareText(a.id, b.id))
  readonly #accounts = new Map<string, Sorted<Place>>()
  #cursor = 0

  constructor(open: () => void) {
    this.#open = open
  }

  async cursor(): Promise<number> {
    this.#open()
    return this.#cursor
  }

  async record(rows: readonly DeliveryRow[], cursor?: number): Promise<void> {
    this.#open()
    for (const row of rows) {
      this.remove(row.id)
      this.#rows.set(row.id, row)
      this.#accounts.getOrInsertComputed(row.account, () => new Sorted(comparePlaces)).add(row)
      if (row.state === 'parked') this.#parked.add(row)
    }
    if (cursor !== undefined) this.#cursor = cursor
  }

  async parkedUntil(until: Instant, limit: number): Promise<readonly DeliveryRow[]> {
    this.#open()
    return this.#parked
      .ascending()
      .take(limit)
      .filter((row) => (row.nextAt ?? 0) <= until)
      .toArray()
  }

  async parkedOf(aggregate: Id, target: string, limit: number): Promise<readonly DeliveryRow[]> {
    this.#open()
    const rows = this.#parked.ascending().filter((row) => row.aggregate === aggregate && row.target === target)
    return rows.toArray().sort(comparePlaces).slice(0, limit)
  }

  async get(account: string, id: string): Promise<DeliveryRow | null> {
    this.#open()
    const row = this.#rows.get(id)
    return row?.account === account ? row : null
  }

  async list({ account, state, target, beforeSeq, beforeId, limit }: Question): Promise<readonly DeliveryRow[]> {
    this.#open()
    const before = beforeSeq === undefined ? undefined : { seq: beforeSeq, id: beforeId ?? '' }
    const places = this.#accounts.get(account)?.descending(before) ?? [].values()
    return places
      .map((place) => this.#rows.get(place.id))
      .filter((row) => row !== undefined)
      .filter((row) => (!state || row.state === state) && (!target || row.target === target))
      .take(limit)
      .toArray()
  }

  async forget(before: Instant, limit: number): Promise<number> {
    this.#open()
    const old = this.#rows.values().filter((row) => row.state === 'delivered' && row.updatedAt < before)
    const gone = old.take(limit).toArray()
    for (const row of gone) this.remove(row.id)
    return gone.length
  }

  remove(id: string): void {
    const row = this.#rows.get(id)
    if (!row) return
    this.#rows.delete(id)
    this.#accounts.get(row.account)?.delete(row)
    if (row.state === 'parked') this.#parked.delete(row)
  }

  /** The rows that hold something of an aggregate which erasing must remove: parked ones, dead ones and frozen bodies. */
  bodiesOf(aggregate: Id): string[] {
    const rows = this.#rows.values().filter((row) => row.aggregate === aggregate)
    return rows
      .filter((row) => row.state !== 'delivered' || row.frozenJson !== null)
      .map((row) => row.id)
      .toArray()
  }
}

function comparePlaces(a: Place, b: Place): number {
  return a.seq - b.seq || compareText(a.id, b.id)
}
