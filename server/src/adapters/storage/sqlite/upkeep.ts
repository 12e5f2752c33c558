import type { DatabaseSync } from 'node:sqlite'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import type { EffectRow } from '#engine/ports/rows.ts'
import type { Committer } from './commit.ts'
import { Prepared, transaction, type Value } from './database.ts'
import { packId } from './ids.ts'

const deliveryPlaces = Array.from({ length: 17 }, () => '?').join(', ')

/** The writes that are not commits: what follows from the log, what is done in the world, what may be forgotten. */
export class Upkeep {
  readonly #database: DatabaseSync
  readonly #committer: Committer
  readonly #cursor: Prepared<[string], { seq: number }>
  readonly #setCursor: Prepared<[string, number]>
  readonly #reach: Prepared<[number, number], { seq: number; events: number }>
  readonly #index: Prepared<[number, number]>
  readonly #forgetAnswers: Prepared<[number, number]>
  readonly #insertDelivery: Prepared<Value[]>
  readonly #forgetDeliveries: Prepared<[number, number]>
  readonly #probe: Prepared<[]>

  constructor(database: DatabaseSync, committer: Committer) {
    const prepare = <Values extends readonly Value[], Row = never>(sql: string) =>
      new Prepared<Values, Row>(database, sql)
    this.#database = database
    this.#committer = committer
    this.#cursor = prepare('SELECT seq FROM cursor WHERE name = ?')
    this.#setCursor = prepare('INSERT INTO cursor VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq')
    this.#reach = prepare(
      'SELECT max(seq) AS seq, count(*) AS events FROM (SELECT seq FROM log WHERE seq > ? ORDER BY seq LIMIT ?)',
    )
    this.#index = prepare('INSERT INTO account_log SELECT account, seq FROM log WHERE seq > ? AND seq <= ?')
    this.#forgetAnswers = prepare(
      `DELETE FROM answer WHERE (scope, key) IN (SELECT scope, key FROM answer WHERE at < ? ORDER BY at LIMIT ?)`,
    )
    this.#insertDelivery = prepare(`INSERT OR REPLACE INTO delivery VALUES (${deliveryPlaces})`)
    this.#forgetDeliveries = prepare(
      `DELETE FROM delivery WHERE id IN
       (SELECT id FROM delivery WHERE state = 'delivered' AND updated_at < ? ORDER BY updated_at LIMIT ?)`,
    )
    this.#probe = prepare("INSERT INTO meta VALUES ('probe', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1")
  }

  indexFeed(limit: number): number {
    const from = this.#cursor.get('feed')?.seq ?? 0
    const { seq, events } = this.#reach.get(from, limit) ?? { seq: from, events: 0 }
    const to = events < limit ? this.#committer.lastSeq : seq
    if (to === from) return from
    return this.#unsynced(() => {
      this.#index.run(from, to)
      this.#setCursor.run('feed', to)
      return to
    })
  }

  settleEffects(rows: readonly EffectRow[]): boolean[] {
    return transaction(this.#database, () => rows.map((row) => this.#committer.effects.progress(row)))
  }

  forgetAnswers(before: Instant, limit: number): number {
    return this.#unsynced(() => this.#forgetAnswers.run(before, limit))
  }

  recordDeliveries(rows: readonly DeliveryRow[], cursor: number | undefined): void {
    this.#unsynced(() => {
      for (const row of rows) this.#insertDelivery.run(...deliveryValues(row))
      if (cursor !== undefined) this.#setCursor.run('delivery', cursor)
    })
  }

  forgetDeliveries(before: Instant, limit: number): number {
    return this.#unsynced(() => this.#forgetDeliveries.run(before, limit))
  }

  /** A real write, to find out whether there can be one. */
  probe(): void {
    transaction(this.#database, () => this.#probe.run())
  }

  /**
   * A transaction without waiting for the disk, for what a power cut may undo: rows and cursor go back together, and are
   * done again. It cannot overtake: later commits sync all that is before them.
   */
  #unsynced<Result>(work: () => Result): Result {
    this.#database.exec('PRAGMA synchronous = NORMAL')
    try {
      return transaction(this.#database, work)
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL')
    }
  }
}

function deliveryValues(row: DeliveryRow): Value[] {
  const { id, account, target, url, event, eventType, seq, aggregate, state, tries, nextAt, createdAt, updatedAt } = row
  const { lastStatus, lastError, frozenJson } = row
  const hasBody = Number(state !== 'delivered' || frozenJson !== null)
  const before = [id, account, target, url, event, eventType, seq, packId(aggregate), state, tries]
  return [...before, nextAt, createdAt, updatedAt, lastStatus, lastError, frozenJson, hasBody]
}
