import type { DatabaseSync } from 'node:sqlite'
import type { Claim, Handle, Key } from '#domain/noun.ts'
import { encodeId, type Id } from '#domain/vocabulary/id.ts'
import type { AggregateWrite } from '#engine/ports/rows.ts'
import { keyName } from '../check.ts'
import { Prepared, type Value } from './database.ts'
import { packId } from './ids.ts'
import { digestOf } from './places.ts'

type ClaimPlace = [account: string, kind: string, route: string, key: string]
type HandlePlace = [digest: Uint8Array, aggregate: Uint8Array]
type RowPlace = [
  account: string,
  noun: string,
  list: string,
  equal: string,
  sort: number | string,
  aggregate: Uint8Array,
]

/** Writes the tables by which aggregates are found: claims, handles and lists. */
export class Indexes {
  readonly #holder: Prepared<ClaimPlace, { aggregate: Uint8Array }>
  readonly #other: Prepared<HandlePlace, { aggregate: Uint8Array }>
  readonly #take: Prepared<[...ClaimPlace, Uint8Array]>
  readonly #release: Prepared<[...ClaimPlace, Uint8Array]>
  readonly #addHandle: Prepared<HandlePlace>
  readonly #addLasting: Prepared<HandlePlace>
  readonly #makeLasting: Prepared<HandlePlace>
  readonly #removeHandle: Prepared<HandlePlace>
  readonly #addRow: Prepared<[...RowPlace, string]>
  readonly #removeRow: Prepared<RowPlace>

  constructor(database: DatabaseSync) {
    const prepare = <Values extends readonly Value[], Row = never>(sql: string) =>
      new Prepared<Values, Row>(database, sql)
    const claim = 'account = ? AND kind = ? AND route = ? AND key = ?'
    this.#holder = prepare(`SELECT aggregate FROM claim WHERE ${claim}`)
    this.#other = prepare(
      `SELECT aggregate FROM handle WHERE digest = ? AND aggregate <> ?
       AND NOT EXISTS (SELECT 1 FROM erasing WHERE erasing.aggregate = handle.aggregate) LIMIT 1`,
    )
    this.#take = prepare('INSERT OR IGNORE INTO claim VALUES (?, ?, ?, ?, ?)')
    this.#release = prepare(`DELETE FROM claim WHERE ${claim} AND aggregate = ?`)
    this.#addHandle = prepare('INSERT OR IGNORE INTO handle VALUES (?, ?, 0)')
    this.#addLasting = prepare('INSERT OR IGNORE INTO handle VALUES (?, ?, 1)')
    this.#makeLasting = prepare('UPDATE handle SET lasting = 1 WHERE digest = ? AND aggregate = ? AND lasting = 0')
    this.#removeHandle = prepare('DELETE FROM handle WHERE digest = ? AND aggregate = ? AND lasting = 0')
    this.#addRow = prepare(
      `INSERT INTO listing VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (account, noun, list, equal, sort, aggregate) DO UPDATE SET facets = excluded.facets`,
    )
    this.#removeRow = prepare(
      'DELETE FROM listing WHERE account = ? AND noun = ? AND list = ? AND equal = ? AND sort = ? AND aggregate = ?',
    )
  }

  holder(account: string, { kind, route, key }: Claim): Id | undefined {
    const row = this.#holder.get(account, kind, route, key)
    return row && encodeId(row.aggregate)
  }

  /** Another aggregate, not being erased, that is found by a key. */
  other(account: string, key: Key, aggregate: Id): Id | undefined {
    const row = this.#other.get(handleDigest(account, key), packId(aggregate))
    return row && encodeId(row.aggregate)
  }

  release({ account, releases }: AggregateWrite, aggregate: Uint8Array): void {
    for (const { kind, route, key } of releases) this.#release.run(account, kind, route, key, aggregate)
  }

  take({ account, takes }: AggregateWrite, aggregate: Uint8Array): void {
    for (const { kind, route, key } of takes) this.#take.run(account, kind, route, key, aggregate)
  }

  list({ account, noun, rowsRemoved, rowsAdded }: AggregateWrite, aggregate: Uint8Array): void {
    for (const { list, equal, sort } of rowsRemoved) {
      const replaced = rowsAdded.some((row) => row.list === list && row.equal === equal && row.sort === sort)
      if (!replaced) this.#removeRow.run(account, noun, list, equal, sort, aggregate)
    }
    for (const { list, equal, sort, facets } of rowsAdded) {
      this.#addRow.run(account, noun, list, equal, sort, aggregate, JSON.stringify(facets))
    }
  }

  /** The handles of a state. The digests of those that are new go into `added`. */
  handle({ account, handlesAdded, handlesRemoved }: AggregateWrite, aggregate: Uint8Array, added: Uint8Array[]): void {
    for (const handle of handlesRemoved) this.#removeHandle.run(handleDigest(account, handle), aggregate)
    for (const handle of handlesAdded) {
      const digest = handleDigest(account, handle)
      if (this.#addHandle.run(digest, aggregate) > 0) added.push(digest)
    }
  }

  /** The keys an event is found by for ever. The digests of those that are new go into `added`. */
  find(account: string, keys: readonly Key[], aggregate: Uint8Array, added: Uint8Array[]): void {
    for (const key of keys) {
      if (key.use !== 'find') continue
      const digest = handleDigest(account, key)
      if (this.#addLasting.run(digest, aggregate) > 0) added.push(digest)
      else this.#makeLasting.run(digest, aggregate)
    }
  }
}

/** What stands for a handle in the table. */
export function handleDigest(account: string, handle: Handle): Uint8Array {
  return digestOf(`${account}\u001f${keyName(handle)}`)
}
