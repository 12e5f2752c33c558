import type { FastifyReply, FastifyRequest } from 'fastify'
import { isPageHost } from '#domain/web-widget/domains.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { WidgetDraft, WidgetView } from '#services/widgets.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { brandingOf, withBranding } from './branding.ts'
import { askOf, callerOf, needs } from '../credentials/caller.ts'
import { documented } from '../documented.ts'
import { notFound, plain, wrong } from '../errors.ts'
import { newestOf } from '../newest.ts'
import { sendRefusal } from '../outcomes.ts'
import { foundWidget, shownWidget, widgetAgent } from './widgets.ts'
import * as wire from '../wire/widgets.ts'

const tags = ['Web widgets']
const reading = needs('web_widgets:read', 'web_widgets:manage')
const managing = needs('web_widgets:manage')

/** `/core/web-widgets`: where an agent is reached on web pages. */
export function widgetRoutes(scope: Scope, api: Api): void {
  list(scope, api)
  create(scope, api)
  read(scope, api)
  change(scope, api)
  remove(scope, api)
  autoBrand(scope, api)
}

function list(scope: Scope, api: Api): void {
  const { widgets } = api.context.services
  const schema = {
    tags,
    operationId: 'listWebWidgets',
    summary: 'List web widgets, newest first',
    querystring: wire.pageQuery,
    response: documented({ 200: wire.widgetList }, 403, 422),
  }
  scope.get('', { onRequest: reading, schema }, async (request, reply) => {
    const { account } = callerOf(request)
    const found = await newestOf(
      (page) => widgets.list(account, page),
      request.query,
      ({ widget }) => widget,
    )
    if ('status' in found) return sendProblem(reply, found)
    if (found.next !== undefined) reply.header('x-next-cursor', found.next)
    return sendJson(reply, 200, await Promise.all(found.items.map((view) => shownWidget(api, view))))
  })
}

function create(scope: Scope, api: Api): void {
  const { widgets } = api.context.services
  const schema = {
    tags,
    operationId: 'createWebWidget',
    summary: 'Create a web widget',
    body: wire.widgetDraft,
    response: documented({ 201: wire.widget }, 403, 404, 422),
  }
  scope.post('', { onRequest: managing, schema }, async (request, reply) => {
    const { domains, published, config, ...wish } = request.body
    const agent = await widgetAgent(api, callerOf(request).account, wish)
    if (!agent) return sendProblem(reply, wrong(['body', 'agent_id'], 'Name the agent.', 'missing'))
    if ('status' in agent) return sendProblem(reply, agent)
    return answer(api, reply, await widgets.create(askOf(request), { agent, domains, published, config }), 201)
  })
}

function read(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'getWebWidget',
    summary: 'Read a web widget',
    params: wire.idParams,
    response: documented({ 200: wire.widget }, 403, 404),
  }
  scope.get('/:id', { onRequest: reading, schema }, async (request, reply) =>
    withWidget(api, request, reply, request.params.id, (view) => answer(api, reply, view)),
  )
}

function change(scope: Scope, api: Api): void {
  const { widgets } = api.context.services
  const schema = {
    tags,
    operationId: 'updateWebWidget',
    summary: 'Change a web widget; what is left out stays',
    params: wire.idParams,
    body: wire.widgetChange,
    response: documented({ 200: wire.widget }, 403, 404, 422),
  }
  scope.put('/:id', { onRequest: managing, schema }, async (request, reply) =>
    withWidget(api, request, reply, request.params.id, async (view) => {
      const agent = await agentAfter(api, view, request.body)
      if (agent && 'status' in agent) return sendProblem(reply, agent)
      const { domains, published, config } = request.body
      const wanted: Partial<WidgetDraft> = {
        ...(agent && { agent }),
        ...(domains && { domains }),
        ...(published !== undefined && { published }),
        ...(config && { config }),
      }
      return answer(api, reply, await widgets.change(askOf(request), view.widget.id, () => wanted))
    }),
  )
}

/** A new agent without a version is named by whichever is published last; a null version gives the pinned one up. */
function agentAfter(api: Api, { widget }: WidgetView, { agent_id, agent_version_id }: wire.WidgetChange) {
  if (agent_version_id === null && !agent_id) return { id: widget.agent.id, version: null }
  return widgetAgent(api, widget.account, { agent_id, agent_version_id })
}

function remove(scope: Scope, api: Api): void {
  const { widgets } = api.context.services
  const schema = {
    tags,
    operationId: 'deleteWebWidget',
    summary: 'Delete a web widget; conversations that were begun from it stay',
    params: wire.idParams,
  }
  scope.delete('/:id', { onRequest: managing, schema }, async (request, reply) =>
    withWidget(api, request, reply, request.params.id, async ({ widget }) => {
      const removed = await widgets.remove(askOf(request), widget.id)
      return isRefused(removed) ? sendRefusal(reply, removed.refusal, 'Web widget') : reply.code(204).send()
    }),
  )
}

function autoBrand(scope: Scope, api: Api): void {
  const { widgets } = api.context.services
  const schema = {
    tags,
    operationId: 'autoBrandWebWidget',
    summary: "Take title, colour and icon from a site's first page into config.v1.branding",
    params: wire.idParams,
    body: wire.autoBrand,
    response: documented({ 200: wire.widget }, 403, 404, 422),
  }
  scope.post('/:id/auto-brand', { onRequest: managing, schema }, async (request, reply) =>
    withWidget(api, request, reply, request.params.id, async ({ widget }) => {
      const { domain } = request.body
      if (!isPageHost(domain) || domain.startsWith('*'))
        return sendProblem(reply, wrong(['body', 'domain'], 'Give a host, as example.com.'))
      const branding = await brandingOf(api, widget.account, domain)
      if (!branding) return sendProblem(reply, plain(404, `No branding found at ${domain}`))
      const changed = await widgets.change(askOf(request), widget.id, (present) => ({
        config: withBranding(present.config, branding),
      }))
      return answer(api, reply, changed)
    }),
  )
}

/** The widget a path names; 404 also where it is another organization's (D10). */
async function withWidget(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  then: (view: WidgetView) => FastifyReply | Promise<FastifyReply>,
): Promise<FastifyReply> {
  const view = await foundWidget(api, callerOf(request).account, text)
  return view ? then(view) : sendProblem(reply, notFound('Web widget'))
}

async function answer(api: Api, reply: FastifyReply, view: WidgetView | Refused, status = 200): Promise<FastifyReply> {
  if (!isRefused(view)) return sendJson(reply, status, await shownWidget(api, view))
  return sendRefusal(reply, view.refusal, view.refusal.field === 'agentId' ? 'Agent' : 'Web widget')
}
