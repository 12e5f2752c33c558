import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Position } from '#services/api.ts'
import { fail, missing } from '../errors.ts'
import { wrong } from '../inward.ts'
import { showDelivery } from '../outward.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import { readEventId } from '../vocabulary.ts'
import * as wire from '../wire.ts'

const tags = ['Deliveries']

/** What became of each announcement. */
export function deliveryRoutes(app: Scope, { context, cursors, principal }: Native): void {
  const { deliveries } = context.services

  app.get(
    '/deliveries',
    {
      schema: {
        tags,
        summary: 'List deliveries, newest first; `state=dead` are the dead letters',
        querystring: wire.deliveriesQuery,
        response: ok(wire.deliveries),
      },
    },
    async (request) => {
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
      return {
        deliveries: items.map(showDelivery),
        next: next ? cursors.write('deliveries', account, asked, next) : null,
      }
    },
  )

  app.get(
    '/deliveries/:id',
    { schema: { tags, summary: 'Read a delivery', params: wire.deliveryParams, response: ok(wire.delivery) } },
    async (request) => {
      const row = await deliveries.get(principal(request).account, request.params.id)
      return row ? showDelivery(row) : missing('delivery', request.params.id)
    },
  )
}

/** Sending again. */
export function replayRoutes(app: Scope, { context, principal }: Native): void {
  const { deliveries, events } = context.services

  app.post(
    '/deliveries/:id/replay',
    { schema: { tags, summary: 'Send a delivery again', params: wire.deliveryParams, response: ok(wire.queued) } },
    async (request) => {
      const replayed = await deliveries.replay(principal(request).account, { id: request.params.id })
      return isRefused(replayed) ? fail(replayed.refusal) : replayed
    },
  )

  app.post(
    '/deliveries/replay',
    {
      schema: {
        tags,
        summary: 'Send again all in a state, or a range of events to one receiver',
        body: wire.replay,
        response: ok(wire.queued),
      },
    },
    async (request) => {
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
          : {
              fromSeq: await seq('fromEvent', body.fromEvent),
              toSeq: await seq('toEvent', body.toEvent),
              target: body.target,
            }
      const replayed = await deliveries.replay(account, what)
      return isRefused(replayed) ? fail(replayed.refusal) : replayed
    },
  )
}
