import type { DatabaseSync } from 'node:sqlite'
import { encodeId, type Id } from '#domain/vocabulary/id.ts'
import type { PartRow } from '#engine/ports/rows.ts'
import type { ListEntry, ListQuestion, Loaded, Lookup, PartsQuestion } from '#engine/ports/storage.ts'
import { keyName } from '../check.ts'
import { mergePages } from '../order.ts'
import { Prepared, type Value } from './database.ts'
import { decodeEvent, decodeHead, type EventColumns, type HeadColumns } from './decode.ts'
import { soughtId } from './ids.ts'

interface PartColumns extends EventColumns {
  readonly overlay: number | null
}

interface ListColumns {
  readonly sort: number | string
  readonly aggregate: Uint8Array
  readonly facets: string
}

type ListPlace = [account: string, noun: string, list: string, equal: string]

/** Reads of aggregates: what they are, what they consist of, and by what they are found. */
export class Lookups {
  readonly #database: DatabaseSync
  readonly #head: Prepared<[Uint8Array], HeadColumns>
  readonly #holder: Prepared<[string, string, string, string], { aggregate: Uint8Array }>
  readonly #holders: Prepared<[string, string, string, number], { aggregate: Uint8Array }>
  readonly #key: Prepared<[Uint8Array, string], { ref: number }>
  readonly #part: Prepared<[Uint8Array, number], PartColumns>
  readonly #event: Prepared<[number], EventColumns>
  readonly #parts: Prepared<[Uint8Array, number, number], PartColumns>
  readonly #partsOfKind: Prepared<[Uint8Array, number, string, number], PartColumns>
  readonly #list: Record<'up' | 'down', Prepared<[...ListPlace, number], ListColumns>>
  readonly #listBeyond: Record<
    'up' | 'down',
    Prepared<[...ListPlace, number | string, Uint8Array, number], ListColumns>
  >

  constructor(database: DatabaseSync) {
    const prepare = <Values extends readonly Value[], Row>(sql: string) => new Prepared<Values, Row>(database, sql)
    const visible = (table: string) => `NOT EXISTS (SELECT 1 FROM erasing WHERE erasing.aggregate = ${table}.aggregate)`
    this.#database = database
    this.#head = prepare(
      "SELECT kind, account, ref, shape, at, due, erasing, state FROM cluster WHERE aggregate = ? AND n = 0 AND key = ''",
    )
    this.#holder = prepare('SELECT aggregate FROM claim WHERE account = ? AND kind = ? AND route = ? AND key = ?')
    this.#holders = prepare(
      `SELECT aggregate FROM handle WHERE account = ? AND kind = ? AND key = ? AND ${visible('handle')} ORDER BY aggregate DESC LIMIT ?`,
    )
    this.#key = prepare('SELECT ref FROM cluster WHERE aggregate = ? AND n = -1 AND key = ?')
    const parts =
      'SELECT log.*, cluster.overlay FROM cluster CROSS JOIN log ON log.seq = cluster.ref WHERE cluster.aggregate = ?'
    this.#part = prepare(`${parts} AND cluster.n = ? AND cluster.key = ''`)
    this.#event = prepare('SELECT * FROM log WHERE seq = ?')
    this.#parts = prepare(`${parts} AND cluster.n > ? ORDER BY cluster.n LIMIT ?`)
    this.#partsOfKind = prepare(`${parts} AND cluster.n > ? AND cluster.kind = ? ORDER BY cluster.n LIMIT ?`)
    const list = `SELECT sort, aggregate, facets FROM listing
      WHERE account = ? AND noun = ? AND list = ? AND equal = ? AND ${visible('listing')}`
    this.#list = {
      up: prepare(`${list} ORDER BY sort, aggregate LIMIT ?`),
      down: prepare(`${list} ORDER BY sort DESC, aggregate DESC LIMIT ?`),
    }
    this.#listBeyond = {
      up: prepare(`${list} AND (sort, aggregate) > (?, ?) ORDER BY sort, aggregate LIMIT ?`),
      down: prepare(`${list} AND (sort, aggregate) < (?, ?) ORDER BY sort DESC, aggregate DESC LIMIT ?`),
    }
  }

  /** All from the same moment. */
  load(lookups: readonly Lookup[]): Loaded[] {
    return lookups.length > 1
      ? this.#together(() => lookups.map((lookup) => this.one(lookup)))
      : lookups.map((lookup) => this.one(lookup))
  }

  list({ account, noun, list, equals, descending, after, limit }: ListQuestion): ListEntry[] {
    const direction = descending ? 'down' : 'up'
    const beyond = after && soughtId(after.id)
    const pages = equals.map((equal) => {
      const rows =
        after && beyond
          ? this.#listBeyond[direction].all(account, noun, list, equal, after.sort, beyond, limit)
          : this.#list[direction].all(account, noun, list, equal, limit)
      return rows.map(({ sort, aggregate, facets }) => ({
        aggregate: encodeId(aggregate),
        sort,
        facets: JSON.parse(facets),
      }))
    })
    return mergePages(pages, descending, limit)
  }

  parts({ aggregate, kind, after, limit }: PartsQuestion): PartRow[] {
    const bytes = soughtId(aggregate)
    return this.#together(() => {
      const rows =
        kind === undefined ? this.#parts.all(bytes, after, limit) : this.#partsOfKind.all(bytes, after, kind, limit)
      return rows.map((row) => this.#partOf(aggregate, row))
    })
  }

  one(lookup: Lookup): Loaded {
    switch (lookup.what) {
      case 'head': {
        const row = this.#head.get(soughtId(lookup.aggregate))
        return row ? decodeHead(lookup.aggregate, row) : null
      }
      case 'holder': {
        const { kind, route, key } = lookup.claim
        const row = this.#holder.get(lookup.account, kind, route, key)
        return row ? encodeId(row.aggregate) : null
      }
      case 'holders': {
        const { kind, key } = lookup.handle
        return this.#holders.all(lookup.account, kind, key, lookup.limit).map((row) => encodeId(row.aggregate))
      }
      case 'key':
        return this.#key.get(soughtId(lookup.aggregate), keyName(lookup.key))?.ref ?? null
      case 'part': {
        const row = this.#part.get(soughtId(lookup.aggregate), lookup.n)
        return row ? this.#partOf(lookup.aggregate, row) : null
      }
    }
  }

  #partOf(aggregate: Id, row: PartColumns): PartRow {
    const overlay = row.overlay === null ? undefined : this.#event.get(row.overlay)
    return { n: row.n, created: decodeEvent(row, aggregate), overlay: overlay ? decodeEvent(overlay, aggregate) : null }
  }

  #together<Result>(read: () => Result): Result {
    this.#database.exec('BEGIN')
    try {
      return read()
    } finally {
      this.#database.exec('COMMIT')
    }
  }
}
