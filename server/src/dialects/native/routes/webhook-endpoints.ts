import { isRefused } from '#domain/vocabulary/refusal.ts'
import { webhookRequest } from '../announcer.ts'
import { fail, missing } from '../errors.ts'
import { idOf } from '../inward.ts'
import { showEndpoint } from '../outward.ts'
import { created, ok, type Asking, type Native, type Scope } from '../scope.ts'
import { showId, showInstant } from '../vocabulary.ts'
import * as wire from '../wire.ts'

const tags = ['Webhooks']

/** Who asks. Answers that hold a secret are never stored: repeating makes a new one. */
function asking({ principal }: Native) {
  return (request: Asking) => ({ account: principal(request).account, by: 'api', request: request.id })
}

/** Where the account wants to be told. */
export function endpointRoutes(app: Scope, native: Native): void {
  const { context, principal } = native
  const { endpoints } = context.services
  const ask = asking(native)

  app.post(
    '/webhook-endpoints',
    {
      schema: {
        tags,
        summary: 'Be told of events at a URL',
        body: wire.endpointDraft,
        response: created(wire.endpointWithSecret),
      },
    },
    async (request, reply) => {
      const made = await endpoints.create(ask(request), request.body)
      return isRefused(made)
        ? fail(made.refusal)
        : reply.code(201).send({ endpoint: showEndpoint(made.endpoint), secret: made.secret })
    },
  )

  app.get(
    '/webhook-endpoints',
    { schema: { tags, summary: 'List the webhook endpoints', response: ok(wire.endpoints) } },
    async (request) => {
      const list = await endpoints.list(principal(request).account)
      return { endpoints: list.map(showEndpoint) }
    },
  )

  app.get(
    '/webhook-endpoints/:id',
    { schema: { tags, summary: 'Read a webhook endpoint', params: wire.idParams, response: ok(wire.endpoint) } },
    async (request) => {
      const endpoint = await endpoints.get(principal(request).account, idOf('endpoint', request.params.id))
      return endpoint ? showEndpoint(endpoint) : missing('endpoint', request.params.id)
    },
  )
}

/** Changing an endpoint. */
export function endpointChangeRoutes(app: Scope, native: Native): void {
  const { endpoints } = native.context.services
  const ask = asking(native)

  app.patch(
    '/webhook-endpoints/:id',
    {
      schema: {
        tags,
        summary: 'Change, stop or go on with an endpoint',
        params: wire.idParams,
        body: wire.endpointChange,
        response: ok(wire.endpoint),
      },
    },
    async (request) => {
      const { url, description, events, status } = request.body
      const changed = await endpoints.change(ask(request), idOf('endpoint', request.params.id), {
        ...(url !== undefined && { url }),
        ...(description !== undefined && { description }),
        ...(events !== undefined && { events }),
        ...(status !== undefined && { status }),
      })
      return isRefused(changed) ? fail(changed.refusal) : showEndpoint(changed)
    },
  )

  app.delete(
    '/webhook-endpoints/:id',
    { schema: { tags, summary: 'Delete an endpoint', params: wire.idParams, response: ok(wire.deleted) } },
    async (request) => {
      const id = idOf('endpoint', request.params.id)
      const removed = await endpoints.remove(ask(request), id)
      return isRefused(removed) ? fail(removed.refusal) : { id: showId('endpoint', id), deleted: true as const }
    },
  )

  app.post(
    '/webhook-endpoints/:id/rotate',
    {
      schema: {
        tags,
        summary: 'Replace the secret; for a day both sign',
        params: wire.idParams,
        response: ok(wire.endpointWithSecret),
      },
    },
    async (request) => {
      const rotated = await endpoints.rotate(ask(request), idOf('endpoint', request.params.id))
      return isRefused(rotated)
        ? fail(rotated.refusal)
        : { endpoint: showEndpoint(rotated.endpoint), secret: rotated.secret }
    },
  )
}

/** Trying an endpoint out. */
export function endpointTestRoutes(app: Scope, { context, principal }: Native): void {
  const { endpoints } = context.services

  app.post(
    '/webhook-endpoints/:id/test',
    {
      schema: {
        tags,
        summary: 'Send a signed test event now, and say what came back',
        params: wire.idParams,
        response: ok(wire.tested),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const endpoint = await endpoints.get(account, idOf('endpoint', request.params.id))
      if (endpoint === undefined) return missing('endpoint', request.params.id)
      const at = context.now()
      const body = {
        specversion: '1.0',
        id: `event_test_${request.id}`,
        type: 'test',
        source: `/api/v1/accounts/${showId('account', account)}`,
        subject: showId('endpoint', endpoint.id),
        time: showInstant(at),
        datacontenttype: 'application/json',
        data: {},
      }
      const result = await context.send(await webhookRequest(context, endpoint, body.id, JSON.stringify(body), at))
      if ('error' in result) return { delivered: false, status: null, error: result.error }
      return { delivered: result.status >= 200 && result.status < 300, status: result.status, error: null }
    },
  )
}
