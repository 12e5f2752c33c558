import { erasedAgent } from '#domain/agent/blank.ts'
import type { Endpoint } from '#domain/endpoint/state.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import { isImported } from '#domain/session/standing.ts'
import type { Session } from '#domain/session/state.ts'
import type { Followed, Recorded } from '#engine/api.ts'
import type { Services } from '#services/api.ts'
import type { SessionView } from '#services/calls/api.ts'
import { hourlyForADay } from '#services/delivery/schedule.ts'
import type { Announcement, Announcer, Frozen, OutgoingRequest } from '#services/ports.ts'
import { safeConversation, wholeConversation } from '../conversations/conversation.ts'
import { organizationId } from '../credentials/keys.ts'
import { signatureOf } from './signature.ts'
import { detailsOf, tellingOf, webhookEvents, type Telling } from './telling.ts'
import { stampOf } from '../time.ts'
import { eventId, readWebhookId, webhookId } from './webhooks.ts'
import { withoutWords } from './wordless.ts'

/** The name its endpoints and its deliveries are kept by. */
export const dialectName = 'anyreach'

type Told = ReturnType<Announcer['announcements']>

/** Tells webhooks of conversations (X1), for 24 hours and in real time. */
export function createAnnouncer(services: Services): Announcer {
  const endpoints = services.endpoints.of(dialectName)
  return {
    name: dialectName,
    announcements({ recorded, before, after }): Told {
      if (recorded.noun !== 'session') return []
      const session = after as Session
      // What took place elsewhere happened before anybody here could be told of it.
      if (isImported(session)) return []
      const { event } = recorded as Recorded<SessionEvent>
      const telling = tellingOf((before ?? undefined) as Session | undefined, event, session)
      if (!telling || !isTold(telling)) return []
      const wanting = endpoints.wanting(recorded.account, telling.type)
      const tell = (all: readonly Endpoint[]): Told =>
        all.length === 0 ? [] : announcementsTo(services, all, recorded, session, telling)
      return wanting instanceof Promise ? wanting.then(tell) : tell(wanting)
    },
    async request(frozen, { at }) {
      const id = readWebhookId(frozen.more?.['webhook'] ?? '')
      const endpoint = id === undefined ? undefined : await endpoints.get(frozen.account, id)
      if (!endpoint) return undefined
      // What waits for a stopped webhook goes on waiting: it is tried again for a day.
      if (endpoint.status !== 'enabled') throw new Error('The webhook is not active.')
      return requestTo(services, endpoint, frozen, at)
    },
    retryAfter: hourlyForADay,
  }
}

function isTold({ type }: Telling): boolean {
  return webhookEvents.some((one) => one === type)
}

/** One body for those who may see what was said, one for the others. */
async function announcementsTo(
  services: Services,
  wanting: readonly Endpoint[],
  recorded: Followed['recorded'],
  session: Session,
  telling: Telling,
): Promise<readonly Announcement[]> {
  const view = await viewOf(services, session, recorded.n)
  if (!view) return []
  const bodies = new Map<boolean, Promise<string>>()
  const bodyFor = (sensitive: boolean) =>
    bodies.getOrInsertComputed(sensitive, () => bodyOf(services, recorded, view, telling, sensitive))
  return Promise.all(
    wanting.map(async (endpoint): Promise<Announcement> => {
      const webhook = webhookId(endpoint)
      const frozen = {
        announcer: dialectName,
        account: recorded.account,
        url: endpoint.url,
        method: 'POST',
        body: await bodyFor(endpoint.sensitive === true),
        token: eventId(recorded.id),
        request: recorded.request,
        more: { webhook },
      } as const
      return { target: webhook, eventType: telling.type, frozen }
    }),
  )
}

/** The conversation right after the event. Undefined: it is erased. */
async function viewOf(services: Services, session: Session, version: number): Promise<SessionView | undefined> {
  const { account, id, agent } = session
  const [order, definition = erasedAgent] = await Promise.all([
    services.sessions.order(account, id),
    services.agents.version(account, agent.id, agent.version),
  ])
  return order && { session, version, order, definition }
}

/** A message comes with itself alone: with the whole transcript each would repeat all those before it. */
async function bodyOf(
  services: Services,
  { id, account, event: { at } }: Followed['recorded'],
  view: SessionView,
  telling: Telling,
  sensitive: boolean,
): Promise<string> {
  const show = sensitive && telling.type !== 'message' ? wholeConversation : safeConversation
  const [conversation, details] = await Promise.all([
    show(services, view, at),
    detailsOf(services, telling, { account, at, sensitive }),
  ])
  return JSON.stringify({
    id: eventId(id),
    type: telling.type,
    created_at: stampOf(at),
    organization_id: organizationId(account),
    data: { conversation, ...details },
  })
}

/** At the URL it has now: who mends an address gets what was parked for it, with as much as may be told there now. */
async function requestTo(
  services: Services,
  endpoint: Endpoint,
  { body: frozen, token }: Frozen,
  at: number,
): Promise<OutgoingRequest> {
  const body = endpoint.sensitive === true ? frozen : withoutWords(frozen)
  const account = await services.accounts.get(endpoint.account)
  return {
    url: endpoint.url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Colloquy-Webhook/1',
      'x-event-id': token,
      'x-signature': signatureOf(services.endpoints.secrets(endpoint), at, body),
    },
    body,
    internalTargets: account?.limits.internalTargets ?? false,
    connectTimeoutMs: 5_000,
    totalTimeoutMs: 15_000,
  }
}
