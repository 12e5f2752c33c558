import type { DatabaseSync } from 'node:sqlite'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { AggregateWrite } from '#engine/ports/rows.ts'
import { Prepared } from './database.ts'
import { packId } from './ids.ts'
import { headPlace, headPlaceSql, slotAt } from './places.ts'

/** A head as the units of the current batch have left it, before it is written. */
export interface Held {
  readonly bytes: Uint8Array
  /** Undefined: nothing of it is in the store yet. */
  slot: number | undefined
  version: number
  due: Instant | null
  clock: string | null
  erasing: boolean
  /** As the row says; undefined when there is no row yet. */
  stored: { due: Instant | null; clock: string | null; erasing: boolean } | undefined
  /** The write whose head is the last. */
  last: AggregateWrite | undefined
  touched: boolean
}

interface HeadColumns {
  readonly slot: number
  readonly ref: number
  readonly due: number | null
  readonly clock: string | null
  readonly erasing: number
}

const most = 30_000

/** The heads that batches touch. Each is read once, written once a batch, and remembered for the next: only we write. */
export class Heads {
  readonly #held = new Map<Id, Held>()
  #touched: Held[] = []
  #lastSlot: number
  #committedSlot: number
  readonly #select: Prepared<[Uint8Array], HeadColumns>
  readonly #insertSlot: Prepared<[Uint8Array, number]>
  readonly #insert: Prepared<
    [number, number, string, string, number, number, number | null, string | null, number, string]
  >
  readonly #update: Prepared<[number, number, number, number | null, string | null, number, string, number]>
  readonly #updateDue: Prepared<[number | null, string | null, number]>
  readonly #insertDue: Prepared<[string, number, Uint8Array]>
  readonly #deleteDue: Prepared<[string, number, Uint8Array]>
  readonly #insertErasing: Prepared<[Uint8Array]>

  constructor(database: DatabaseSync) {
    this.#select = new Prepared(
      database,
      `SELECT slot, ref, due, clock, erasing FROM aggregate JOIN cluster ON place = ${headPlaceSql} WHERE id = ?`,
    )
    this.#insertSlot = new Prepared(database, 'INSERT INTO aggregate VALUES (?, ?)')
    this.#insert = new Prepared(
      database,
      'INSERT INTO cluster (place, ref, kind, account, shape, at, due, clock, erasing, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#update = new Prepared(
      database,
      'UPDATE cluster SET ref = ?, shape = ?, at = ?, due = ?, clock = ?, erasing = ?, state = ? WHERE place = ?',
    )
    this.#updateDue = new Prepared(database, 'UPDATE cluster SET due = ?, clock = ? WHERE place = ?')
    this.#insertDue = new Prepared(database, 'INSERT INTO due VALUES (?, ?, ?)')
    this.#deleteDue = new Prepared(database, 'DELETE FROM due WHERE clock = ? AND at = ? AND aggregate = ?')
    this.#insertErasing = new Prepared(database, 'INSERT OR IGNORE INTO erasing VALUES (?)')
    this.#committedSlot = highestSlot(database)
    this.#lastSlot = this.#committedSlot
  }

  get(id: Id): Held {
    const held = this.#held.get(id)
    if (held) return held
    const bytes = packId(id)
    const row = this.#select.get(bytes)
    const { due, clock, erasing } = row ?? { due: null, clock: null, erasing: 0 }
    const stored = row && { due, clock, erasing: erasing === 1 }
    const fresh: Held = {
      bytes,
      slot: row?.slot,
      version: row?.ref ?? 0,
      due,
      clock,
      erasing: erasing === 1,
      stored,
      last: undefined,
      touched: false,
    }
    this.#held.set(id, fresh)
    return fresh
  }

  /** The slot of an aggregate that is about to be written; a new one if it has none. */
  slot(held: Held): number {
    if (held.slot === undefined) {
      held.slot = ++this.#lastSlot
      this.#insertSlot.run(held.bytes, held.slot)
    }
    return held.slot
  }

  /** Takes over what a write changes of its head. */
  change(held: Held, write: AggregateWrite): void {
    if (write.due !== undefined) {
      held.due = write.due
      held.clock = write.due === null ? null : write.clock
    }
    if (write.head) {
      held.version = write.head.version
      held.erasing = write.head.erasing
      held.last = write
    }
    if (!held.touched) this.#touched.push(held)
    held.touched = true
  }

  /** Writes what has changed; to be called before the commit. */
  flush(): void {
    for (const held of this.#touched) this.#write(held)
  }

  /** To be called after the commit. */
  committed(): void {
    for (const held of this.#touched) {
      held.stored = { due: held.due, clock: held.clock, erasing: held.erasing }
      held.last = undefined
      held.touched = false
    }
    this.#touched = []
    this.#committedSlot = this.#lastSlot
    if (this.#held.size > most) this.#held.clear()
  }

  /** Forgets everything, because it was not committed. */
  forget(): void {
    this.#held.clear()
    this.#touched = []
    this.#lastSlot = this.#committedSlot
  }

  /** Forgets one head, because its row is about to change otherwise. */
  forgetOne(id: Id): void {
    this.#held.delete(id)
  }

  #write(held: Held): void {
    const { bytes, due, clock, stored, last, erasing } = held
    const place = headPlace(this.slot(held))
    if (last?.head) {
      const { version, shape, at, stateJson } = last.head
      if (stored) this.#update.run(version, shape, at, due, clock, Number(erasing), stateJson, place)
      else this.#insert.run(place, version, last.noun, last.account, shape, at, due, clock, Number(erasing), stateJson)
    } else this.#updateDue.run(due, clock, place)
    if (erasing && !stored?.erasing) this.#insertErasing.run(bytes)
    const moved = due !== (stored?.due ?? null) || clock !== (stored?.clock ?? null)
    if (!moved) return
    if (stored && stored.due !== null) this.#deleteDue.run(stored.clock ?? '', stored.due, bytes)
    if (due !== null) this.#insertDue.run(clock ?? '', due, bytes)
  }
}

/** Every aggregate keeps a head for ever, so the last row of the table is of the last slot. */
function highestSlot(database: DatabaseSync): number {
  const highest = new Prepared<[], { place: number | null }>(database, 'SELECT max(place) AS place FROM cluster')
  return slotAt(highest.get()?.place ?? 0)
}
