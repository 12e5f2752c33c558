import type { BatchEvent } from '#domain/batch/events.ts'
import type { Batch, BatchStatus } from '#domain/batch/state.ts'
import type { Followed, Recorded } from '#engine/api.ts'
import type { Services } from '#services/api.ts'
import { tokenOf } from '#services/delivery/identity.ts'
import type { Announcement, Announcer } from '#services/ports.ts'
import { shownBatch } from './batches.ts'
import { renderedExecutions } from '../executions/executing.ts'
import type { ExecutionSources } from '../executions/executions.ts'
import { hexOf, uuidOf } from '../ids.ts'
import { firstOf } from '../pages.ts'
import { targetOf } from '../webhooks/webhooks.ts'

/** Statuses a batch's receiver is told of (section 6, D29); the last three with its executions. */
const told: ReadonlySet<BatchStatus> = new Set([
  'processed',
  'scheduled',
  'queued',
  'running',
  'completed',
  'stopped',
  'failed',
])
const ends: ReadonlySet<BatchStatus> = new Set(['completed', 'stopped', 'failed'])
const executionsAtMost = 1000

/** The announcement of a batch's change of status, if it names a receiver. */
export function batchAnnouncements(
  services: Sources,
  { recorded, after }: Followed,
  baseUrl: string,
): ReturnType<Announcer['announcements']> {
  const { event } = recorded as Recorded<BatchEvent>
  const batch = after as Batch
  if (event.type !== 'batch.moved' || !told.has(event.to) || batch.webhook === null) return []
  return announce(services, recorded as Recorded<Moved>, batch, batch.webhook, baseUrl)
}

type Sources = ExecutionSources & Pick<Services, 'batches'>
type Moved = Extract<BatchEvent, { type: 'batch.moved' }>

async function announce(
  services: Sources,
  { event, account, aggregate, id, request }: Recorded<Moved>,
  batch: Batch,
  url: string,
  baseUrl: string,
): Promise<readonly Announcement[]> {
  const tally = (await services.batches.tally(account, aggregate)) ?? []
  const shown = {
    ...shownBatch(batch, tally, services.clock.get(account).now),
    agent_id: uuidOf(batch.agent.id),
    ...(ends.has(event.to) && (await executionsOf(services, batch, baseUrl))),
  }
  const target = targetOf(url)
  const frozen = {
    announcer: 'bolna',
    account,
    url,
    method: 'POST',
    body: JSON.stringify(shown),
    token: tokenOf(id, target),
    request,
    // Signed with the agent's secret.
    more: { agent: batch.agent.id, version: String(batch.agent.version), only: 'signature' },
  } as const
  return [{ target, eventType: `batch ${event.to}`, frozen }]
}

async function executionsOf(
  services: ExecutionSources,
  { account, id, valid }: Batch,
  baseUrl: string,
): Promise<{ readonly executions: readonly unknown[] } | { readonly executions_url: string }> {
  if (valid > executionsAtMost) return { executions_url: `${baseUrl}/batches/${hexOf(id)}/executions` }
  const views = await firstOf(services.sessions, account, { batch: id }, executionsAtMost)
  return { executions: await renderedExecutions(services, views, baseUrl) }
}
