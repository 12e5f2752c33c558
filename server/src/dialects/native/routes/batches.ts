import type { FastifyInstance } from 'fastify'
import type { Batch } from '#domain/batch/state.ts'
import type { Position } from '#services/api.ts'
import type { BatchDraft } from '#services/calls/api.ts'
import { missing } from '../errors.ts'
import { idIn, idOf, wrong } from '../inward.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import { checkLengths } from '../inward/policy.ts'
import { rowsOf, rowsOfCsv } from '../inward/rows.ts'
import { rendered } from '../once.ts'
import { showBatch, showTally } from '../outward/batches.ts'
import { created, ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire/batches.ts'
import type { z } from 'zod'
import { idParams } from '../wire.ts'

const tags = ['Batches']

/** Lists as CSV are read here, and nowhere else. */
export function readsCsv(app: FastifyInstance): void {
  app.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/** Taking a list. */
export function batchMakingRoutes(app: Scope, native: Native): void {
  const { context, principal } = native
  const { batches, agents } = context.services

  app.post(
    '/batches',
    {
      schema: {
        tags,
        summary: 'Make a batch of calls from a list',
        description:
          'As JSON, or as `text/csv` with the agent in the query: the first line names the columns, one of them `to`, the ' +
          "others are each row's data. Rows that cannot be called are rejected one by one. Nothing is dialled before it is scheduled.",
        consumes: ['application/json', 'text/csv'],
        querystring: wire.batchQuery,
        body: wire.batchBody,
        response: created(wire.batch),
      },
    },
    async (request, reply) => {
      const { retry, ...draft } = await draftOf(request.body, request.query)
      const own = async () => (await agents.get(principal(request).account, draft.agentId))?.definition.retry ?? null
      const whole: BatchDraft = { ...draft, retry: retry === undefined ? await own() : retry, webhook: null }
      return native.write<Batch>(
        request,
        reply,
        (batch) => rendered(201, showBatch(batch)),
        (ask) => batches.create(ask, whole),
      )
    },
  )
}

type Draft = Omit<BatchDraft, 'retry' | 'webhook'> & { readonly retry: BatchDraft['retry'] | undefined }

async function draftOf(body: z.output<typeof wire.batchBody>, query: z.output<typeof wire.batchQuery>): Promise<Draft> {
  if (body instanceof Uint8Array) return draftOfCsv(body, query)
  const { agentId, fileName, from, retry, rows } = body
  if (retry) checkLengths({ retry })
  const [extra] = Object.keys(query)
  if (extra !== undefined) wrong(extra, 'goes into the query only with a CSV body')
  return { agentId: idIn('agent', 'agentId', agentId), fileName, from: from.map(own), retry, rows: rowsOf(rows) }
}

async function draftOfCsv(list: Uint8Array, query: z.output<typeof wire.batchQuery>): Promise<Draft> {
  const { agentId, fileName = 'rows.csv', from = [], column } = query
  if (agentId === undefined) return wrong('agentId', 'is needed in the query of a CSV body: who calls')
  const agent = idIn('agent', 'agentId', agentId)
  return { agentId: agent, fileName, from: from.map(own), retry: undefined, rows: await rowsOfCsv(list, column) }
}

const own = (number: string): string => canonicalAddress('VOICE', number)

/** Which batches there are, and how they stand. */
export function batchRoutes(app: Scope, { context, cursors, principal }: Native): void {
  const { batches } = context.services

  app.get(
    '/batches',
    {
      schema: {
        tags,
        summary: 'List batches, newest first',
        querystring: wire.batchesQuery,
        response: ok(wire.batches),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const { cursor, limit, ...filters } = request.query
      const place = cursor === undefined ? undefined : cursors.read<Position>('batches', account, filters, cursor)
      const asked: typeof filters = { ...filters, ...place?.filters }
      const { items, next } = await batches.list(account, {
        ...(asked.agentId !== undefined && { agent: idIn('agent', 'agentId', asked.agentId) }),
        ...(place && { after: place.position }),
        limit,
      })
      return { batches: items.map(showBatch), next: next ? cursors.write('batches', account, asked, next) : null }
    },
  )

  app.get(
    '/batches/:id',
    {
      schema: {
        tags,
        summary: 'Read a batch, with how many of its calls are in each state',
        params: idParams,
        response: ok(wire.batchWhole),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const id = idOf('batch', request.params.id)
      const batch = await batches.get(account, id)
      if (!batch) return missing('batch', request.params.id)
      return { ...showBatch(batch), sessions: showTally((await batches.tally(account, id)) ?? []) }
    },
  )
}
