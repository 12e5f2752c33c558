import type { Batch } from '#domain/batch/state.ts'
import type { Position } from '#services/api.ts'
import { missing } from '../errors.ts'
import { idOf, instantIn } from '../inward.ts'
import { rendered } from '../once.ts'
import { showBatch, showDryRun, showRejected } from '../outward/batches.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import { showId } from '../vocabulary.ts'
import * as wire from '../wire/batches.ts'
import { sessions as sessionsWire } from '../wire/sessions.ts'
import { deleted, idParams, pageQuery } from '../wire.ts'
import { sessionShown } from './sessions.ts'

const tags = ['Batches']

/** What is in a batch, and what would become of it. */
export function batchPartRoutes(app: Scope, native: Native): void {
  const { context, cursors, principal } = native
  const { batches, sessions } = context.services
  const show = sessionShown(native)

  app.get(
    '/batches/:id/rejected',
    {
      schema: { tags, summary: 'List the rows that cannot be called', params: idParams, response: ok(wire.rejected) },
    },
    async (request) => {
      const rows = await batches.rejected(principal(request).account, idOf('batch', request.params.id))
      return rows ? { rejected: rows.map(showRejected) } : missing('batch', request.params.id)
    },
  )

  app.get(
    '/batches/:id/dry-run',
    {
      schema: {
        tags,
        summary: 'What would happen if it started now: who would be dialled, who would wait or be skipped, and why',
        params: idParams,
        response: ok(wire.dryRun),
      },
    },
    async (request) => {
      const run = await batches.dryRun(principal(request).account, idOf('batch', request.params.id))
      return run ? showDryRun(run) : missing('batch', request.params.id)
    },
  )

  app.get(
    '/batches/:id/sessions',
    {
      schema: {
        tags,
        summary: 'List the calls of a batch, by row',
        params: idParams,
        querystring: pageQuery,
        response: ok(sessionsWire),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const id = idOf('batch', request.params.id)
      const { cursor, limit } = request.query
      const kind = `batch sessions ${id}`
      const place = cursor === undefined ? undefined : cursors.read<Position>(kind, account, {}, cursor)
      if (!(await batches.get(account, id))) return missing('batch', request.params.id)
      const { items, next } = await sessions.list(account, {
        batch: id,
        ...(place && { after: place.position }),
        limit,
      })
      return { sessions: items.map(show), next: next ? cursors.write(kind, account, {}, next) : null }
    },
  )
}

/** Starting, stopping and deleting a batch. */
export function batchControlRoutes(app: Scope, native: Native): void {
  const { context, principal } = native
  const { batches, clock } = context.services
  const render = (batch: Batch) => rendered(200, showBatch(batch))

  app.post(
    '/batches/:id/schedule',
    {
      schema: {
        tags,
        summary: 'Start a batch now or at a time',
        params: idParams,
        body: wire.schedule,
        response: ok(wire.batch),
      },
    },
    async (request, reply) => {
      const id = idOf('batch', request.params.id)
      const { dueAt, keepsHours = true } = request.body ?? {}
      const at = dueAt === undefined ? clock.get(principal(request).account).now : instantIn('dueAt', dueAt)
      return native.write<Batch>(request, reply, render, (ask) => batches.schedule(ask, id, { dueAt: at, keepsHours }))
    },
  )

  app.post(
    '/batches/:id/stop',
    {
      schema: {
        tags,
        summary: 'Stop a batch: what has not been dialled is stopped, live calls finish unless `hangUp` is true',
        params: idParams,
        body: wire.stopBatch,
        response: ok(wire.batch),
      },
    },
    async (request, reply) => {
      const id = idOf('batch', request.params.id)
      const hangUp = request.body?.hangUp ?? false
      return native.write<Batch>(request, reply, render, (ask) => batches.stop(ask, id, { hangUp }))
    },
  )

  app.delete(
    '/batches/:id',
    { schema: { tags, summary: 'Delete a batch; its calls stay', params: idParams, response: ok(deleted) } },
    async (request, reply) => {
      const id = idOf('batch', request.params.id)
      return native.write<Batch>(
        request,
        reply,
        () => rendered(200, { id: showId('batch', id), deleted: true }),
        (ask) => batches.remove(ask, id),
      )
    },
  )
}
