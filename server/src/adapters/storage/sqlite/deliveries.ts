import type { DatabaseSync } from 'node:sqlite'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { DeliveryRow, DeliveryStore } from '#engine/ports/delivery-store.ts'
import { Prepared, type Value } from './database.ts'
import { decodeDelivery, type DeliveryColumns } from './decode.ts'
import { soughtId } from './ids.ts'

type Question = Parameters<DeliveryStore['list']>[0]

/** Reads of what has been told to whom. */
export class DeliveryReads {
  readonly #cursor: Prepared<[], { seq: number }>
  readonly #get: Prepared<[string, string], DeliveryColumns>
  readonly #parkedUntil: Prepared<[number, number], DeliveryColumns>
  readonly #parkedOf: Prepared<[Uint8Array, string, number], DeliveryColumns>
  readonly #lists = new Map<string, Prepared<Value[], DeliveryColumns>>()
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    const prepare = <Values extends readonly Value[], Row>(sql: string) => new Prepared<Values, Row>(database, sql)
    this.#database = database
    this.#cursor = prepare("SELECT seq FROM cursor WHERE name = 'delivery'")
    this.#get = prepare('SELECT * FROM delivery WHERE id = ? AND account = ?')
    this.#parkedUntil = prepare(
      "SELECT * FROM delivery WHERE state = 'parked' AND next_at <= ? ORDER BY next_at, id LIMIT ?",
    )
    this.#parkedOf = prepare(
      `SELECT * FROM delivery WHERE aggregate = ? AND target = ? AND has_body = 1 AND state = 'parked' ORDER BY seq, id LIMIT ?`,
    )
  }

  cursor(): number {
    return this.#cursor.get()?.seq ?? 0
  }

  get(account: string, id: string): DeliveryRow | null {
    const row = this.#get.get(id, account)
    return row ? decodeDelivery(row) : null
  }

  parkedUntil(until: Instant, limit: number): DeliveryRow[] {
    return this.#parkedUntil.all(until, limit).map(decodeDelivery)
  }

  parkedOf(aggregate: Id, target: string, limit: number): DeliveryRow[] {
    return this.#parkedOf.all(soughtId(aggregate), target, limit).map(decodeDelivery)
  }

  list({ account, state, target, beforeSeq, beforeId = '', limit }: Question): DeliveryRow[] {
    // the state as a literal, so that SQLite sees that a partial index will do
    const tests = [
      'account = ?',
      ...(state ? [`state = '${state}'`] : []),
      ...(state && state !== 'delivered' ? ["state <> 'delivered'"] : []),
    ]
    const values: Value[] = [account]
    if (target !== undefined) values.push(target)
    if (beforeSeq !== undefined) values.push(beforeSeq, beforeId)
    if (target !== undefined) tests.push('target = ?')
    if (beforeSeq !== undefined) tests.push('(seq, id) < (?, ?)')
    const sql = `SELECT * FROM delivery WHERE ${tests.join(' AND ')} ORDER BY seq DESC, id DESC LIMIT ?`
    const statement = this.#lists.getOrInsertComputed(sql, () => new Prepared(this.#database, sql))
    return statement.all(...values, limit).map(decodeDelivery)
  }
}
