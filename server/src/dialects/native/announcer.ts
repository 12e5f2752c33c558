import type { Endpoint } from '#domain/endpoint/state.ts'
import { isImported } from '#domain/session/standing.ts'
import type { Session } from '#domain/session/state.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Followed } from '#engine/api.ts'
import type { DialectContext } from '#dialects/dialect.ts'
import { hourlyForADay } from '#services/delivery/schedule.ts'
import type { Announcement, Announcer, OutgoingRequest } from '#services/ports.ts'
import { showEvent } from './events.ts'
import { signatureHeaders } from './signature.ts'
import { readId, showEventId, showId } from './vocabulary.ts'

const secondMs = 1_000
/** Tells webhook endpoints, signed as Standard Webhooks has it. Times are real time. */
export function createAnnouncer(context: DialectContext): Announcer {
  const { endpoints } = context.services
  return {
    name: 'native',
    announcements({ recorded, after }) {
      // What took place elsewhere happened before anybody here could be told of it.
      if (recorded.noun === 'session' && isImported(after as Session)) return []
      const wanting = endpoints.wanting(recorded.account, recorded.event.type)
      return wanting instanceof Promise
        ? wanting.then((endpoints) => announcementsTo(endpoints, recorded))
        : announcementsTo(wanting, recorded)
    },
    async request(frozen, { at }) {
      const id = readId('endpoint', frozen.more?.['endpoint'] ?? '')
      const endpoint = id === undefined ? undefined : await endpoints.get(frozen.account, id)
      if (!endpoint) return undefined
      // What waits for a stopped endpoint goes on waiting: it is tried again for a day.
      if (endpoint.status !== 'enabled') throw new Error('The webhook endpoint is stopped.')
      return webhookRequest(context, endpoint, frozen.token, frozen.body, at)
    },
    retryAfter: hourlyForADay,
  }
}

function announcementsTo(wanting: readonly Endpoint[], recorded: Followed['recorded']): readonly Announcement[] {
  if (wanting.length === 0) return []
  const body = JSON.stringify(showEvent(recorded))
  return wanting.map(({ id, url }) => ({
    target: showId('endpoint', id),
    eventType: recorded.event.type,
    frozen: {
      announcer: 'native',
      account: recorded.account,
      url,
      method: 'POST',
      body,
      token: showEventId(recorded.id),
      request: recorded.request,
      more: { endpoint: showId('endpoint', id) },
    },
  }))
}

/** One signed request to an endpoint, at the URL it has now: who mends an address gets what was parked for it. */
export async function webhookRequest(
  context: DialectContext,
  endpoint: Endpoint,
  token: string,
  body: string,
  at: Instant,
): Promise<OutgoingRequest> {
  const { services } = context
  const account = await services.accounts.get(endpoint.account)
  return {
    url: endpoint.url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Colloquy-Webhook/1',
      ...signatureHeaders(services.endpoints.secrets(endpoint), token, at, body),
    },
    body,
    internalTargets: account?.limits.internalTargets ?? false,
    connectTimeoutMs: 5 * secondMs,
    totalTimeoutMs: 15 * secondMs,
  }
}
