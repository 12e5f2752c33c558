import type { DatabaseSync } from 'node:sqlite'
import type { EffectRow } from '#engine/ports/rows.ts'
import { Prepared } from './database.ts'
import { packId } from './ids.ts'

type EffectValues = [
  id: string,
  account: string,
  noun: string,
  aggregate: Uint8Array,
  kind: string,
  mode: string,
  key: string,
  payload: string,
  state: string,
  tries: number,
  nextAt: number,
  error: string | null,
]

/** Writes effects; a settled one is of no further use and goes. */
export class Effects {
  readonly #insert: Prepared<EffectValues>
  readonly #update: Prepared<[state: string, tries: number, nextAt: number, error: string | null, id: string]>
  readonly #start: Prepared<[tries: number, nextAt: number, error: string | null, id: string]>
  readonly #delete: Prepared<[id: string]>

  constructor(database: DatabaseSync) {
    this.#insert = new Prepared(database, 'INSERT OR REPLACE INTO effect VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#update = new Prepared(database, 'UPDATE effect SET state = ?, tries = ?, next_at = ?, error = ? WHERE id = ?')
    this.#start = new Prepared(
      database,
      "UPDATE effect SET state = 'started', tries = ?, next_at = ?, error = ? WHERE id = ? AND state = 'waiting'",
    )
    this.#delete = new Prepared(database, 'DELETE FROM effect WHERE id = ?')
  }

  write(row: EffectRow): void {
    const { id, account, noun, aggregate, kind, mode, key, payloadJson, state, tries, nextAt, error } = row
    if (state === 'settled') this.#delete.run(id)
    else
      this.#insert.run(id, account, noun, packId(aggregate), kind, mode, key, payloadJson, state, tries, nextAt, error)
  }

  /**
   * What changes of an effect that is there already; one that is not is written whole. One that becomes started is only written
   * where it is waiting; answers with whether it was.
   */
  progress(row: EffectRow): boolean {
    const { id, state, tries, nextAt, error } = row
    if (state === 'started') return this.#start.run(tries, nextAt, error, id) === 1
    if (state === 'settled' || this.#update.run(state, tries, nextAt, error, id) === 0) this.write(row)
    return true
  }
}
