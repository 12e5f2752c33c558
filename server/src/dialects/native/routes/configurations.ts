import type { Position } from '#services/api.ts'
import { missing } from '../errors.ts'
import { idOf } from '../inward.ts'
import { showConfiguration } from '../outward.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire.ts'

const tags = ['Configurations']

/** The rules conversations are grouped and timed by, for reading. */
export function configurationRoutes(app: Scope, { context, cursors, principal }: Native): void {
  const { configurations } = context.services

  app.get(
    '/configurations',
    {
      schema: {
        tags,
        summary: 'List configurations, newest first',
        querystring: wire.pageQuery,
        response: ok(wire.configurations),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const { cursor, limit } = request.query
      const place = cursor === undefined ? undefined : cursors.read<Position>('configurations', account, {}, cursor)
      const { items, next } = await configurations.list(account, { ...(place && { after: place.position }), limit })
      return {
        configurations: items.map(showConfiguration),
        next: next ? cursors.write('configurations', account, {}, next) : null,
      }
    },
  )

  app.get(
    '/configurations/:id',
    {
      schema: { tags, summary: 'Read a configuration', params: wire.idParams, response: ok(wire.configuration) },
    },
    async (request) => {
      const found = await configurations.get(principal(request).account, idOf('configuration', request.params.id))
      return found ? showConfiguration(found) : missing('configuration', request.params.id)
    },
  )
}
