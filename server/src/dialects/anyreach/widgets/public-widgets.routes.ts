import type { FastifyReply, FastifyRequest } from 'fastify'
import { isOnDomain } from '#domain/widget/domains.ts'
import type { WidgetView } from '#services/widgets.ts'
import { showAgentId } from '../agents/agent-ids.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { shownCreated } from '../conversations/conversations.routes.ts'
import { createConversation } from '../conversations/creating.ts'
import { documented } from '../documented.ts'
import { notFound, plain, type Problem } from '../errors.ts'
import { readWidgetId, versionIdFor, widgetId } from './widgets.ts'
import { created } from '../wire/conversations.ts'
import * as wire from '../wire/widgets.ts'

const tags = ['Web widgets']
/** Nobody shows a token here. */
const security: readonly [] = []
/** How long a browser may keep what a preflight said, in seconds. */
const preflightSeconds = '600'

/** `/core/public/web-widgets`: what pages do with a published widget, without a token. */
export function publicWidgetRoutes(scope: Scope, api: Api): void {
  read(scope, api)
  start(scope, api)
  preflight(scope, api)
}

function read(scope: Scope, api: Api): void {
  const schema = {
    tags,
    security,
    operationId: 'getPublicWebWidget',
    summary: 'Read a published web widget',
    params: wire.idParams,
    response: documented({ 200: wire.publicWidget }, 404, 429),
  }
  scope.get('/:id', { schema }, async (request, reply) => {
    const view = await published(api, request.params.id)
    if ('status' in view) return sendProblem(reply, view)
    allow(request, reply, view)
    return sendJson(reply, 200, { id: widgetId(view.widget), channel: 'webrtc', config: view.config })
  })
}

/** D12: a guest begins a conversation from one of the widget's pages. */
function start(scope: Scope, api: Api): void {
  const schema = {
    tags,
    security,
    operationId: 'startWebWidgetConversation',
    summary: 'Begin a WebRTC conversation from a page of the widget',
    params: wire.idParams,
    body: wire.guestStart,
    response: documented({ 200: created }, 403, 404, 422, 429),
  }
  scope.post('/:id/conversations', { schema }, async (request, reply) => {
    const view = await published(api, request.params.id)
    if ('status' in view) return sendProblem(reply, view)
    if (!allow(request, reply, view)) return sendProblem(reply, wrongPage)
    const { widget } = view
    const { user_id, custom_metadata } = request.body ?? {}
    const body = {
      channel: 'webrtc' as const,
      user_id: user_id ?? `guest_${api.context.vault.secret(12)}`,
      ...(await wishOf(api, view)),
      ...(custom_metadata && { custom_metadata }),
    }
    const ask = { account: widget.account, by: 'widget', request: request.id }
    const made = await createConversation(api, ask, { body, widget: widgetId(widget) })
    return 'status' in made ? sendProblem(reply, made) : sendJson(reply, 200, await shownCreated(api, made))
  })
}

/** What a browser asks before it sends something from another site. */
function preflight(scope: Scope, api: Api): void {
  for (const [path, methods] of [
    ['/:id', 'GET'],
    ['/:id/conversations', 'POST'],
  ] as const)
    scope.options(path, { schema: { hide: true, params: wire.idParams } }, async (request, reply) => {
      const view = await published(api, request.params.id)
      if ('status' in view) return sendProblem(reply, view)
      if (!allow(request, reply, view)) return sendProblem(reply, wrongPage)
      reply.header('access-control-allow-methods', methods).header('access-control-allow-headers', 'content-type')
      return reply.code(204).header('access-control-max-age', preflightSeconds).send()
    })
}

const wrongPage = plain(403, 'This page is on none of the domains of the widget.')

/** A widget that anybody may see, as long as its organization has requests left. Its id names the organization. */
async function published(api: Api, text: string): Promise<WidgetView | Problem> {
  const { services, limiter } = api.context
  const named = readWidgetId(text)
  const account = named && (await services.accounts.get(named.account))
  if (!named || !account) return notFound('Web widget')
  const { allowed, retryAfterMs } = limiter.take(account.id, account.limits.requestsPerSecond)
  const wait = String(Math.max(1, Math.ceil(retryAfterMs / 1000)))
  if (!allowed) return plain(429, 'Too many requests: wait and try again.', { 'retry-after': wait })
  const view = await services.widgets.get(account.id, named.id)
  return view?.widget.published ? view : notFound('Web widget')
}

/** Whether the request is of a page on one of the widget's domains; such a page may read the answer. */
function allow({ headers: { origin } }: FastifyRequest, reply: FastifyReply, { widget }: WidgetView): boolean {
  reply.header('vary', 'Origin')
  const page = origin === undefined ? null : URL.parse(origin)
  const isWeb = page?.protocol === 'https:' || page?.protocol === 'http:'
  if (!isWeb || page.origin !== origin?.toLowerCase() || !isOnDomain(page.hostname, widget.domains)) return false
  reply.header('access-control-allow-origin', origin)
  return true
}

async function wishOf(api: Api, { widget }: WidgetView) {
  const versionId = await versionIdFor(api, widget)
  return versionId === null ? { agent_id: showAgentId(widget.agent.id) } : { agent_version_id: versionId }
}
