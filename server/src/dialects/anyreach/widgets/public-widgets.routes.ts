import type { FastifyReply, FastifyRequest } from 'fastify'
import { isOnDomain } from '#domain/web-widget/domains.ts'
import type { WidgetView } from '#services/widgets.ts'
import { showAgentId } from '../agents/agent-ids.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { shownCreated } from '../conversations/conversations.routes.ts'
import { createConversation } from '../conversations/creating.ts'
import { documented } from '../documented.ts'
import { notFound, plain, type Problem } from '../errors.ts'
import { limits } from '../limits.ts'
import { readWidgetId, versionIdFor, widgetId } from './widgets.ts'
import { created } from '../wire/conversations.ts'
import * as wire from '../wire/widgets.ts'

const tags = ['Web widgets']
/** Nobody shows a token here. */
const security: readonly [] = []
/** How long a browser may keep what a preflight said, in seconds. */
const preflightSeconds = '600'

declare module 'fastify' {
  interface FastifyRequest {
    anyreachWidget: WidgetView | null
  }
}

/** `/core/public/web-widgets`: what pages do with a published widget, without a token. */
export function publicWidgetRoutes(scope: Scope, api: Api): void {
  scope.decorateRequest('anyreachWidget', null)
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
  scope.get('/:id', { schema, onRequest: finding(api) }, async (request, reply) => {
    const { widget, config } = foundBy(request)
    return sendJson(reply, 200, { id: widgetId(widget), channel: 'webrtc', config })
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
  scope.post('/:id/conversations', { schema, onRequest: [finding(api), fromItsPages] }, async (request, reply) => {
    const view = foundBy(request)
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
    scope.options(
      path,
      { schema: { hide: true, params: wire.idParams }, onRequest: [finding(api), fromItsPages] },
      async (_request, reply) => {
        reply.header('access-control-allow-methods', methods).header('access-control-allow-headers', 'content-type')
        return reply.code(204).header('access-control-max-age', preflightSeconds).send()
      },
    )
}

/** Before anything else of a request is looked at: finds its widget, so that the widget's pages may read whatever is answered. */
function finding(api: Api) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const view = await published(api, (request.params as { readonly id: string }).id)
    if (!view) return sendProblem(reply, notFound('Web widget'))
    request.anyreachWidget = view
    reply.header('vary', 'Origin')
    if (isFromPageOf(request, view)) reply.header('access-control-allow-origin', request.headers.origin)
    const limited = rated(api, view)
    return limited ? sendProblem(reply, limited) : undefined
  }
}

function foundBy({ anyreachWidget }: FastifyRequest): WidgetView {
  if (!anyreachWidget) throw new Error('No widget was found before this route.')
  return anyreachWidget
}

async function fromItsPages(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  return isFromPageOf(request, foundBy(request)) ? undefined : sendProblem(reply, wrongPage)
}

const wrongPage = plain(403, 'This page is on none of the domains of the widget.')

/** A widget that anybody may see. */
async function published({ context: { services } }: Api, text: string): Promise<WidgetView | undefined> {
  const named = readWidgetId(text)
  const account = named && (await services.accounts.get(named.account))
  const view = account && (await services.widgets.get(account.id, named.id))
  return view?.widget.published ? view : undefined
}

/** Each widget has requests of its own, so that strangers use up nothing of its organization. */
function rated({ context: { limiter } }: Api, { widget: { id } }: WidgetView): Problem | undefined {
  const { allowed, retryAfterMs } = limiter.take(`widget ${id}`, limits.widgetRequests)
  const wait = String(Math.max(1, Math.ceil(retryAfterMs / 1000)))
  return allowed ? undefined : plain(429, 'Too many requests: wait and try again.', { 'retry-after': wait })
}

/** Whether the request is of a page on one of the widget's domains; such a page may read what is answered. */
function isFromPageOf({ headers: { origin } }: FastifyRequest, { domains }: WidgetView): boolean {
  const page = origin === undefined ? null : URL.parse(origin)
  const isWeb = page?.protocol === 'https:' || page?.protocol === 'http:'
  return isWeb && page.origin === origin?.toLowerCase() && isOnDomain(page.hostname, domains)
}

async function wishOf(api: Api, { widget }: WidgetView) {
  const versionId = await versionIdFor(api, widget)
  return versionId === null ? { agent_id: showAgentId(widget.agent.id) } : { agent_version_id: versionId }
}
