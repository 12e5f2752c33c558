import type { DatabaseSync } from 'node:sqlite'
import { encodeId, type Id } from '#domain/vocabulary/id.ts'
import type { PartRow } from '#engine/ports/rows.ts'
import type { ListEntry, ListQuestion, Loaded, Lookup, PartsQuestion } from '#engine/ports/storage.ts'
import { mergePages } from '../order.ts'
import { Prepared, type Value } from './database.ts'
import { decodeEvent, decodeHead, type EventColumns, type HeadColumns } from './decode.ts'
import { soughtId } from './ids.ts'
import { handleDigest } from './indexes.ts'
import { OnceKeys } from './once.ts'
import { eventPlace, headPlace, mostEvents } from './places.ts'

interface PartColumns extends EventColumns {
  readonly overlay: number | null
}

interface ListColumns {
  readonly sort: number | string
  readonly aggregate: Uint8Array
  readonly facets: string
}

type ListPlace = [account: string, noun: string, list: string, equal: string]

const mostSlots = 50_000

/** Reads of aggregates: what they are, what they consist of, and by what they are found. */
export class Lookups {
  readonly #database: DatabaseSync
  readonly #once: OnceKeys
  readonly #slots = new Map<Id, number>()
  readonly #slot: Prepared<[Uint8Array], { slot: number }>
  readonly #head: Prepared<[number], HeadColumns>
  readonly #holder: Prepared<[string, string, string, string], { aggregate: Uint8Array }>
  readonly #holders: Prepared<[Uint8Array, number], { aggregate: Uint8Array }>
  readonly #part: Prepared<[number], PartColumns>
  readonly #event: Prepared<[number], EventColumns>
  readonly #parts: Prepared<[number, number, number], PartColumns>
  readonly #partsOfKind: Prepared<[number, number, string, number], PartColumns>
  readonly #list: Record<'up' | 'down', Prepared<[...ListPlace, number], ListColumns>>
  readonly #listBeyond: Record<
    'up' | 'down',
    Prepared<[...ListPlace, number | string, Uint8Array, number], ListColumns>
  >

  constructor(database: DatabaseSync) {
    const prepare = <Values extends readonly Value[], Row>(sql: string) => new Prepared<Values, Row>(database, sql)
    const visible = (table: string) => `NOT EXISTS (SELECT 1 FROM erasing WHERE erasing.aggregate = ${table}.aggregate)`
    this.#database = database
    this.#once = new OnceKeys(database)
    this.#slot = prepare('SELECT slot FROM aggregate WHERE id = ?')
    this.#head = prepare('SELECT kind, account, ref, shape, at, due, erasing, state FROM cluster WHERE place = ?')
    this.#holder = prepare('SELECT aggregate FROM claim WHERE account = ? AND kind = ? AND route = ? AND key = ?')
    this.#holders = prepare(
      `SELECT aggregate FROM handle WHERE digest = ? AND ${visible('handle')} ORDER BY aggregate DESC LIMIT ?`,
    )
    const parts = 'SELECT log.*, cluster.overlay FROM cluster CROSS JOIN log ON log.seq = cluster.ref WHERE'
    this.#part = prepare(`${parts} cluster.place = ?`)
    this.#event = prepare('SELECT * FROM log WHERE seq = ?')
    this.#parts = prepare(`${parts} cluster.place > ? AND cluster.place < ? ORDER BY cluster.place LIMIT ?`)
    this.#partsOfKind = prepare(
      `${parts} cluster.place > ? AND cluster.place < ? AND cluster.kind = ? ORDER BY cluster.place LIMIT ?`,
    )
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
    const slot = this.#slotOf(aggregate)
    if (slot === undefined) return []
    const from = eventPlace(slot, Math.min(Math.max(after, 0), mostEvents))
    const to = headPlace(slot)
    return this.#together(() => {
      const rows = kind === undefined ? this.#parts.all(from, to, limit) : this.#partsOfKind.all(from, to, kind, limit)
      return rows.map((row) => this.#partOf(aggregate, row))
    })
  }

  one(lookup: Lookup): Loaded {
    switch (lookup.what) {
      case 'head': {
        const slot = this.#slotOf(lookup.aggregate)
        const row = slot === undefined ? undefined : this.#head.get(headPlace(slot))
        return row ? decodeHead(lookup.aggregate, row) : null
      }
      case 'holder': {
        const { kind, route, key } = lookup.claim
        const row = this.#holder.get(lookup.account, kind, route, key)
        return row ? encodeId(row.aggregate) : null
      }
      case 'holders': {
        const rows = this.#holders.all(handleDigest(lookup.account, lookup.handle), lookup.limit)
        return rows.map((row) => encodeId(row.aggregate))
      }
      case 'key': {
        const slot = this.#slotOf(lookup.aggregate)
        return (slot === undefined ? undefined : this.#once.find(slot, lookup.key)) ?? null
      }
      case 'part': {
        const slot = this.#slotOf(lookup.aggregate)
        const known = slot !== undefined && lookup.n > 0 && lookup.n <= mostEvents
        const row = known ? this.#part.get(eventPlace(slot, lookup.n)) : undefined
        return row ? this.#partOf(lookup.aggregate, row) : null
      }
    }
  }

  /** A slot never changes, so it is looked up once. */
  #slotOf(id: Id): number | undefined {
    const known = this.#slots.get(id)
    if (known !== undefined) return known
    const slot = this.#slot.get(soughtId(id))?.slot
    if (this.#slots.size >= mostSlots) this.#slots.clear()
    if (slot !== undefined) this.#slots.set(id, slot)
    return slot
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
