import type { Id } from '#domain/vocabulary/id.ts'
import type { EffectRow, EventRow, PartRow } from '#engine/ports/rows.ts'
import type { EffectPlace, ListEntry, ListQuestion, Loaded, Lookup, PartsQuestion } from '#engine/ports/storage.ts'
import { claimName, keyName } from '../check.ts'
import { compareText, mergePages } from '../order.ts'
import { listName, type Aggregate, type Pointer, type Tables } from './tables.ts'
import { handleName } from './write.ts'

/** The answer to one point read. */
export function lookUp(tables: Tables, lookup: Lookup): Loaded {
  switch (lookup.what) {
    case 'head':
      return tables.aggregates.get(lookup.aggregate)?.head ?? null
    case 'holder':
      return tables.claims.get(claimName(lookup.account, lookup.claim)) ?? null
    case 'holders':
      return holders(tables, handleName(lookup.account, lookup.handle), lookup.limit)
    case 'key':
      return tables.aggregates.get(lookup.aggregate)?.once.get(keyName(lookup.key)) ?? null
    case 'part': {
      const row = tables.aggregates.get(lookup.aggregate)
      return (row && partOf(tables, row.pointers[lookup.n - 1], lookup.n)) ?? null
    }
  }
}

function holders(tables: Tables, name: string, limit: number): Id[] {
  const all = tables.handles.get(name)?.descending() ?? [].values()
  return all
    .filter((id) => visible(tables, id))
    .take(limit)
    .toArray()
}

function visible(tables: Tables, aggregate: Id): boolean {
  return tables.aggregates.get(aggregate)?.head.erasing === false
}

export function listPage(tables: Tables, question: ListQuestion): ListEntry[] {
  const { account, noun, list, equals, descending, after, limit } = question
  const from = after && { aggregate: after.id, sort: after.sort, facets: {} }
  const pages = equals.map((equal) => {
    const sorted = tables.lists.get(listName(account, noun, list, equal))
    const entries = (descending ? sorted?.descending(from) : sorted?.ascending(from)) ?? [].values()
    return entries
      .filter((entry) => visible(tables, entry.aggregate))
      .take(limit)
      .toArray()
  })
  return mergePages(pages, descending, limit)
}

export function partsPage(tables: Tables, { aggregate, kind, after, limit }: PartsQuestion): PartRow[] {
  const row = tables.aggregates.get(aggregate)
  const found: PartRow[] = []
  if (!row) return found
  for (let n = after + 1; n <= row.pointers.length && found.length < limit; n++) {
    const pointer = row.pointers[n - 1]
    const part = kind === undefined || pointer?.kind === kind ? partOf(tables, pointer, n) : undefined
    if (part) found.push(part)
  }
  return found
}

function partOf(tables: Tables, pointer: Aggregate['pointers'][number], n: number): PartRow | undefined {
  const created = pointer && eventAt(tables, pointer.seq)
  return created && { n, created, overlay: overlayOf(tables, pointer) }
}

function overlayOf(tables: Tables, { overlay }: Pointer): EventRow | null {
  return (overlay === undefined ? undefined : eventAt(tables, overlay)) ?? null
}

function eventAt(tables: Tables, seq: number): EventRow | undefined {
  return tables.log[seq - 1]
}

export function logPage(tables: Tables, after: number, limit: number): EventRow[] {
  const found: EventRow[] = []
  for (let seq = after + 1; seq <= tables.log.length && found.length < limit; seq++) {
    const row = eventAt(tables, seq)
    if (row) found.push(row)
  }
  return found
}

export function feedPage(tables: Tables, account: string, after: number, limit: number): EventRow[] {
  const seqs = tables.feeds.get(account) ?? []
  let low = 0
  for (let high = seqs.length; low < high;) {
    const middle = (low + high) >> 1
    if ((seqs[middle] ?? 0) <= after) low = middle + 1
    else high = middle
  }
  const found: EventRow[] = []
  for (; low < seqs.length && found.length < limit; low++) {
    const row = eventAt(tables, seqs[low] ?? 0)
    if (row) found.push(row)
  }
  return found
}

/** Appends the next events to the feeds of their accounts, and answers with the last seq it looked at. */
export function indexFeed(tables: Tables, limit: number): number {
  const events = logPage(tables, tables.indexed, limit)
  for (const { account, seq } of events) tables.feeds.getOrInsertComputed(account, () => []).push(seq)
  tables.indexed = events.length < limit ? tables.log.length : (events.at(-1)?.seq ?? tables.indexed)
  return tables.indexed
}

export function effectsWhere(tables: Tables, test: (row: EffectRow) => boolean, limit: number): EffectRow[] {
  const rows = tables.effects.values().filter(test).toArray()
  return rows.sort(effectOrder).slice(0, limit)
}

export function effectOrder(a: EffectPlace, b: EffectPlace): number {
  return a.nextAt - b.nextAt || compareText(a.id, b.id)
}
