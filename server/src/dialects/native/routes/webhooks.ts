import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Position } from '#services/api.ts'
import { webhookRequest } from '../announcer.ts'
import { fail, missing } from '../errors.ts'
import { idOf, wrong } from '../inward.ts'
import { showDelivery, showEndpoint } from '../outward.ts'
import { created, ok, type Asking, type Native, type Scope } from '../scope.ts'
import { readEventId, showId, showInstant } from '../vocabulary.ts'
import * as wire from '../wire.ts'

/** Where the account wants to be told. Answers that hold a secret are never stored: repeating makes a new one. */
export function webhookRoutes(app: Scope, { context, principal }: Native): void {
  const { endpoints } = context.services
  const tags = ['Webhooks']
  const ask = (request: Asking) => ({ account: principal(request).account, by: 'api', request: request.id })

  app.post('/webhook-endpoints', { schema: { tags, summary: 'Be told of events at a URL', body: wire.endpointDraft, response: created(wire.endpointWithSecret) } }, async (request, reply) => {
    const made = await endpoints.create(ask(request), request.body)
    return isRefused(made) ? fail(made.refusal) : reply.code(201).send({ endpoint: showEndpoint(made.endpoint), secret: made.secret })
  })

  app.get('/webhook-endpoints', { schema: { tags, summary: 'List the webhook endpoints', response: ok(wire.endpoints) } }, async (request) => {
    const list = await endpoints.list(principal(request).account)
    return { endpoints: list.map(showEndpoint) }
  })

  app.get('/webhook-endpoints/:id', { schema: { tags, summary: 'Read a webhook endpoint', params: wire.idParams, response: ok(wire.endpoint) } }, async (request) => {
    const endpoint = await endpoints.get(principal(request).account, idOf('endpoint', request.params.id))
    return endpoint ? showEndpoint(endpoint) : missing('endpoint', request.params.id)
  })

  app.patch('/webhook-endpoints/:id', { schema: { tags, summary: 'Change, stop or go on with an endpoint', params: wire.idParams, body: wire.endpointChange, response: ok(wire.endpoint) } }, async (request) => {
    const { url, description, events, status } = request.body
    const changed = await endpoints.change(ask(request), idOf('endpoint', request.params.id), {
      ...(url !== undefined && { url }),
      ...(description !== undefined && { description }),
      ...(events !== undefined && { events }),
      ...(status !== undefined && { status }),
    })
    return isRefused(changed) ? fail(changed.refusal) : showEndpoint(changed)
  })

  app.delete('/webhook-endpoints/:id', { schema: { tags, summary: 'Delete an endpoint', params: wire.idParams, response: ok(wire.deleted) } }, async (request) => {
    const id = idOf('endpoint', request.params.id)
    const removed = await endpoints.remove(ask(request), id)
    return isRefused(removed) ? fail(removed.refusal) : { id: showId('endpoint', id), deleted: true as const }
  })

  app.post('/webhook-endpoints/:id/rotate', { schema: { tags, summary: 'Replace the secret; for a day both sign', params: wire.idParams, response: ok(wire.endpointWithSecret) } }, async (request) => {
    const rotated = await endpoints.rotate(ask(request), idOf('endpoint', request.params.id))
    return isRefused(rotated) ? fail(rotated.refusal) : { endpoint: showEndpoint(rotated.endpoint), secret: rotated.secret }
  })

  app.post('/webhook-endpoints/:id/test', { schema: { tags, summary: 'Send a signed test event now, and say what came back', params: wire.idParams, response: ok(wire.tested) } }, async (request) => {
    const { account } = principal(request)
    const endpoint = await endpoints.get(account, idOf('endpoint', request.params.id))
    if (endpoint === undefined) return missing('endpoint', request.params.id)
    const at = context.now()
    const body = { specversion: '1.0', id: `event_test_${request.id}`, type: 'test', source: `/api/v1/accounts/${showId('account', account)}`, subject: showId('endpoint', endpoint.id), time: showInstant(at), datacontenttype: 'application/json', data: {} }
    const result = await context.send(await webhookRequest(context, endpoint, body.id, JSON.stringify(body), at))
    if ('error' in result) return { delivered: false, status: null, error: result.error }
    return { delivered: result.status >= 200 && result.status < 300, status: result.status, error: null }
  })
}

/** What became of each announcement, and sending it again. */
export function deliveryRoutes(app: Scope, { context, cursors, principal }: Native): void {
  const { deliveries, events } = context.services
  const tags = ['Deliveries']

  app.get('/deliveries', { schema: { tags, summary: 'List deliveries, newest first; `state=dead` are the dead letters', querystring: wire.deliveriesQuery, response: ok(wire.deliveries) } }, async (request) => {
    const { account } = principal(request)
    const { cursor, limit, ...filters } = request.query
    const place = cursor === undefined ? undefined : cursors.read<Position>('deliveries', account, filters, cursor)
    const asked: typeof filters = { ...filters, ...place?.filters }
    const { items, next } = await deliveries.list(account, {
      ...(asked.state !== undefined && { state: asked.state }),
      ...(asked.target !== undefined && { target: asked.target }),
      ...(place && { before: place.position }),
      limit,
    })
    return { deliveries: items.map(showDelivery), next: next ? cursors.write('deliveries', account, asked, next) : null }
  })

  app.get('/deliveries/:id', { schema: { tags, summary: 'Read a delivery', params: wire.deliveryParams, response: ok(wire.delivery) } }, async (request) => {
    const row = await deliveries.get(principal(request).account, request.params.id)
    return row ? showDelivery(row) : missing('delivery', request.params.id)
  })

  app.post('/deliveries/:id/replay', { schema: { tags, summary: 'Send a delivery again', params: wire.deliveryParams, response: ok(wire.queued) } }, async (request) => {
    const replayed = await deliveries.replay(principal(request).account, { id: request.params.id })
    return isRefused(replayed) ? fail(replayed.refusal) : replayed
  })

  app.post('/deliveries/replay', { schema: { tags, summary: 'Send again all in a state, or a range of events to one receiver', body: wire.replay, response: ok(wire.queued) } }, async (request) => {
    const { account } = principal(request)
    const { body } = request
    const seq = async (field: 'fromEvent' | 'toEvent', text: string): Promise<number> => {
      const id = readEventId(text)
      const found = id === undefined ? undefined : await events.get(account, id)
      return found?.recorded.seq ?? wrong(field, 'takes the id of an event of this account, like event_01k….7')
    }
    const what =
      'state' in body
        ? { state: body.state, ...(body.target !== undefined && { target: body.target }) }
        : { fromSeq: await seq('fromEvent', body.fromEvent), toSeq: await seq('toEvent', body.toEvent), target: body.target }
    const replayed = await deliveries.replay(account, what)
    return isRefused(replayed) ? fail(replayed.refusal) : replayed
  })
}

