import type { AgentDefinition } from '#domain/agent/state.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import type { Followed, Recorded } from '#engine/api.ts'
import type { Services } from '#services/api.ts'
import { tokenOf } from '#services/delivery/identity.ts'
import type { Announcement, Announcer, Vault } from '#services/ports.ts'
import { batchAnnouncements } from './batch-telling.ts'
import { executionFrom } from './executions.ts'
import { isAmendment, toldOf, type Told } from './telling.ts'
import { retryAfter, targetOf, wants, webhookRequest } from './webhooks.ts'

export interface AnnouncerSources {
  readonly services: Services
  readonly vault: Pick<Vault, 'open' | 'secret'>
  /** For URLs in bodies, where no request says how this server is reached. */
  readonly publicUrl: () => string
}

/** Webhooks of calls and batches (section 6). */
export function createAnnouncer({ services, vault, publicUrl }: AnnouncerSources): Announcer {
  async function ofSession(followed: Followed): Promise<readonly Announcement[]> {
    const recorded = followed.recorded as Recorded<SessionEvent>
    const told = toldOf(followed) ?? amended(recorded, followed.after as Session)
    if (!told) return []
    const { session } = told
    const definition = await services.agents.version(recorded.account, session.agent.id, session.agent.version)
    const url = wantedUrl(definition, told, isAmendment(recorded))
    if (definition === undefined || url === undefined) return []
    return [await announce(recorded, told, definition, url)]
  }

  async function announce(
    recorded: Recorded<SessionEvent>,
    { session, status, ending }: Told,
    definition: AgentDefinition,
    url: string,
  ): Promise<Announcement> {
    const { account, aggregate, id, n, request, event } = recorded
    const order = event.type === 'session.created' ? event.order : await services.sessions.order(account, aggregate)
    const view = { session, version: n, order: order ?? { data: null }, definition }
    const asOf = { n, completedTold: status === 'completed', ...(ending && { ending }) }
    const body = JSON.stringify(await executionFrom(services, view, publicUrl(), asOf))
    const target = targetOf(url)
    const more = { agent: session.agent.id, version: String(session.agent.version) }
    const token = tokenOf(id, target)
    const frozen = { announcer: 'bolna', account, url, method: 'POST', body, token, request, more } as const
    return { target, eventType: status, frozen }
  }

  return {
    name: 'bolna',
    announcements(followed) {
      const { noun } = followed.recorded
      if (noun === 'session') return ofSession(followed)
      return noun === 'batch' ? batchAnnouncements(services, followed, publicUrl()) : []
    },
    async request(frozen, attempt) {
      const account = await services.accounts.get(frozen.account)
      if (!account) throw new Error('The account of a webhook is gone.')
      const { internalTargets } = account.limits
      const { agent, version } = frozen.more ?? {}
      const definition = agent && (await services.agents.version(frozen.account, agent, Number(version)))
      const announce = definition ? definition.announce : null
      const headers = Object.entries(announce?.sealedHeaders ?? {}).map(([name, value]) => [name, vault.open(value)])
      return webhookRequest(frozen, attempt, {
        internalTargets,
        headers: Object.fromEntries(headers) as Record<string, string>,
        ...(announce?.sealedSecret !== undefined && { secret: vault.open(announce.sealedSecret) }),
      })
    },
    retryAfter: (tries) => retryAfter(tries, Number.parseInt(vault.secret(1), 16) / 255),
  }
}

function amended(recorded: Recorded<SessionEvent>, session: Session): Told | undefined {
  return isAmendment(recorded) ? { status: 'completed', session } : undefined
}

function wantedUrl(definition: AgentDefinition | undefined, { status }: Told, amendment: boolean): string | undefined {
  const announce = definition?.announce
  if (announce?.dialect !== 'bolna' || !wants(announce, status)) return undefined
  return amendment && !announce.amendments ? undefined : announce.url
}
