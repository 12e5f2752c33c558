import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import type { Batch } from '#domain/batch/state.ts'
import type { Position } from '#services/api.ts'
import { answer, askOf, json, send, sendProblem } from '../answering.ts'
import { documented, type Api, type Scope } from '../api.ts'
import { batchStartOf, draftOf } from './batch-drafts.ts'
import { shownBatch } from './batches.ts'
import { callerOf } from '../credentials/caller.ts'
import { notFound, problem, ProblemError, type Problem } from '../errors.ts'
import { foundAgent, idFrom, shownExecutions } from '../executions/executing.ts'
import { hexOf } from '../ids.ts'
import { limits } from '../limits.ts'
import { pageAsked } from '../pages.ts'
import { executionsOnly } from '../executions/questions.ts'
import { stamp } from '../time.ts'
import { batch, batchCreated, batchDone, batchList, executionArray, rejectedList } from '../wire/answers.ts'
import { createBatch, scheduleBatch } from '../wire/batches.ts'
import { agentParams, hangUpQuery, idParams, pageQuery } from '../wire/calls.ts'

const tags = ['Batches']

/** `/batches`: many calls from one list. */
export function batchRoutes(scope: Scope, api: Api): void {
  create(scope, api)
  schedule(scope, api)
  stop(scope, api)
  read(scope, api)
  remove(scope, api)
}

function create(scope: Scope, api: Api): void {
  const { services, vault } = api.context
  const schema = {
    tags,
    summary: 'Make a batch of a CSV file',
    consumes: ['multipart/form-data'],
    body: createBatch,
    response: documented({ 201: batchCreated }),
  }
  scope.post('', { schema }, async (request, reply) => {
    const { file, ...fields } = request.body
    const agent = await foundAgent(api, request, fields.agent_id)
    const drafted = await draftOf(request.body, agent)
    if ('error' in drafted) return sendProblem(reply, drafted)
    const { draft, warnings } = drafted
    const render = ({ id }: Batch) =>
      json(201, { batch_id: hexOf(id), state: 'created', ...(warnings.length > 0 && { warnings }) })
    const said = { ...fields, file: vault.hash(file.data.toString('latin1')) }
    const outcome = await services.batches.create(askOf(vault, request, render, said), draft)
    return answer(reply, outcome, render, notCreated)
  })
}

function notCreated({ code, field }: { readonly code: string; readonly field?: string }): Problem | undefined {
  if (field === 'from' || field?.startsWith('from.')) return problem(1004)
  return code === 'not_found' ? notFound('Agent') : undefined
}

function schedule(scope: Scope, { context }: Api): void {
  const { services, vault } = context
  const schema = {
    tags,
    summary: 'Let a batch start at the next ten-minute mark after a time',
    consumes: ['multipart/form-data', 'application/x-www-form-urlencoded', 'application/json'],
    params: idParams,
    body: scheduleBatch,
    response: documented({ 200: batchDone }),
  }
  scope.post('/:id/schedule', { schema }, async (request, reply) => {
    const id = idFrom(request.params.id, 'Batch')
    const start = batchStartOf(request.body, services.clock.get(callerOf(request).account).now)
    if ('error' in start) return sendProblem(reply, start)
    // D28: the state is exactly this word.
    const render = ({ dueAt }: Batch) =>
      json(200, { message: 'success', state: 'scheduled', scheduled_at: stamp(dueAt ?? start.dueAt) })
    const outcome = await services.batches.schedule(askOf(vault, request, render), id, start)
    return answer(reply, outcome, render, inState(2006))
  })
}

function stop(scope: Scope, { context }: Api): void {
  const { services, vault } = context
  const schema = {
    tags,
    summary: 'Stop what waits of a batch; with `hangup_live=true` hang up what is in flight too',
    params: idParams,
    querystring: hangUpQuery,
    response: documented({ 200: batchDone }),
  }
  scope.post('/:id/stop', { schema }, async (request, reply) => {
    const id = idFrom(request.params.id, 'Batch')
    const render = () => json(200, { message: 'success', state: 'stopped' })
    const how = { hangUp: request.query.hangup_live === 'true' }
    return answer(reply, await services.batches.stop(askOf(vault, request, render), id, how), render, inState(2002))
  })
}

function inState(code: 2002 | 2006) {
  return (refusal: { readonly code: string }): Problem | undefined => {
    if (refusal.code === 'not_found') return notFound('Batch')
    return refusal.code === 'closed' || refusal.code === 'wrong_state' ? problem(code) : undefined
  }
}

