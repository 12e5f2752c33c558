import type { Id } from '#domain/vocabulary/id.ts'
import { dayMs, type Instant } from '#domain/vocabulary/instant.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Position, Services } from '#services/api.ts'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import { plain, problem, problemOf, type Problem } from '../errors.ts'
import { readId } from '../ids.ts'
import { readUtc } from '../time.ts'
import { targetPrefix } from './webhooks.ts'
import type { ReplayRequest } from '../wire/calls.ts'

type Sources = Pick<Services, 'deliveries' | 'events'>

/** Most deliveries one request may have sent again. */
const replayedMost = 1_000
const readAtOnce = 500
const lookedAtOnce = 25
const queuedAtOnce = 25
/** Nearly sorted by the account's time: what was due while the server was down comes later. */
const toleranceMs = dayMs

/** Which deliveries are wanted; moments are of the account's clock, as all that is shown. */
interface Wanted {
  readonly since: Instant
  readonly until: Instant
  readonly agent: Id | undefined
  readonly status: string | undefined
  readonly onlyFailed: boolean
}

/** Sends the webhooks of a range of the account's time again; answers with how many, or what is wrong. */
export async function replayRange(
  sources: Sources,
  account: string,
  { from, to, agent_id, status, only_failed }: ReplayRequest,
): Promise<number | Problem> {
  const [since, until] = [readUtc(from), readUtc(to)]
  if (since === undefined) return problem(1013, 'from must be an ISO 8601 timestamp')
  if (until === undefined || until < since) return problem(1013, 'to must be an ISO 8601 timestamp not before from')
  const agent = agent_id === undefined ? undefined : readId(agent_id)
  if (agent_id !== undefined && agent === undefined) return 0
  const found = await foundIn(sources, account, { since, until, agent, status, onlyFailed: only_failed })
  return found.length > replayedMost ? tooMany : queueAll(sources, account, found)
}

const tooMany: Problem = plain(400, `At most ${replayedMost} webhooks are sent again at a time; make the range smaller`)

/** Newest first, and not many more than may be sent again. */
async function foundIn(
  sources: Sources,
  account: string,
  { since, until, agent, status, onlyFailed }: Wanted,
): Promise<readonly DeliveryRow[]> {
  const found: DeliveryRow[] = []
  let before: Position | undefined
  do {
    const question = { limit: readAtOnce, ...(onlyFailed && { state: 'dead' as const }), ...(before && { before }) }
    const { items, next } = await sources.deliveries.list(account, question)
    const oldest = await eventOf(sources, account, items.at(-1))
    const isLater = oldest !== undefined && oldest.at > until + toleranceMs
    const rows = isLater ? [] : items.filter((row) => isWebhook(row) && (status ?? row.eventType) === row.eventType)
    for (let i = 0; i < rows.length && found.length <= replayedMost; i += lookedAtOnce) {
      const some = rows.slice(i, i + lookedAtOnce)
      const events = await Promise.all(some.map((row) => eventOf(sources, account, row)))
      const isWanted = (event: About | undefined): boolean =>
        event !== undefined && event.at >= since && event.at <= until && (agent ?? event.agent) === event.agent
      found.push(...some.filter((_, k) => isWanted(events[k])))
    }
    before = oldest !== undefined && oldest.at < since - toleranceMs ? undefined : next
  } while (before && found.length <= replayedMost)
  return found
}

function isWebhook({ target }: DeliveryRow): boolean {
  return target.startsWith(targetPrefix)
}

interface About {
  readonly at: Instant
  readonly agent: Id | undefined
}

/** When what a delivery tells of happened, and whose call or batch it was; undefined: it is erased. */
async function eventOf(
  { events }: Sources,
  account: string,
  row: Pick<DeliveryRow, 'event'> | undefined,
): Promise<About | undefined> {
  const followed = row && (await events.get(account, row.event))
  if (!followed) return undefined
  const { agent } = followed.after as { readonly agent?: { readonly id: Id } }
  return { at: followed.recorded.event.at, agent: agent?.id }
}

/** Oldest first, so that receivers hear of each call in order. */
async function queueAll(
  { deliveries }: Pick<Sources, 'deliveries'>,
  account: string,
  rows: readonly DeliveryRow[],
): Promise<number | Problem> {
  const ordered = rows.toReversed()
  let queued = 0
  for (let i = 0; i < ordered.length; i += queuedAtOnce) {
    const some = ordered.slice(i, i + queuedAtOnce)
    for (const answer of await Promise.all(some.map(({ id }) => deliveries.replay(account, { id })))) {
      if (!isRefused(answer)) queued += answer.queued
      else if (answer.refusal.code === 'busy' || answer.refusal.code === 'unavailable') return problemOf(answer.refusal)
    }
  }
  return queued
}
