import type { FastifyReply, FastifyRequest } from 'fastify'
import { isId, type Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Position } from '#services/api.ts'
import type { Sessions, SessionView } from '#services/calls/api.ts'
import { wrong, type Problem } from './errors.ts'
import { limits } from './limits.ts'
import { readBase64 } from './newest.ts'
import type { Question } from './conversations/question.ts'
import { microsOf, readMoment } from './time.ts'
import type { ListQuery } from './wire/requests.ts'

/** Pages of conversations, newest first, by the moment of the last one (4.2) or by our own cursors (X2). */

type Lists = Pick<Sessions, 'list' | 'count' | 'madeAt'>

export interface Page {
  readonly views: readonly SessionView[]
  /** Absent: nothing follows. */
  readonly next?: Position
}

/**
 * One page. A cursor of a moment goes on behind the oldest conversation of exactly that moment: a page does not end while an older
 * one of the moment of its last is to come, so that nothing is left out. It may then be longer than was asked for; only on a test
 * clock that stands still so much is made in one moment.
 */
export async function pageOf(
  lists: Lists,
  account: string,
  question: Question,
  { after, limit }: { readonly after: Position | undefined; readonly limit: number },
): Promise<Page> {
  const twins = new Twins(lists)
  const first = await lists.list(account, { ...question, ...(after && { after }), limit })
  const views = [...first.items]
  let { next } = first
  while (next && views.length >= limit && (await twins.isAnyOlder(views.at(-1)))) {
    const more = await lists.list(account, { ...question, after: next, limit: limits.pageMost })
    for (const view of more.items) {
      views.push(view)
      next = positionOf(view)
      if (!(await twins.isAnyOlder(view))) break
    }
    if (views.at(-1) === more.items.at(-1)) next = more.next
  }
  return { views, ...(next && { next }) }
}

/** Which conversations were made in the same moment. */
class Twins {
  readonly #lists: Lists
  readonly #made = new Map<Instant, Promise<readonly Id[]>>()

  constructor(lists: Lists) {
    this.#lists = lists
  }

  async isAnyOlder(view: SessionView | undefined): Promise<boolean> {
    if (!view) return false
    const { account, id, createdAt } = view.session
    const ids = await this.#made.getOrInsertComputed(createdAt, () => this.#lists.madeAt(account, createdAt))
    return ids.some((other) => other < id && microsOf(other) === microsOf(id))
  }
}

export function positionOf({ session: { id, createdAt } }: SessionView): Position {
  return { sort: createdAt, id }
}

/** How many fit; undefined: so many would have to be looked at that nobody waits for it. */
export async function countOf(lists: Lists, account: string, question: Question): Promise<number | undefined> {
  const { also, ...rows } = question
  if (!also) return lists.count(account, rows)
  let counted = 0
  let after: Position | undefined
  // What takes long to look at is counted only where one page of it is all.
  const most = question.readMost === undefined ? pagesCounted : 1
  for (let page = 0; page < most; page++) {
    const { items, next } = await lists.list(account, { ...question, ...(after && { after }), limit: countedAtOnce })
    counted += items.length
    if (!next) return counted
    if (items.length < countedAtOnce) return undefined
    after = next
  }
  return undefined
}

const countedAtOnce = 500
const pagesCounted = 20

/** The place a cursor names: ours, or Base64 of a moment, standard or URL-safe, padded or not. */
export async function readCursor(lists: Lists, account: string, cursor: string): Promise<Position | Problem> {
  const text = readBase64(cursor)
  const [, sort, id] = /^(\d{1,15}) ([0-9a-z]{26})$/.exec(text) ?? []
  if (sort !== undefined && id !== undefined && isId(id)) return { sort: Number(sort), id }
  const at = readMoment(text)
  if (at === undefined) {
    return wrong(['query', 'cursor'], "Give the last item's created_at in Base64, or the last answer's X-Next-Cursor.")
  }
  const instant = Math.floor(at / 1_000)
  return placeOf(await lists.madeAt(account, instant), instant, at - instant * 1_000)
}

/** Behind the oldest of that moment; where there is none, before the first of that millisecond that is older. */
function placeOf(newestFirst: readonly Id[], sort: number, micros: number): Position {
  const own = newestFirst.findLast((id) => microsOf(id) === micros)
  if (own !== undefined) return { sort, id: own }
  const older = newestFirst.findIndex((id) => microsOf(id) < micros)
  if (older === 0) return { sort: sort + 1, id: '' }
  return { sort, id: newestFirst[older - 1] ?? '' }
}

/** X2: where the next page begins, in headers, since a list is a bare array. */
export function tellNext(reply: FastifyReply, request: FastifyRequest, next: Position | undefined, url: string): void {
  if (!next) return
  const cursor = Buffer.from(`${next.sort} ${next.id}`).toString('base64url')
  const [path = '', query = ''] = request.url.split('?', 2)
  const asked = new URLSearchParams(query)
  asked.set('cursor', cursor)
  reply.header('x-next-cursor', cursor).header('link', `<${url}${path}?${asked.toString()}>; rel="next"`)
}

/** D7: what is more than the most is cut down to it. */
export function limitOf({ limit = limits.pageUsual }: Pick<ListQuery, 'limit'>): number {
  return Math.min(limit, limits.pageMost)
}
