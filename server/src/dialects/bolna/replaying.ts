import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Position, Services } from '#services/api.ts'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import { plain, problem, problemOf, type Problem } from './errors.ts'
import { readId } from './ids.ts'
import { readUtc } from './time.ts'
import { targetPrefix } from './webhooks.ts'
import type { ReplayRequest } from './wire/calls.ts'

type Sources = Pick<Services, 'deliveries' | 'sessions'>

/** Most deliveries one request may have sent again, and most that are looked at for them. */
const replayedMost = 1_000
const lookedAtMost = 20_000
const readAtOnce = 500
const queuedAtOnce = 25

/** Sends the webhooks of a range of real time again; answers with how many, or what is wrong. */
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
  const wanted = (row: DeliveryRow): boolean =>
    row.target.startsWith(targetPrefix) &&
    row.createdAt >= since &&
    row.createdAt <= until &&
    (status === undefined || row.eventType === status)
  const found: DeliveryRow[] = []
  let before: Position | undefined
  for (let looked = 0; ; looked += readAtOnce) {
    if (looked >= lookedAtMost || found.length > replayedMost) return tooMany
    const question = { limit: readAtOnce, ...(only_failed && { state: 'dead' as const }), ...(before && { before }) }
    const { items, next } = await sources.deliveries.list(account, question)
    for (const row of items) if (wanted(row) && (await isOf(sources, account, row, agent))) found.push(row)
    const oldest = items.at(-1)
    if (!next || (oldest && oldest.createdAt < since)) break
    before = next
  }
  return found.length > replayedMost ? tooMany : queueAll(sources, account, found)
}

const tooMany: Problem = plain(400, `At most ${replayedMost} webhooks are sent again at a time; make the range smaller`)

async function isOf(
  { sessions }: Sources,
  account: string,
  { aggregate }: DeliveryRow,
  agent: string | undefined,
): Promise<boolean> {
  if (agent === undefined) return true
  return (await sessions.get(account, aggregate))?.session.agent.id === agent
}

/** Oldest first, so that receivers hear of each call in order. */
async function queueAll(
  { deliveries }: Sources,
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
