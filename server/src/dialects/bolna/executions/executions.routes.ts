import type { FastifyReply, FastifyRequest } from 'fastify'
import { json, send, sendProblem } from '../answering.ts'
import { documented, type Api, type Scope } from '../api.ts'
import { callerOf } from '../credentials/caller.ts'
import { foundExecution, shownExecutions } from './executing.ts'
import type { Execution } from './execution.ts'
import { executionFrom } from './executions.ts'
import { everyEvent, historyOf } from './history.ts'
import { shownHistory } from './history-shown.ts'
import { limits } from '../limits.ts'
import { logOf } from './log.ts'
import { pageAsked, pageOf } from '../pages.ts'
import { filtersOf, questionOf } from './questions.ts'
import { wordsOf } from './words.ts'
import { execution, executionList, eventList, logAnswer } from '../wire/answers.ts'
import { executionsQuery, idParams, pageQuery, waitQuery, type ExecutionsQuery } from '../wire/calls.ts'

const tags = ['Executions']

/** `GET /executions` (D53): the whole account's, in the same envelope as an agent's. */
export function executionListRoutes(scope: Scope, api: Api): void {
  const schema = {
    tags,
    summary: 'List the executions of the account, newest first',
    querystring: executionsQuery,
    response: documented({ 200: executionList }),
  }
  scope.get('', { schema }, (request, reply) => answerList(api, request, reply, request.query))
}

/** A page of executions; `agent`: of this one only (4.2). */
export async function answerList(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  query: ExecutionsQuery,
  agent?: string,
): Promise<FastifyReply> {
  const question = questionOf(query, agent)
  if (question && 'error' in question) return sendProblem(reply, question)
  const { sessions } = api.context.services
  const asked = pageAsked(query)
  const none = { views: [], total: 0, hasMore: false }
  const { views, total, hasMore } = question ? await pageOf(sessions, callerOf(request).account, question, asked) : none
  const shown = await shownExecutions(api, request, views)
  const envelope = {
    page_number: asked.number,
    page: asked.number, // D20
    page_size: asked.size,
    total,
    has_more: hasMore,
    data: query.view === 'summary' ? shown.map(summaryOf) : shown,
    filters: filtersOf(query),
    sorts: { created_at: 'desc' },
  }
  return send(reply, json(200, envelope))
}

/** D23: the trimmed form. */
function summaryOf({ id, agent_id, status, conversation_duration, created_at, x: { outcome } }: Execution) {
  return { id, agent_id, status, conversation_duration, created_at, x: { outcome } }
}

/** `/executions/{id}`: one call, what happened to it, and what was said. */
export function executionRoutes(scope: Scope, api: Api): void {
  fetch(scope, api)
  log(scope, api)
  events(scope, api)
}

function fetch(scope: Scope, api: Api): void {
  const { services } = api.context
  const schema = {
    tags,
    summary: 'Fetch an execution; with `wait_for=final`, when it is over or the time is up',
    params: idParams,
    querystring: waitQuery,
    response: documented({ 200: execution }),
  }
  scope.get('/:id', { schema }, async (request, reply) => {
    const view = await foundExecution(api, request, request.params.id)
    const { wait_for, timeout } = request.query
    if (wait_for === undefined || view.session.state === 'ended') return answerOne(api, request, reply, view)
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const { account, id } = view.session
    await api.waits.until(account, id, ({ state }) => state === 'ended', timeout * 1000, { gone: gone.signal })
    const now = await services.sessions.get(account, id)
    return answerOne(api, request, reply, now ?? view)
  })
}

type View = Parameters<typeof executionFrom>[1]

async function answerOne({ context }: Api, request: FastifyRequest, reply: FastifyReply, view: View) {
  return send(reply, json(200, await executionFrom(context.services, view, context.baseUrl(request))))
}

function log(scope: Scope, api: Api): void {
  const { services } = api.context
  const schema = {
    tags,
    summary: 'What happened on a call and what was said, oldest first',
    params: idParams,
    querystring: pageQuery,
    response: documented({ 200: logAnswer }),
  }
  scope.get('/:id/log', { schema }, async (request, reply) => {
    const { session } = await foundExecution(api, request, request.params.id)
    const happened = (await everyEvent(services.sessions, session.account, session.id)) ?? []
    const said = await wordsOf(services.conversations, session, historyOf(happened).placements)
    const rows = logOf(happened, said)
    return send(reply, json(200, { status: 'success', data: pagedRows(rows, request.query) }))
  })
}

/** D52: all rows, unless they are paged. */
function pagedRows<Row>(
  rows: readonly Row[],
  query: { readonly page_number?: number | undefined; readonly page_size?: number | undefined },
): readonly Row[] {
  if (query.page_number === undefined && query.page_size === undefined) return rows
  const { number, size } = pageAsked({
    page_number: query.page_number ?? 1,
    page_size: query.page_size ?? limits.pageSize,
  })
  return rows.slice((number - 1) * size, number * size)
}

function events(scope: Scope, api: Api): void {
  const { services } = api.context
  const schema = {
    tags,
    summary: 'The history of statuses, earlier attempts, and reports that came too late',
    params: idParams,
    response: documented({ 200: eventList }),
  }
  scope.get('/:id/events', { schema }, async (request, reply) => {
    const { session } = await foundExecution(api, request, request.params.id)
    const happened = (await everyEvent(services.sessions, session.account, session.id)) ?? []
    const history = historyOf(happened)
    const said = await wordsOf(services.conversations, session, history.placements)
    return send(reply, json(200, shownHistory(session, happened, history, said)))
  })
}
