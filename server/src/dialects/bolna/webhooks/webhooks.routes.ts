import { isRefused } from '#domain/vocabulary/refusal.ts'
import { json, send, sendProblem } from '../answering.ts'
import { documented, type Api, type Scope } from '../api.ts'
import { callerOf } from '../credentials/caller.ts'
import { notFound, problemOf } from '../errors.ts'
import { foundExecution } from '../executions/executing.ts'
import { replayRange } from './replaying.ts'
import { shownDelivery, toldDeliveries } from './told-deliveries.ts'
import { deliveryList, queuedAnswer, sourceIps } from '../wire/answers.ts'
import { deliveryParams, idParams, replayRequest } from '../wire/calls.ts'

const tags = ['Webhooks']

/** What became of an execution's webhooks, and sending one of them again (section 10). */
export function webhookRoutes(scope: Scope, api: Api): void {
  const { services } = api.context
  const list = {
    tags,
    summary: 'The webhooks of an execution and what became of them',
    params: idParams,
    response: documented({ 200: deliveryList }),
  }
  scope.get('/:id/webhooks', { schema: list }, async (request, reply) => {
    const { session, definition } = await foundExecution(api, request, request.params.id)
    const told = await toldDeliveries(services, session, definition)
    return send(reply, json(200, { data: told.map(shownDelivery) }))
  })

  const replay = {
    tags,
    summary: 'Send one webhook again: the same id, the same bytes',
    params: deliveryParams,
    response: documented({ 202: queuedAnswer }),
  }
  scope.post('/:id/webhooks/:delivery_id/replay', { schema: replay }, async (request, reply) => {
    const { session, definition } = await foundExecution(api, request, request.params.id)
    const told = await toldDeliveries(services, session, definition)
    const one = told.find(({ id }) => id === request.params.delivery_id)
    if (!one) return sendProblem(reply, notFound('Webhook delivery'))
    // What is forgotten, or on its way, has no row: it is told again from the log.
    const { seq } = one.recorded
    const what = one.row ? { id: one.id } : { fromSeq: seq, toSeq: seq, target: one.target }
    const queued = await services.deliveries.replay(session.account, what)
    if (isRefused(queued)) return sendProblem(reply, problemOf(queued.refusal))
    return send(reply, json(202, { message: 'accepted', queued: queued.queued }))
  })
}

/** `/webhooks`: sending a range again, and where webhooks come from. */
export function replayRoutes(scope: Scope, api: Api): void {
  const { services } = api.context
  const replay = {
    tags,
    summary: 'Send again what was sent, or failed, in a range of time',
    body: replayRequest,
    response: documented({ 202: queuedAnswer }),
  }
  scope.post('/replay', { schema: replay }, async (request, reply) => {
    const queued = await replayRange(services, callerOf(request).account, request.body)
    if (typeof queued === 'object') return sendProblem(reply, queued)
    return send(reply, json(202, { message: 'accepted', queued }))
  })

  const ips = { tags, summary: 'The addresses webhooks come from', response: documented({ 200: sourceIps }) }
  scope.get('/source-ips', { schema: ips }, (_request, reply) =>
    send(reply, json(200, { source_ips: api.sourceIps ?? [] })),
  )
}
