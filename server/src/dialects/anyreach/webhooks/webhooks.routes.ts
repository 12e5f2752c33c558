import type { FastifyRequest } from 'fastify'
import type { Endpoint } from '#domain/endpoint/state.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Endpoints } from '#services/api.ts'
import { dialectName } from './announcer.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf, needs } from '../credentials/caller.ts'
import { documented } from '../documented.ts'
import { notFound, plain, problemOf } from '../errors.ts'
import { limits } from '../limits.ts'
import { readWebhookId, showWebhook } from './webhooks.ts'
import * as wire from '../wire/webhooks.ts'

const tags = ['Webhooks']
export const webhookNotFound = notFound('Webhook')
export const webhookReaders = needs('conversations:read', 'conversations:read_sensitive', 'conversations:manage')
export const webhookManagers = needs('conversations:manage')

/** The webhook a path names; another organization's is not there. */
export function findWebhook({ context }: Api, request: FastifyRequest, text: string): Promise<Endpoint | undefined> {
  const id = readWebhookId(text)
  const { endpoints } = context.services
  return id === undefined ? Promise.resolve(undefined) : endpoints.of(dialectName).get(callerOf(request).account, id)
}

function maySee(request: FastifyRequest): boolean {
  return callerOf(request).scopes.has('conversations:read_sensitive')
}

/** `/core/webhooks`: where an organization wants to be told (X1). */
export function webhookRoutes(scope: Scope, api: Api): void {
  const endpoints = api.context.services.endpoints.of(dialectName)
  making(scope, endpoints)
  reading(scope, api, endpoints)
  changing(scope, api, endpoints)
}

function making(scope: Scope, endpoints: Endpoints): void {
  const create = { tags, operationId: 'createWebhook', summary: 'Be told of conversations at a URL' }
  scope.post(
    '',
    {
      onRequest: webhookManagers,
      schema: { ...create, body: wire.webhookDraft, response: documented({ 201: wire.newWebhook }, 403, 409, 422) },
    },
    async (request, reply) => {
      const { url, description, events } = request.body
      if ((await endpoints.list(callerOf(request).account)).length >= limits.webhooks)
        return sendProblem(reply, plain(409, `There are ${limits.webhooks} webhooks already: delete one first.`))
      const draft = { url, description, events: [...new Set(events)], sensitive: maySee(request) }
      const made = await endpoints.create(askOf(request), draft)
      if (isRefused(made)) return sendProblem(reply, problemOf(made.refusal))
      return sendJson(reply, 201, { ...showWebhook(made.endpoint), secret: made.secret })
    },
  )
}

function reading(scope: Scope, api: Api, endpoints: Endpoints): void {
  const list = { tags, operationId: 'listWebhooks', summary: 'List the webhooks, oldest first' }
  scope.get(
    '',
    { onRequest: webhookReaders, schema: { ...list, response: documented({ 200: wire.webhooks }, 403) } },
    async (request, reply) => sendJson(reply, 200, (await endpoints.list(callerOf(request).account)).map(showWebhook)),
  )

  const read = { tags, operationId: 'getWebhook', summary: 'Read a webhook', params: wire.webhookParams }
  scope.get(
    '/:webhook_id',
    { onRequest: webhookReaders, schema: { ...read, response: documented({ 200: wire.webhook }, 403, 404) } },
    async (request, reply) => {
      const endpoint = await findWebhook(api, request, request.params.webhook_id)
      return endpoint ? sendJson(reply, 200, showWebhook(endpoint)) : sendProblem(reply, webhookNotFound)
    },
  )
}

function changing(scope: Scope, api: Api, endpoints: Endpoints): void {
  const change = { tags, operationId: 'updateWebhook', summary: 'Change, stop or go on with a webhook' }
  const shared = { params: wire.webhookParams }
  scope.patch(
    '/:webhook_id',
    {
      onRequest: webhookManagers,
      schema: {
        ...change,
        ...shared,
        body: wire.webhookChange,
        response: documented({ 200: wire.webhook }, 403, 404, 422),
      },
    },
    async (request, reply) => {
      const endpoint = await findWebhook(api, request, request.params.webhook_id)
      if (!endpoint) return sendProblem(reply, webhookNotFound)
      const { url, description, events, active } = request.body
      const changed = await endpoints.change(askOf(request), endpoint.id, {
        ...(url !== undefined && { url }),
        // Who may not see what was said cannot have it sent to a place of their own.
        ...(url !== undefined && url !== endpoint.url && !maySee(request) && { sensitive: false }),
        ...(description !== undefined && { description }),
        ...(events !== undefined && { events: [...new Set(events)] }),
        ...(active !== undefined && { status: active ? ('enabled' as const) : ('disabled' as const) }),
      })
      return isRefused(changed)
        ? sendProblem(reply, problemOf(changed.refusal))
        : sendJson(reply, 200, showWebhook(changed))
    },
  )

  const rotate = { tags, operationId: 'rotateWebhookSecret', summary: 'Replace the secret; for a day both sign' }
  scope.post(
    '/:webhook_id/rotate',
    {
      onRequest: webhookManagers,
      schema: { ...rotate, ...shared, response: documented({ 200: wire.newWebhook }, 403, 404) },
    },
    async (request, reply) => {
      const endpoint = await findWebhook(api, request, request.params.webhook_id)
      if (!endpoint) return sendProblem(reply, webhookNotFound)
      // Whoever holds the secret can pretend to be us: it is for those who may see what it signs.
      if (endpoint.sensitive && !maySee(request))
        return sendProblem(
          reply,
          plain(403, 'This webhook is told what was said: it needs conversations:read_sensitive.'),
        )
      const made = await endpoints.rotate(askOf(request), endpoint.id)
      if (isRefused(made)) return sendProblem(reply, problemOf(made.refusal))
      return sendJson(reply, 200, { ...showWebhook(made.endpoint), secret: made.secret })
    },
  )

  const remove = { tags, operationId: 'deleteWebhook', summary: 'Delete a webhook; what waits for it is given up' }
  scope.delete(
    '/:webhook_id',
    { onRequest: webhookManagers, schema: { ...remove, ...shared } },
    async (request, reply) => {
      const endpoint = await findWebhook(api, request, request.params.webhook_id)
      if (!endpoint) return sendProblem(reply, webhookNotFound)
      const removed = await endpoints.remove(askOf(request), endpoint.id)
      return isRefused(removed) ? sendProblem(reply, problemOf(removed.refusal)) : reply.code(204).send()
    },
  )
}