function read(scope: Scope, api: Api): void {
  const { services } = api.context
  const one = { tags, summary: 'Fetch a batch', params: idParams, response: documented({ 200: batch }) }
  scope.get('/:id', { schema: one }, async (request, reply) => {
    const found = await foundBatch(api, request, request.params.id)
    return send(reply, json(200, await shown(api, found)))
  })

  const all = {
    tags,
    summary: 'The batches of an agent',
    params: agentParams,
    response: documented({ 200: batchList }),
  }
  scope.get('/:agent_id/all', { schema: all }, async (request, reply) => {
    const agent = await foundAgent(api, request, request.params.agent_id)
    const { account } = callerOf(request)
    const found: Batch[] = []
    for (let page = await services.batches.list(account, { agent, limit: listedAtOnce }); ;) {
      found.push(...page.items)
      if (!page.next || found.length >= listedMost) break
      page = await services.batches.list(account, { agent, limit: listedAtOnce, after: page.next })
    }
    const told: Awaited<ReturnType<typeof shown>>[] = []
    // One after the other, with others in between: each has its rows counted.
    for (const item of found) {
      told.push(await shown(api, item))
      await turn()
    }
    return send(reply, json(200, told))
  })

  const bad = {
    tags,
    summary: 'The rows that were no good, and why',
    params: idParams,
    response: documented({ 200: rejectedList }),
  }
  scope.get('/:id/rejected', { schema: bad }, async (request, reply) => {
    const { account, id } = await foundBatch(api, request, request.params.id)
    const rows = (await services.batches.rejected(account, id)) ?? []
    const data = rows.map(({ row, rejected, line }) => ({ row, reason: rejected ?? '', line: line ?? null }))
    return send(reply, json(200, { data }))
  })
}

const listedAtOnce = 100
const listedMost = 1_000

async function shown({ context: { services } }: Api, found: Batch) {
  const tally = (await services.batches.tally(found.account, found.id)) ?? []
  return shownBatch(found, tally, services.clock.get(found.account).now)
}

async function foundBatch({ context }: Api, request: FastifyRequest, text: string): Promise<Batch> {
  const found = await context.services.batches.get(callerOf(request).account, idFrom(text, 'Batch'))
  if (!found) throw new ProblemError(notFound('Batch'))
  return found
}

function remove(scope: Scope, { context }: Api): void {
  const { services, vault } = context
  const schema = { tags, summary: 'Delete a batch', params: idParams, response: documented({ 200: batchDone }) }
  scope.delete('/:id', { schema }, async (request, reply) => {
    const id = idFrom(request.params.id, 'Batch')
    const render = () => json(200, { message: 'success', state: 'deleted' })
    const outcome = await services.batches.remove(askOf(vault, request, render), id)
    return answer(reply, outcome, render, inState(2006))
  })
}

/** D30: all executions of a batch as a bare list, by row; paged where that is asked for. */
export function batchExecutionRoutes(scope: Scope, api: Api): void {
  const schema = {
    tags,
    summary: 'The executions of a batch',
    params: idParams,
    querystring: pageQuery,
    response: documented({ 200: executionArray }),
  }
  scope.get('/:id/executions', { schema }, async (request, reply) => {
    const { account, id, valid } = await foundBatch(api, request, request.params.id)
    reply.header('x-total-count', valid)
    const { page_number, page_size } = request.query
    const isPaged = page_number !== undefined || page_size !== undefined
    const { number, size } = pageAsked({ page_number: page_number ?? 1, page_size: page_size ?? limits.pageSize })
    const [skip, most] = isPaged ? [(number - 1) * size, size] : [0, valid]
    const text = Readable.from(executionsText(api, request, account, id, skip, most))
    return reply.code(200).header('content-type', 'application/json; charset=utf-8').send(text)
  })
}

const streamedAtOnce = 50

/** Written as it is read, with others in between: a batch may have fifty thousand. */
async function* executionsText(
  api: Api,
  request: FastifyRequest,
  account: string,
  batchId: string,
  skip: number,
  most: number,
): AsyncGenerator<string> {
  const { sessions } = api.context.services
  const question = { ...executionsOnly, batch: batchId }
  let left = most
  let separator = '['
  let from: { readonly skip: number } | { readonly after: Position } | undefined = { skip }
  while (from && left > 0) {
    const { items, next } = await sessions.list(account, {
      ...question,
      ...from,
      limit: Math.min(left, streamedAtOnce),
    })
    for (const one of await shownExecutions(api, request, items)) {
      yield `${separator}${JSON.stringify(one)}`
      separator = ','
    }
    left -= items.length
    from = next && { after: next }
    await turn()
  }
  yield separator === '[' ? '[]' : ']'
}
