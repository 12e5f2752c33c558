import type { DatabaseSync } from 'node:sqlite'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { AggregateWrite } from '#engine/ports/rows.ts'
import { Prepared } from './database.ts'
import { packId } from './ids.ts'

/** A head as the units of the current batch have left it, before it is written. */
export interface Held {
  readonly bytes: Uint8Array
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
  readonly ref: number
  readonly due: number | null
  readonly clock: string | null
  readonly erasing: number
}

const most = 20_000

/** The heads that batches touch. Each is read once, written once a batch, and remembered for the next: only we write. */
export class Heads {
  readonly #held = new Map<Id, Held>()
  #touched: Held[] = []
  readonly #select: Prepared<[Uint8Array], HeadColumns>
  readonly #insert: Prepared<
    [Uint8Array, number, string, string, number, number, number | null, string | null, number, string]
  >
  readonly #update: Prepared<[number, number, number, number | null, string | null, number, string, Uint8Array]>
  readonly #updateDue: Prepared<[number | null, string | null, Uint8Array]>
  readonly #insertDue: Prepared<[string, number, Uint8Array]>
  readonly #deleteDue: Prepared<[string, number, Uint8Array]>
  readonly #insertErasing: Prepared<[Uint8Array]>

  constructor(database: DatabaseSync) {
    const head = "aggregate = ? AND n = 0 AND key = ''"
    this.#select = new Prepared(database, `SELECT ref, due, clock, erasing FROM cluster WHERE ${head}`)
    this.#insert = new Prepared(
      database,
      `INSERT INTO cluster (aggregate, n, key, ref, kind, account, shape, at, due, clock, erasing, state)
       VALUES (?, 0, '', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#update = new Prepared(
      database,
      `UPDATE cluster SET ref = ?, shape = ?, at = ?, due = ?, clock = ?, erasing = ?, state = ? WHERE ${head}`,
    )
    this.#updateDue = new Prepared(database, `UPDATE cluster SET due = ?, clock = ? WHERE ${head}`)
    this.#insertDue = new Prepared(database, 'INSERT INTO due VALUES (?, ?, ?)')
    this.#deleteDue = new Prepared(database, 'DELETE FROM due WHERE clock = ? AND at = ? AND aggregate = ?')
    this.#insertErasing = new Prepared(database, 'INSERT OR IGNORE INTO erasing VALUES (?)')
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
    if (this.#held.size > most) this.#held.clear()
  }

  /** Forgets everything, because it was not committed. */
  forget(): void {
    this.#held.clear()
    this.#touched = []
  }

  /** Forgets one head, because its row is about to change otherwise. */
  forgetOne(id: Id): void {
    this.#held.delete(id)
  }

  #write(held: Held): void {
    const { bytes, due, clock, stored, last, erasing } = held
    if (last?.head) {
      const { version, shape, at, stateJson } = last.head
      if (stored) this.#update.run(version, shape, at, due, clock, Number(erasing), stateJson, bytes)
      else this.#insert.run(bytes, version, last.noun, last.account, shape, at, due, clock, Number(erasing), stateJson)
    } else this.#updateDue.run(due, clock, bytes)
    if (erasing && !stored?.erasing) this.#insertErasing.run(bytes)
    const moved = due !== (stored?.due ?? null) || clock !== (stored?.clock ?? null)
    if (!moved) return
    if (stored && stored.due !== null) this.#deleteDue.run(stored.clock ?? '', stored.due, bytes)
    if (due !== null) this.#insertDue.run(clock ?? '', due, bytes)
  }
}
