import type { Position } from '#services/api.ts'
import type { SessionQuestion, Sessions, SessionView } from '#services/calls/api.ts'
import { limits } from './limits.ts'

/** One page by number, of lists that the house pages by key. */
export interface Page {
  readonly views: readonly SessionView[]
  /** Counted up to ten thousand. */
  readonly total: number
  readonly hasMore: boolean
}

export interface Asked {
  readonly number: number
  readonly size: number
}

const skippedAtOnce = 500

/** What page a query asks for; larger pages are cut down to the largest there is (section 8). */
export function pageAsked(query: { readonly page_number: number; readonly page_size: number }): Asked {
  return { number: query.page_number, size: Math.min(query.page_size, limits.pageSizeMost) }
}

/** Walks to the page asked for. Beyond what is counted there are no pages. */
export async function pageOf(
  sessions: Pick<Sessions, 'list' | 'count'>,
  account: string,
  question: Omit<SessionQuestion, 'after' | 'limit'>,
  { number, size }: Asked,
): Promise<Page> {
  const skipped = (number - 1) * size
  const total = await sessions.count(account, question)
  if (skipped >= total) return { views: [], total, hasMore: false }
  const views: SessionView[] = []
  let toSkip = skipped
  let after: Position | undefined
  while (views.length < size) {
    const limit = toSkip > 0 ? Math.min(toSkip, skippedAtOnce) : size - views.length
    const { items, next } = await sessions.list(account, { ...question, limit, ...(after && { after }) })
    if (toSkip > 0) toSkip -= items.length
    else views.push(...items)
    if (!next) break
    after = next
  }
  return { views, total, hasMore: skipped + views.length < total }
}

/** The first of a list, at most `most`. */
export async function firstOf(
  sessions: Pick<Sessions, 'list'>,
  account: string,
  question: Omit<SessionQuestion, 'after' | 'limit'>,
  most: number,
): Promise<readonly SessionView[]> {
  const views: SessionView[] = []
  let after: Position | undefined
  while (views.length < most) {
    const limit = Math.min(skippedAtOnce, most - views.length)
    const { items, next } = await sessions.list(account, { ...question, limit, ...(after && { after }) })
    views.push(...items)
    if (!next) break
    after = next
  }
  return views
}
