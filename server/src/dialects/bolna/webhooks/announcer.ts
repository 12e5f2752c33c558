import type { AgentDefinition } from '#domain/agent/state.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Followed, Recorded } from '#engine/api.ts'
import type { Services } from '#services/api.ts'
import type { SessionView } from '#services/calls/api.ts'
import { tokenOf } from '#services/delivery/identity.ts'
import type { Announcement, Announcer, Frozen, OutgoingRequest, Vault } from '#services/ports.ts'
import { batchAnnouncements } from '../batches/batch-telling.ts'
import type { Execution } from '../executions/execution.ts'
import { executionFrom, type AsOf } from '../executions/executions.ts'
import { preCallOf, rendered, transferBegun } from '../calls/pre-call.ts'
import { presentOf } from './receivers.ts'
import { isAmendment, toldOf, type Told } from './telling.ts'
import { isExecution } from '../vocabulary.ts'
import type { Waits } from '../executions/waits.ts'
import { judge, openedFor, retryAfter, targetOf, wants, webhookRequest } from './webhooks.ts'

export interface AnnouncerSources {
  readonly services: Services
  readonly vault: Pick<Vault, 'open' | 'secret'>
  readonly waits: Pick<Waits, 'until'>
  /** For URLs in bodies, where no request says how this server is reached. */
  readonly publicUrl: () => string
}

/** Webhooks of calls and batches (section 6). */
export function createAnnouncer(sources: AnnouncerSources): Announcer {
  const { services, vault, publicUrl } = sources
  return {
    name: 'bolna',
    announcements(followed) {
      const { noun } = followed.recorded
      if (noun === 'session') return ofSession(sources, followed)
      return noun === 'batch' ? batchAnnouncements(services, followed, publicUrl()) : []
    },
    request: (frozen, attempt) => requestOf(sources, frozen, attempt),
    retryAfter: (tries) => retryAfter(tries, Number.parseInt(vault.secret(1), 16) / 255),
    judge,
  }
}

/** Most events of a session tell nobody anything, which is known at once. */
function ofSession(sources: AnnouncerSources, followed: Followed): ReturnType<Announcer['announcements']> {
  const recorded = followed.recorded as Recorded<SessionEvent>
  const session = followed.after as Session
  if (transferBegun(followed)) return preCall(sources, recorded, session)
  const told = toldOf(followed) ?? amended(recorded, session)
  return told ? announce(sources, recorded, told) : []
}

async function announce(
  { services, publicUrl }: AnnouncerSources,
  recorded: Recorded<SessionEvent>,
  told: Told,
): Promise<readonly Announcement[]> {
  const { session, status, ending } = told
  const definition = await services.agents.version(recorded.account, session.agent.id, session.agent.version)
  const present = await presentOf(services, session)
  const url = present && wantedUrl(present.definition, told, isAmendment(recorded))
  if (!definition || !present || url === undefined) return []
  const asOf = { n: recorded.n, completedTold: status === 'completed', ...(ending && { ending }) }
  const body = await bodyOf(services, recorded, session, definition, publicUrl(), asOf)
  const target = targetOf(url)
  const sealed = { agent: session.agent.id, version: present.version }
  const frozen = frozenAs(recorded, sealed, url, target, JSON.stringify(body))
  const { number, callId } = session.attempt
  if (status !== 'initiated' || callId !== undefined) return [{ target, eventType: status, frozen }]
  const more = { ...frozen.more, session: session.id, dial: String(number) }
  return [{ target, eventType: status, frozen: { ...frozen, more } }]
}

