import { setImmediate as turn } from 'node:timers/promises'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Engine, Page } from '#engine/api.ts'
import type { ListEntry } from '#engine/ports/storage.ts'
import type { Listed, Position } from '../../api.ts'
import type { SessionQuestion, SessionView } from '../api.ts'
import { slicesOf } from '../slices.ts'
import type { Views } from './views.ts'

type Item = Page<{ readonly id: Id; readonly state: Session; readonly version: number }>['items'][number]
type Asked = Omit<SessionQuestion, 'limit' | 'skip' | 'also' | 'readMost'>

const perPage = 500
/** Most sessions that are read before others have a turn. */
const readAtOnce = 50
/** Most sessions that are read for one page where they are tested one by one, unless fewer are asked for. */
const testedMost = 10_000

/**
 * Sessions, newest first; those of a batch by row. Of what is skipped and of what does not fit only the rows of the list are read. A
 * page is short only at the end: what has gone meanwhile is made up for.
 */
export async function listSessions(
  engine: Pick<Engine, 'entries'>,
  views: Pick<Views, 'get'>,
  account: string,
  { limit, skip = 0, also, readMost = testedMost, ...asked }: SessionQuestion,
): Promise<Listed<SessionView>> {
  if (also) return listTested(engine, views, account, { ...asked, limit, also, readMost })
  const items: SessionView[] = []
  let toSkip = skip
  let after: Position | undefined
  // One row more than asked for shows that there is a next page.
  for await (const fitting of fittingRows(engine, account, asked, skip + limit + 1)) {
    let own = fitting.slice(toSkip)
    toSkip -= fitting.length - own.length
    while (own.length > 0) {
      if (items.length === limit) return { items, ...(after && { next: after }) }
      if (items.length >= readAtOnce) await turn()
      const some = own.slice(0, Math.min(readAtOnce, limit - items.length))
      own = own.slice(some.length)
      const viewed = await Promise.all(some.map(({ aggregate }) => views.get(account, aggregate)))
      items.push(...viewed.filter((view) => view !== undefined))
      after = positionOf(some.at(-1)) ?? after
    }
  }
  return { items }
}

/** The same where each is tested whole: read on until the page is full or `readMost` were read, then it may be short in the middle. */
async function listTested(
  engine: Pick<Engine, 'entries'>,
  views: Pick<Views, 'get'>,
  account: string,
  { limit, also, readMost, ...asked }: Asked & Required<Pick<SessionQuestion, 'limit' | 'also' | 'readMost'>>,
): Promise<Listed<SessionView>> {
  const items: SessionView[] = []
  let tested = 0
  let after: Position | undefined
  for await (const rows of fittingRows(engine, account, asked, limit + 1)) {
    for (let i = 0; i < rows.length; i += readAtOnce) {
      if (tested > 0) await turn()
      const some = rows.slice(i, i + readAtOnce)
      const viewed = await Promise.all(some.map(({ aggregate }) => views.get(account, aggregate)))
      for (const [n, view] of viewed.entries()) {
        const isFitting = view !== undefined && (await also(view))
        if (isFitting && items.length === limit) return { items, ...(after && { next: after }) }
        if (isFitting) items.push(view)
        if (items.length < limit || isFitting) after = positionOf(some[n]) ?? after
      }
      tested += some.length
      if (tested >= readMost) return { items, ...(after && { next: after }) }
    }
  }
  return { items }
}

/** The ids of all sessions that were made at one instant, newest first, by the rows of the list. */
export async function sessionsMadeAt(
  engine: Pick<Engine, 'entries'>,
  account: string,
  instant: Instant,
): Promise<readonly Id[]> {
  const ids: Id[] = []
  const only = { createdFrom: instant, createdTo: instant }
  for await (const rows of fittingRows(engine, account, only)) ids.push(...rows.map(({ aggregate }) => aggregate))
  return ids
}

/** How many there are, by the rows of the list: the sessions themselves are not read. */
export async function countSessions(engine: Pick<Engine, 'entries'>, account: string, asked: Asked): Promise<number> {
  let counted = 0
  for await (const fitting of fittingRows(engine, account, asked)) counted += fitting.length
  return counted
}

/** All sessions of a list, a page at a time. */
export async function* sessionsIn(engine: Engine, account: string, list: string, equal: string): AsyncGenerator<Item> {
  let after: Position | undefined
  for (;;) {
    const page = await engine.list({
      account,
      noun,
      list,
      equals: [equal],
      limit: perPage,
      ...(after && { after }),
    })
    yield* page.items
    if (!page.next) return
    after = page.next
  }
}

/** The rows of what is asked for, slice by slice. `first`: how many of them are wanted, where that is few. */
async function* fittingRows(
  engine: Pick<Engine, 'entries'>,
  account: string,
  asked: Asked,
  first?: number,
): AsyncGenerator<readonly ListEntry[], undefined> {
  const after = startOf(asked, asked.after)
  const listing = { account, noun, ...listOf(asked), ...(after && { after }) }
  for await (const entries of slicesOf(engine, listing, first)) {
    const past = entries.findIndex(({ facets }) => isPast(asked, Number(facets['createdAt'])))
    yield entries.slice(0, past < 0 ? undefined : past).filter(({ facets }) => fits(asked, facets))
    if (past >= 0) return undefined
  }
}

function listOf({ agent, batch }: Asked) {
  if (batch !== undefined) return { list: 'by_batch', equals: [batch], descending: false }
  if (agent !== undefined) return { list: 'by_agent', equals: [agent], descending: true }
  return { list: 'all', equals: ['true'], descending: true }
}

function fits(asked: Asked, facets: ListEntry['facets']): boolean {
  const { agent, batch, kinds = [], createdFrom = -Infinity, createdTo = Infinity, test } = asked
  const { createdAt, kind } = facets
  const made = Number(createdAt)
  return (
    (kinds.length === 0 || kinds.some((one) => one === kind)) &&
    (batch === undefined || agent === undefined || facets['agent'] === agent) &&
    made <= createdTo &&
    (batch === undefined || made >= createdFrom) &&
    (test?.(facets) ?? true)
  )
}

/** Newest first: what follows the first that is too old is older still. */
function isPast({ batch, createdFrom }: Pick<SessionQuestion, 'batch' | 'createdFrom'>, createdAt: number): boolean {
  return batch === undefined && createdFrom !== undefined && createdAt < createdFrom
}

/** No id comes before the empty one: a list that begins after an instant and it holds what was made before that instant. */
function startOf({ batch, createdTo }: Pick<SessionQuestion, 'batch' | 'createdTo'>, after: Position | undefined) {
  if (batch !== undefined || createdTo === undefined) return after
  if (after && Number(after.sort) <= createdTo) return after
  return { sort: createdTo + 1, id: '' }
}

function positionOf(entry: ListEntry | undefined): Position | undefined {
  return entry && { sort: entry.sort, id: entry.aggregate }
}
