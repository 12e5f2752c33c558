import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Position } from '#services/api.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { callerOf } from '../credentials/caller.ts'
import { documented } from '../documented.ts'
import { notFound, problemOf, wrong } from '../errors.ts'
import { limitOf, tellNext } from '../pages.ts'
import { findWebhook, webhookManagers, webhookNotFound, webhookReaders } from './webhooks.routes.ts'
import { showDelivery, stateOf, webhookId } from './webhooks.ts'
import * as wire from '../wire/webhooks.ts'

const tags = ['Webhooks']

/** `/core/webhooks/{id}/deliveries`: what became of what was sent, and sending it again (X1). */
export function deliveryRoutes(scope: Scope, api: Api): void {
  const { deliveries } = api.context.services

  const list = { tags, operationId: 'listWebhookDeliveries', summary: 'What was sent to a webhook, newest first' }
  scope.get(
    '/:webhook_id/deliveries',
    {
      onRequest: webhookReaders,
      schema: {
        ...list,
        params: wire.webhookParams,
        querystring: wire.deliveriesQuery,
        response: documented({ 200: wire.deliveries }, 403, 404, 422),
      },
    },
    async (request, reply) => {
      const endpoint = await findWebhook(api, request, request.params.webhook_id)
      if (!endpoint) return sendProblem(reply, webhookNotFound)
      const { state, cursor } = request.query
      const before = cursor === undefined ? undefined : readPlace(cursor)
      if (cursor !== undefined && !before)
        return sendProblem(reply, wrong(['query', 'cursor'], "Give the last answer's X-Next-Cursor."))
      const { items, next } = await deliveries.list(callerOf(request).account, {
        target: webhookId(endpoint),
        limit: limitOf(request.query),
        ...(state && { state: stateOf[state] }),
        ...(before && { before }),
      })
      tellNext(reply, request, next, api.context.baseUrl(request))
      return sendJson(reply, 200, items.map(showDelivery))
    },
  )

  const replay = { tags, operationId: 'replayWebhookDelivery', summary: 'Send it again: the same id, the same body' }
  scope.post(
    '/:webhook_id/deliveries/:delivery_id/replay',
    {
      onRequest: webhookManagers,
      schema: { ...replay, params: wire.deliveryParams, response: documented({ 202: wire.queued }, 403, 404, 409) },
    },
    async (request, reply) => {
      const { account } = callerOf(request)
      const endpoint = await findWebhook(api, request, request.params.webhook_id)
      if (!endpoint) return sendProblem(reply, webhookNotFound)
      const row = await deliveries.get(account, request.params.delivery_id)
      if (row?.target !== webhookId(endpoint)) return sendProblem(reply, notFound('Delivery'))
      const queued = await deliveries.replay(account, { id: row.id })
      return isRefused(queued) ? sendProblem(reply, problemOf(queued.refusal)) : sendJson(reply, 202, queued)
    },
  )
}

/** A place as `tellNext` writes it. */
function readPlace(cursor: string): Position | undefined {
  const [, sort, id] = /^(\d{1,15}) (\S{1,100})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  return sort === undefined || id === undefined ? undefined : { sort: Number(sort), id }
}
