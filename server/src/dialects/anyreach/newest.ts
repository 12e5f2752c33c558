import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Listed, Position } from '#services/api.ts'
import { wrong, type Problem } from './errors.ts'
import { limits } from './limits.ts'
import { madeAt, readMoment, stamp, type Microseconds } from './time.ts'

/** What a list is asked by. `cursor`: Base64 of the last item's created_at, standard or URL-safe, padded or not (4.2). */
export interface PageQuery {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** No id comes before it. */
const firstId: Id = '0'.repeat(26)

/** How many are looked at for one page. */
const lookedMost = 10_000

/** What fits, and from when on; absent: everything. */
interface Wanted<Item> {
  readonly test?: (item: Item) => boolean
  readonly from?: Microseconds
}

/**
 * A page of what was made, newest first: strictly older than the cursor. `next`: the cursor to go on with, where the page is full, or
 * very many were looked at for it.
 */
export async function newestOf<Item>(
  list: (page: { readonly after?: Position; readonly limit: number }) => Promise<Listed<Item>>,
  query: PageQuery,
  about: (item: Item) => { readonly id: Id; readonly createdAt: Instant },
  { test, from = -Infinity }: Wanted<Item> = {},
): Promise<{ readonly items: readonly Item[]; readonly next?: string } | Problem> {
  const before = query.cursor === undefined ? Infinity : readMoment(readBase64(query.cursor))
  if (before === undefined) return wrong(['query', 'cursor'], "Give the last item's created_at, Base64-encoded.")
  const limit = Math.min(query.limit, limits.pageMost)
  // Where not all fit, more than a page is read at once.
  const atOnce = test ? limits.pageMost : limit
  const items: Item[] = []
  let looked = 0
  let after: Position | undefined = Number.isFinite(before)
    ? { sort: Math.floor(before / 1_000) + 1, id: firstId }
    : undefined
  for (;;) {
    const page: Listed<Item> = await list({ limit: atOnce, ...(after && { after }) })
    for (const item of page.items) {
      const made = madeAt(about(item))
      if (made < from) return { items }
      looked++
      const isFitting = made < before && (test?.(item) ?? true)
      if (isFitting) items.push(item)
      if (isFitting ? items.length === limit : looked >= lookedMost) return { items, next: cursorOf(about(item)) }
    }
    if (!page.next) return { items }
    after = page.next
  }
}

function cursorOf(made: { readonly id: Id; readonly createdAt: Instant }): string {
  return Buffer.from(stamp(madeAt(made))).toString('base64')
}

/** Standard and URL-safe, padded or not (4.2); empty: it is none. */
export function readBase64(cursor: string): string {
  // A plus in a query is a space.
  const text = cursor.replaceAll(' ', '+')
  return /^[\w+/-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString('latin1') : ''
}
