import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Listed, Position } from '#services/api.ts'
import { wrong, type Problem } from './errors.ts'
import { limits } from './limits.ts'
import { madeAt, readStamp, stamp } from './time.ts'

/** What a list is asked by. `cursor`: Base64 of the last item's created_at, standard or URL-safe, padded or not (4.2). */
export interface PageQuery {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** No id comes before it. */
const firstId: Id = '0'.repeat(26)

/** A page of what was made, newest first: strictly older than the cursor. `next`: the cursor to go on with, where the page is full. */
export async function newestOf<Item>(
  list: (page: { readonly after?: Position; readonly limit: number }) => Promise<Listed<Item>>,
  query: PageQuery,
  about: (item: Item) => { readonly id: Id; readonly createdAt: Instant },
): Promise<{ readonly items: readonly Item[]; readonly next?: string } | Problem> {
  const before = query.cursor === undefined ? Infinity : readCursor(query.cursor)
  if (before === undefined) return wrong(['query', 'cursor'], "Give the last item's created_at, Base64-encoded.")
  const limit = Math.min(query.limit, limits.pageMost)
  const items: Item[] = []
  let after: Position | undefined = Number.isFinite(before)
    ? { sort: Math.floor(before / 1_000) + 1, id: firstId }
    : undefined
  for (;;) {
    const page: Listed<Item> = await list({ limit, ...(after && { after }) })
    for (const item of page.items) {
      if (madeAt(about(item)) >= before) continue
      items.push(item)
      if (items.length === limit) return { items, next: cursorOf(about(item)) }
    }
    if (!page.next) return { items }
    after = page.next
  }
}

function cursorOf(made: { readonly id: Id; readonly createdAt: Instant }): string {
  return Buffer.from(stamp(madeAt(made))).toString('base64')
}

function readCursor(cursor: string): number | undefined {
  // A plus in a query is a space.
  const text = cursor.replaceAll(' ', '+')
  return /^[\w+/-]+={0,2}$/.test(text) ? readStamp(Buffer.from(text, 'base64').toString('latin1')) : undefined
}
