import { policyOf } from '#domain/session/limits.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { minuteMs, type Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Engine } from '#engine/api.ts'
import type { Position } from '../../api.ts'
import type { Waiting } from './sharing.ts'

/** One list for each route, in the order in which the sessions were queued. */
const byRoute = 'waiting'

const pageLeast = 8
const pageMost = 500
/** A lease outlasts the cap by this at least, and by what may pass before the answer: a lost worker cannot leak a slot. */
const leaseMarginMs: Milliseconds = 5 * minuteMs

/** Up to `most` sessions that wait on a route, in order; those that hold a slot already (`holds`) are passed over. */
export async function waitingOn(
  engine: Engine,
  account: string,
  route: string,
  most: number,
  holds: (session: Id, attempt: number) => boolean,
): Promise<readonly Waiting[]> {
  const found: Waiting[] = []
  let after: Position | undefined
  for (let limit = most + pageLeast; ; limit *= 2) {
    const page = await engine.list({
      account,
      noun,
      list: byRoute,
      equals: [route],
      limit: Math.min(limit, pageMost),
      ...(after && { after }),
    })
    for (const { state } of page.items) {
      const waiting = waitingOf(state)
      if (!holds(waiting.wanted.session, waiting.wanted.attempt)) found.push(waiting)
      if (found.length === most) return found
    }
    if (!page.next) return found
    after = page.next
  }
}

function waitingOf(session: Session): Waiting {
  const { id, attempt, route, queuedAt, createdAt } = session
  const { setupMs, ringMs, capMs } = policyOf(session)
  const beforeMs = Math.max(leaseMarginMs, setupMs + ringMs + minuteMs)
  return {
    wanted: { session: id, attempt: attempt.number + 1, route, leaseMs: capMs + beforeMs },
    since: queuedAt ?? createdAt,
  }
}

/**
 * The routes on which sessions wait, found after a start, by the rows of the list alone: whoever waits for an agent that is gone is
 * to be told so too.
 */
export async function routesWaited(engine: Engine, account: string): Promise<ReadonlySet<string>> {
  const routes = new Set<string>()
  await scan(engine, account, { noun, list: 'in_line', equals: ['true'] }, ({ facets: { waiting } }) => {
    if (waiting !== undefined) routes.add(String(waiting))
  })
  return routes
}

/** How many sessions wait on these routes. */
export function countWaiting(engine: Engine, account: string, routes: Iterable<string>): Promise<number> {
  return scan(engine, account, { noun, list: byRoute, equals: [...routes] })
}

/** Its place in the line of its route, 1 is next; undefined: it does not wait for a slot. */
export async function positionOf(
  engine: Engine,
  { id, account, route, wantsSlot, queuedAt }: Session,
): Promise<number | undefined> {
  if (!wantsSlot || queuedAt === undefined) return undefined
  const ahead = { noun, list: byRoute, equals: [route], descending: true, after: { sort: queuedAt, id } }
  return (await scan(engine, account, ahead)) + 1
}

type Listing = Parameters<Engine['list']>[0]

/** Sees the rows of a list without reading what they stand for; answers with how many there are. */
async function scan(
  engine: Engine,
  account: string,
  listing: Pick<Listing, 'noun' | 'list' | 'equals' | 'descending' | 'after'>,
  see: (entry: Parameters<NonNullable<Listing['test']>>[0]) => void = () => {},
): Promise<number> {
  let seen = 0
  await engine.list({
    account,
    ...listing,
    limit: 1,
    test: (entry) => {
      seen++
      see(entry)
      return false
    },
  })
  return seen
}
