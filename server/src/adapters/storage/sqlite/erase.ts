import type { DatabaseSync } from 'node:sqlite'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Committer } from './commit.ts'
import { Prepared, transaction, type Value } from './database.ts'
import { packId } from './ids.ts'
import { eventAt, headPlace, headPlaceSql, stretch } from './places.ts'
import { readTrace, splitDigests } from './trace.ts'

interface Head {
  readonly slot: number
  readonly kind: string
  readonly account: string
  readonly due: number | null
  readonly clock: string | null
  readonly erasing: number
}

interface ClusterRow {
  readonly place: number
  readonly ref: number
  readonly handles: Uint8Array | null
  readonly trace: string | null
}

type Traced = Pick<ClusterRow, 'handles' | 'trace'>

/** Removes all rows of an aggregate but its head, a chunk at a time. */
export class Eraser {
  readonly #database: DatabaseSync
  readonly #committer: Committer
  readonly #run: (sql: string, ...values: Value[]) => number
  readonly #head: Prepared<[Uint8Array], Head>
  readonly #rows: Prepared<[number, number, number, number], ClusterRow>
  readonly #traces: Prepared<[number, number], Traced & { readonly rowid: number }>

  constructor(database: DatabaseSync, committer: Committer) {
    this.#database = database
    this.#committer = committer
    const prepared = new Map<string, Prepared<Value[]>>()
    this.#run = (sql, ...values) => prepared.getOrInsertComputed(sql, () => new Prepared(database, sql)).run(...values)
    this.#head = new Prepared(
      database,
      `SELECT slot, kind, account, due, clock, erasing FROM aggregate JOIN cluster ON place = ${headPlaceSql} WHERE id = ?`,
    )
    this.#rows = new Prepared(
      database,
      'SELECT place, ref, handles, trace FROM cluster WHERE place >= ? AND place < ? AND place <> ? LIMIT ?',
    )
    this.#traces = new Prepared(database, 'SELECT rowid, handles, trace FROM trace WHERE slot = ? LIMIT ?')
  }

  erase(id: Id, limit: number): boolean {
    const aggregate = packId(id)
    const head = this.#head.get(aggregate)
    if (!head) return true
    if (head.erasing === 0) throw new Error(`Aggregate ${id} is not being erased.`)
    this.#committer.heads.forgetOne(id) // it may lose its due time
    this.#database.exec('PRAGMA secure_delete = ON') // what is erased is overwritten, not only unlinked
    try {
      return transaction(this.#database, () => this.#eraseChunk(aggregate, head, limit))
    } finally {
      this.#database.exec('PRAGMA secure_delete = OFF')
    }
  }

  #eraseChunk(aggregate: Uint8Array, head: Head, limit: number): boolean {
    let left = limit
    for (const row of this.#rows.all(...stretch(head.slot), headPlace(head.slot), limit)) {
      if (left <= 0) break
      left -= this.#eraseRow(aggregate, head, row)
    }
    for (const row of left > 0 ? this.#traces.all(head.slot, left) : []) {
      if (left <= 0) break
      left -= this.#run('DELETE FROM trace WHERE rowid = ?', row.rowid) + this.#eraseTraced(aggregate, head, row)
    }
    if (left > 0) left -= this.#eraseEffects(aggregate, left)
    if (left > 0) left -= this.#eraseDeliveries(aggregate, left)
    // the newest events may be among the erased: their numbers must not come again
    this.#run("INSERT OR REPLACE INTO meta VALUES ('last_seq', ?)", this.#committer.lastSeq)
    if (left > 0) this.#leaveTombstone(aggregate, head)
    return left > 0
  }

  /** Answers with how many rows went. */
  #eraseRow(aggregate: Uint8Array, head: Head, row: ClusterRow): number {
    let gone = this.#run('DELETE FROM cluster WHERE place = ?', row.place)
    if (eventAt(head.slot, row.place) !== undefined) {
      gone += this.#run('DELETE FROM log WHERE seq = ?', row.ref)
      gone += this.#run('DELETE FROM account_log WHERE account = ? AND seq = ?', head.account, row.ref)
    }
    return gone + this.#eraseTraced(aggregate, head, row)
  }

  #eraseTraced(aggregate: Uint8Array, { account, kind: noun }: Head, { handles, trace }: Traced): number {
    let gone = 0
    for (const digest of handles ? splitDigests(handles) : []) {
      gone += this.#run('DELETE FROM handle WHERE digest = ? AND aggregate = ?', digest, aggregate)
    }
    const { rows = [], claims = [], answer } = trace === null ? {} : readTrace(trace)
    for (const [list, equal, sort] of rows) {
      const place = 'account = ? AND noun = ? AND list = ? AND equal = ? AND sort = ? AND aggregate = ?'
      gone += this.#run(`DELETE FROM listing WHERE ${place}`, account, noun, list, equal, sort, aggregate)
    }
    for (const [kind, route, key] of claims) {
      const claim = 'account = ? AND kind = ? AND route = ? AND key = ? AND aggregate = ?'
      gone += this.#run(`DELETE FROM claim WHERE ${claim}`, account, kind, route, key, aggregate)
    }
    return answer ? gone + this.#run('DELETE FROM answer WHERE scope = ? AND key = ? AND at = ?', ...answer) : gone
  }

  #eraseEffects(aggregate: Uint8Array, limit: number): number {
    const dead = "SELECT id FROM effect WHERE state = 'dead' AND aggregate = ? LIMIT ?"
    return this.#run(`DELETE FROM effect WHERE id IN (${dead})`, aggregate, limit)
  }

  #eraseDeliveries(aggregate: Uint8Array, limit: number): number {
    const withBody = 'SELECT id FROM delivery WHERE has_body = 1 AND aggregate = ? LIMIT ?'
    return this.#run(`DELETE FROM delivery WHERE id IN (${withBody})`, aggregate, limit)
  }

  #leaveTombstone(aggregate: Uint8Array, { slot, due, clock }: Head): void {
    if (due !== null) this.#run('DELETE FROM due WHERE clock = ? AND at = ? AND aggregate = ?', clock, due, aggregate)
    this.#run("UPDATE cluster SET due = NULL, clock = NULL, state = 'null' WHERE place = ?", headPlace(slot))
    this.#run('DELETE FROM erasing WHERE aggregate = ?', aggregate)
  }
}
