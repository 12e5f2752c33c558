import type { SessionQuestion, Sessions, SessionView } from '#services/calls/api.ts'
import { limits } from './limits.ts'

/** One page by number. */
export interface Page {
  readonly views: readonly SessionView[]
  /** Of the whole history. */
  readonly total: number
  readonly hasMore: boolean
}

export interface Asked {
  readonly number: number
  readonly size: number
}

type Question = Omit<SessionQuestion, 'after' | 'skip' | 'limit'>

/** What page a query asks for; larger pages are cut down to the largest there is (section 8). */
export function pageAsked(query: { readonly page_number: number; readonly page_size: number }): Asked {
  return { number: query.page_number, size: Math.min(query.page_size, limits.pageSizeMost) }
}

/** The page asked for, read after what comes before it was skipped; and how many there are in all, counted from its end. */
export async function pageOf(
  sessions: Pick<Sessions, 'list' | 'count'>,
  account: string,
  question: Question,
  { number, size }: Asked,
): Promise<Page> {
  const skip = (number - 1) * size
  const { items, next } = await sessions.list(account, { ...question, skip, limit: size })
  if (items.length === 0) {
    // A page beyond the end cannot say how far beyond.
    const total = skip === 0 ? 0 : await sessions.count(account, question)
    return { views: [], total, hasMore: false }
  }
  const rest = next ? await sessions.count(account, { ...question, after: next }) : 0
  return { views: items, total: skip + items.length + rest, hasMore: rest > 0 }
}

/** The first of a list, at most `most`. */
export async function firstOf(
  sessions: Pick<Sessions, 'list'>,
  account: string,
  question: Question,
  most: number,
): Promise<readonly SessionView[]> {
  return (await sessions.list(account, { ...question, limit: most })).items
}
