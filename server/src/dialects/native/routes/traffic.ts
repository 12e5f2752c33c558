import type { FastifyRouteSchemaDef } from 'fastify/types/schema.js'
import { validatorCompiler } from 'fastify-zod-openapi'
import type { ZodType } from 'zod'
import type { TrafficEvent, TrafficResult } from '#services/api.ts'
import type { Problem } from '../errors.ts'
import { trafficOf } from '../inward.ts'
import { rendered } from '../once.ts'
import { showTrafficResult } from '../outward.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire.ts'

export function trafficRoutes(app: Scope, native: Native): void {
  const { traffic } = native.context.services
  const schema = {
    tags: ['Traffic'],
    summary: 'Report messages, calls and what was said in them',
    description:
      'Up to 1,000 events, handled in order: capture rules and grouping decide which conversation each belongs to. ' +
      'Each event has its own result; one bad event does not fail the rest.',
    body: wire.trafficDocumented,
    response: ok(wire.trafficResults),
  }
  app.post('/traffic', { schema, validatorCompiler: looseBody }, async (request, reply) => {
    const items = (request.body.events as readonly unknown[]).map(trafficOf)
    const good = items.flatMap((item) => (isProblem(item) ? [] : [item]))
    return native.write<readonly TrafficResult[]>(
      request,
      reply,
      (results) => rendered(200, { results: merge(items, results) }),
      (ask) => traffic.ingest(ask, good),
      'traffic',
    )
  })
}

/** Checks only that the body is a list of a reasonable length: what its items are is checked one by one. */
function looseBody(route: FastifyRouteSchemaDef<unknown>) {
  const schema = route.httpPart === 'body' ? wire.trafficBody : (route.schema as ZodType)
  return validatorCompiler({ ...route, schema })
}

type Item = TrafficEvent | { readonly problem: Problem }

function isProblem(item: Item): item is { readonly problem: Problem } {
  return 'problem' in item
}

/** The results of the good items and the problems of the others, in the order of the request. */
function merge(items: readonly Item[], results: readonly TrafficResult[]) {
  let next = 0
  return items.map((item) => {
    if (isProblem(item)) return { status: 'refused', problem: item.problem }
    const result = results[next++]
    return result && showTrafficResult(result)
  })
}