/** Section 6, pre-call webhook: the execution merged with the rendered template, once and no more. */
async function preCall(
  { services, publicUrl }: AnnouncerSources,
  recorded: Recorded<SessionEvent>,
  session: Session,
): Promise<readonly Announcement[]> {
  const definition = await services.agents.version(recorded.account, session.agent.id, session.agent.version)
  const wanted = definition && preCallOf(definition)
  if (!definition || !wanted) return []
  const { url, template } = wanted
  const shown = await bodyOf(services, recorded, session, definition, publicUrl(), {
    n: recorded.n,
    completedTold: false,
  })
  const target = `bolna pre-call POST ${url}`
  const body = JSON.stringify({ ...shown, ...rendered(template, session) })
  const sealed = { agent: session.agent.id, version: session.agent.version }
  const frozen = frozenAs(recorded, sealed, url, target, body)
  return [{ target, eventType: 'in-progress', frozen: { ...frozen, more: { ...frozen.more, once: 'true' } } }]
}

async function bodyOf(
  services: Services,
  { account, aggregate, n, event }: Recorded<SessionEvent>,
  session: Session,
  definition: AgentDefinition,
  baseUrl: string,
  asOf: AsOf,
) {
  const order = event.type === 'session.created' ? event.order : await services.sessions.order(account, aggregate)
  const view: SessionView = { session, version: n, order: order ?? { data: null }, definition }
  return executionFrom(services, view, baseUrl, asOf)
}

/** `sealed`: the version of the agent that holds the headers and the secret. */
function frozenAs(
  { account, id, request }: Recorded,
  { agent, version }: { readonly agent: string; readonly version: number },
  url: string,
  target: string,
  body: string,
): Frozen {
  const more = { agent, version: String(version) }
  return { announcer: 'bolna', account, url, method: 'POST', body, token: tokenOf(id, target), request, more }
}

async function requestOf(
  sources: AnnouncerSources,
  frozen: Frozen,
  attempt: { readonly at: number; readonly number: number },
): Promise<OutgoingRequest | undefined> {
  const { services, vault } = sources
  const { agent, version, once, only } = frozen.more ?? {}
  if (once !== undefined && attempt.number > 1) return undefined
  const account = await services.accounts.get(frozen.account)
  if (!account) throw new Error('The account of a webhook is gone.')
  const definition =
    agent === undefined ? undefined : await services.agents.version(frozen.account, agent, Number(version))
  const { headers, ...opened } = openedFor(definition?.announce ?? null, vault)
  return webhookRequest(await named(sources, frozen), attempt, {
    internalTargets: account.limits.internalTargets,
    ...opened,
    // The headers an agent names are for its own receiver, not for whom a batch names.
    headers: only === 'signature' ? {} : headers,
  })
}

/** How long the carrier's id of a call is waited for; this receiver's later webhooks of the call wait with it, and nobody else. */
const namingMs: Milliseconds = 2_500
/** Beyond so many it is not waited for: attempts at one receiver are counted, and these are. */
const namingMost = 32

/** The carrier names a call right after its dial has been decided: `initiated` is told with that name (3.10). */
async function named({ services, waits }: AnnouncerSources, frozen: Frozen): Promise<Frozen> {
  const { session: id, dial } = frozen.more ?? {}
  if (id === undefined) return frozen
  const isKnown = ({ attempt, state }: Session): boolean =>
    attempt.callId !== undefined || attempt.number !== Number(dial) || state !== 'dialing'
  await waits.until(frozen.account, id, isKnown, namingMs, { most: namingMost })
  const session = (await services.sessions.get(frozen.account, id))?.session
  const dials = session ? [session.attempt, ...session.past] : []
  const callId = dials.find((one) => one.number === Number(dial) && one.callId !== undefined)?.callId
  if (callId === undefined) return frozen
  const body = JSON.parse(frozen.body) as Execution
  const telephony_data = { ...body.telephony_data, provider_call_id: callId }
  return { ...frozen, body: JSON.stringify({ ...body, telephony_data }) }
}

function amended(recorded: Recorded<SessionEvent>, session: Session): Told | undefined {
  return isAmendment(recorded) && isExecution(session) ? { status: 'completed', session } : undefined
}

function wantedUrl(definition: AgentDefinition, { status }: Told, amendment: boolean): string | undefined {
  const { announce: target } = definition
  if (target?.dialect !== 'bolna' || !wants(target, status)) return undefined
  return amendment && !target.amendments ? undefined : target.url
}
