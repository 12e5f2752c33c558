import type { AnyNoun, Claim, Facets, Handle } from '#domain/noun.ts'
import type { AggregateWrite, ListRow } from '../ports/rows.ts'
import type { Derived } from './lane.ts'

type Changes = Pick<
  AggregateWrite,
  'takes' | 'releases' | 'handlesAdded' | 'handlesRemoved' | 'rowsAdded' | 'rowsRemoved'
>

/** Nothing that rows are made of changed. */
export const unchanged: Changes = {
  takes: [],
  releases: [],
  handlesAdded: [],
  handlesRemoved: [],
  rowsAdded: [],
  rowsRemoved: [],
}

/** What has to be written so that claims, handles and lists say what the state says. */
export function changes(noun: AnyNoun, before: Derived, after: Derived): Changes {
  const lists = sameFacets(before.facets, after.facets)
  if (lists && before.claims === after.claims && before.handles === after.handles) return unchanged
  return {
    takes: without(after.claims, before.claims, sameClaim),
    releases: without(before.claims, after.claims, sameClaim),
    handlesAdded: without(after.handles, before.handles, sameHandle),
    handlesRemoved: without(before.handles, after.handles, sameHandle),
    rowsAdded: lists ? [] : rowsOf(noun, after.facets),
    rowsRemoved: lists ? [] : rowsOf(noun, before.facets),
  }
}

/** Keeps the very objects of before where nothing changed, so that "the same" costs one comparison. */
export function keepSame(before: Derived, after: Derived): Derived {
  const claims = sameItems(before.claims, after.claims, sameClaim) ? before.claims : after.claims
  const handles = sameItems(before.handles, after.handles, sameHandle) ? before.handles : after.handles
  return { claims, handles, facets: after.facets, erasing: after.erasing }
}

function sameItems<Item>(a: readonly Item[], b: readonly Item[], same: (a: Item, b: Item) => boolean): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => same(item, b[i] as Item)))
}

function without<Item>(
  items: readonly Item[],
  others: readonly Item[],
  same: (a: Item, b: Item) => boolean,
): readonly Item[] {
  if (items === others) return []
  return items.filter((item) => !others.some((other) => same(item, other)))
}

function sameClaim(a: Claim, b: Claim): boolean {
  return a.key === b.key && a.kind === b.kind && a.route === b.route
}

function sameHandle(a: Handle, b: Handle): boolean {
  return a.key === b.key && a.kind === b.kind
}

function rowsOf(noun: AnyNoun, facets: Facets): ListRow[] {
  const rows: ListRow[] = []
  for (const [list, shape] of Object.entries(noun.lists)) {
    const equal = facets[shape.equal]
    const sort = facets[shape.sort]
    if (equal === undefined || sort === undefined || typeof sort === 'boolean') continue
    rows.push({ list, equal: String(equal), sort, facets })
  }
  return rows
}

function sameFacets(a: Facets, b: Facets): boolean {
  const keys = Object.keys(b)
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key])
}
