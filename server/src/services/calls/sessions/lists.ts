import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine, Page } from '#engine/api.ts'
import type { Listed, Position } from '../../api.ts'
import { read } from '../../reading.ts'
import type { SessionQuestion, SessionView } from '../api.ts'
import { orderOf, type Views } from './views.ts'

type Listing = Parameters<Engine['list']>[0] & { readonly noun: typeof noun }
type Item = Page<{ readonly id: Id; readonly state: Session; readonly version: number }>['items'][number]

const perPage = 500
/** As far as sessions are counted. */
const countedMost = 10_000

/** Sessions, newest first; those of a batch by row. */
export async function listSessions(
  engine: Engine,
  views: Views,
  account: string,
  question: SessionQuestion,
): Promise<Listed<SessionView>> {
  const { items, next } = await pageOf(engine, account, question, question.after, question.limit)
  const viewed = await Promise.all(items.map((item) => viewOf(engine, views, item)))
  return { items: viewed, ...(next && { next }) }
}

/** How many there are, up to ten thousand, by the rows of the list: the sessions themselves are not read. */
export async function countSessions(
  engine: Engine,
  account: string,
  question: Omit<SessionQuestion, 'after' | 'limit'>,
): Promise<number> {
  let counted = 0
  const { test, ...listing } = listingFor(account, question)
  const from = startOf(question, undefined)
  await engine.list({
    ...listing,
    limit: 1,
    ...(from && { after: from }),
    test: (entry) => {
      if (isPast(question, Number(entry.facets['createdAt']))) return true
      if (test(entry)) counted++
      return counted >= countedMost
    },
  })
  return Math.min(counted, countedMost)
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

async function pageOf(
  engine: Engine,
  account: string,
  question: Omit<SessionQuestion, 'limit' | 'after'>,
  after: Position | undefined,
  limit: number,
): Promise<{ readonly items: readonly Item[]; readonly next?: Position }> {
  let from = startOf(question, after)
  for (;;) {
    const page = await engine.list({ ...listingFor(account, question), limit, ...(from && { after: from }) })
    const items = page.items.filter(({ state }) => !isPast(question, state.createdAt))
    const isOver = items.length < page.items.length
    if (items.length > 0 || isOver || !page.next) return { items, ...(page.next && !isOver && { next: page.next }) }
    from = page.next
  }
}

function listingFor(
  account: string,
  question: Omit<SessionQuestion, 'limit' | 'after'>,
): Omit<Listing, 'limit' | 'after'> & Required<Pick<Listing, 'test'>> {
  const { agent, batch, kinds = [], createdFrom = -Infinity, createdTo = Infinity, test } = question
  const [list, equal, descending] =
    batch !== undefined
      ? (['by_batch', batch, false] as const)
      : agent !== undefined
        ? (['by_agent', agent, true] as const)
        : (['all', 'true', true] as const)
  return {
    account,
    noun,
    list,
    equals: [equal],
    descending,
    test: ({ facets }) => {
      const { createdAt, kind } = facets
      const made = Number(createdAt)
      return (
        (kinds.length === 0 || kinds.some((one) => one === kind)) &&
        (batch === undefined || agent === undefined || facets['agent'] === agent) &&
        made <= createdTo &&
        (batch === undefined || made >= createdFrom) &&
        (test?.(facets) ?? true)
      )
    },
  }
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

async function viewOf(engine: Engine, views: Views, { state: session, version }: Item): Promise<SessionView> {
  const { account, id } = session
  const [order, definition] = await Promise.all([
    read(engine, account, (unit) => orderOf(unit.part(noun, id, 1))),
    views.definition(account, session.agent),
  ])
  return { session, version, order, definition }
}
