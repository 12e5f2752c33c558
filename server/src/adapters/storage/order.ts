import type { ListEntry } from '#engine/ports/storage.ts'

/** Texts by code point, which is the order of their bytes in UTF-8; plain `<` compares code units and differs above U+FFFF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

/** Numbers before texts. */
function compareSort(a: number | string, b: number | string): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1
  return typeof b === 'number' ? 1 : compareText(a, b)
}

/** The order of a list: by sort value, then id. */
export function comparePlace(
  a: Pick<ListEntry, 'sort' | 'aggregate'>,
  b: Pick<ListEntry, 'sort' | 'aggregate'>,
): number {
  return compareSort(a.sort, b.sort) || compareText(a.aggregate, b.aggregate)
}

/** One page out of several pages that are each in order; an entry that stands in two of them comes once. */
export function mergePages(pages: readonly (readonly ListEntry[])[], descending: boolean, limit: number): ListEntry[] {
  const [only] = pages
  if (pages.length === 1 && only) return only.slice(0, limit)
  const sign = descending ? -1 : 1
  const all = pages.flat().sort((a, b) => sign * comparePlace(a, b))
  return all.filter((entry, i) => i === 0 || comparePlace(entry, all[i - 1] ?? entry) !== 0).slice(0, limit)
}
