import type { AgentDefinition } from '#domain/agent/state.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { AgentView } from '#services/calls/api.ts'
import { definitionOf, patched, shownAgent } from './agents.ts'
import { answer, askOf, json, send, sendProblem } from '../answering.ts'
import { documented, type Api, type Scope } from '../api.ts'
import { callerOf } from '../credentials/caller.ts'
import { notFound, problemOf, type Problem } from '../errors.ts'
import { foundAgent, idFrom } from '../executions/executing.ts'
import { answerList } from '../executions/executions.routes.ts'
import { uuidOf } from '../ids.ts'
import { sendSample } from '../webhooks/sample.ts'
import { agentPatch, agentWrite } from '../wire/agents.ts'
import {
  agent,
  agentCreated,
  agentDone,
  agentList,
  agentPut,
  executionList,
  sampleAnswer,
  stoppedExecutions,
} from '../wire/answers.ts'
import { executionsQuery, idParams, purgeQuery, stopQuery } from '../wire/calls.ts'

const tags = ['Agents']

/** `/v2/agent`: agents, their calls, and stopping what waits. */
export function agentRoutes(scope: Scope, api: Api): void {
  create(scope, api)
  read(scope, api)
  patch(scope, api)
  put(scope, api)
  remove(scope, api)
  calls(scope, api)
  extras(scope, api)
}

function create(scope: Scope, { context }: Api): void {
  const { services, vault } = context
  const schema = { tags, summary: 'Create an agent', body: agentWrite, response: documented({ 201: agentCreated }) }
  scope.post('', { schema }, async (request, reply) => {
    // D19: both keys.
    const render = ({ agent: { id } }: AgentView) =>
      json(201, { agent_id: uuidOf(id), state: 'created', status: 'created' })
    const definition = definitionOf(request.body, vault)
    return answer(reply, await services.agents.create(askOf(vault, request, render), definition), render)
  })
}

const listedAtOnce = 200

function read(scope: Scope, { context: { services } }: Api): void {
  const all = { tags, summary: 'All agents', response: documented({ 200: agentList }) }
  scope.get('/all', { schema: all }, async (request, reply) => {
    const { account } = callerOf(request)
    const views: AgentView[] = []
    for (let page = await services.agents.list(account, { limit: listedAtOnce }); ;) {
      views.push(...page.items)
      if (!page.next) break
      page = await services.agents.list(account, { limit: listedAtOnce, after: page.next })
    }
    return send(reply, json(200, views.map(shownAgent)))
  })

  const one = { tags, summary: 'Fetch an agent', params: idParams, response: documented({ 200: agent }) }
  scope.get('/:id', { schema: one }, async (request, reply) => {
    const view = await services.agents.get(callerOf(request).account, idFrom(request.params.id, 'Agent'))
    if (view?.agent.status !== 'live') return sendProblem(reply, notFound('Agent'))
    return send(reply, json(200, shownAgent(view)))
  })
}

function patch(scope: Scope, { context }: Api): void {
  const { services, vault } = context
  const schema = {
    tags,
    summary: 'Change some things of an agent',
    description:
      'Of `agent_config` only `agent_name`, `agent_welcome_message`, `webhook_url` (null removes it), `synthesizer`, `ingest_source_config`, `telephony_provider`, `calling_guardrails` and `webhook_config` are taken; the rest is ignored.',
    params: idParams,
    body: agentPatch,
    response: documented({ 200: agentDone }),
  }
  scope.patch('/:id', { schema }, async (request, reply) => {
    const id = idFrom(request.params.id, 'Agent')
    const change = (present: AgentDefinition) => definitionOf(patched(present, request.body), vault, present)
    const render = () => json(200, { message: 'success', state: 'updated' })
    return answer(reply, await services.agents.write(askOf(vault, request, render), id, change), render, unknown)
  })
}

function put(scope: Scope, { context }: Api): void {
  const { services, vault } = context
  const schema = {
    tags,
    summary: 'Replace an agent',
    params: idParams,
    body: agentWrite,
    response: documented({ 200: agentPut }),
  }
  scope.put('/:id', { schema }, async (request, reply) => {
    const id = idFrom(request.params.id, 'Agent')
    const change = (present: AgentDefinition) => definitionOf(request.body, vault, present)
    const render = () => json(200, { agent_id: uuidOf(id), status: 'updated', state: 'updated' })
    return answer(reply, await services.agents.write(askOf(vault, request, render), id, change), render, unknown)
  })
}

function remove(scope: Scope, { context }: Api): void {
  const { services, vault } = context
  const schema = {
    tags,
    summary: 'Delete an agent; it can be restored for 30 days, unless it is purged',
    params: idParams,
    querystring: purgeQuery,
    response: documented({ 200: agentDone }),
  }
  scope.delete('/:id', { schema }, async (request, reply) => {
    const id = idFrom(request.params.id, 'Agent')
    const render = () => json(200, { message: 'success', state: 'deleted' })
    const how = { purge: request.query.purge === 'true' }
    return answer(reply, await services.agents.remove(askOf(vault, request, render), id, how), render, unknown)
  })
}

function calls(scope: Scope, api: Api): void {
  const { services, vault } = api.context
  const list = {
    tags: ['Executions'],
    summary: 'List the executions of an agent, newest first',
    params: idParams,
    querystring: executionsQuery,
    response: documented({ 200: executionList }),
  }
  scope.get('/:id/executions', { schema: list }, async (request, reply) => {
    const id = await foundAgent(api, request, request.params.id)
    const { agent_id: _other, ...query } = request.query
    return answerList(api, request, reply, query, id)
  })

  const stop = {
    tags: ['Calls'],
    summary: 'Stop all queued and rescheduled calls of an agent; with `include=scheduled` scheduled ones too',
    params: idParams,
    querystring: stopQuery,
    response: documented({ 200: stoppedExecutions }),
  }
  scope.post('/:id/stop', { schema: stop }, async (request, reply) => {
    const id = await foundAgent(api, request, request.params.id)
    const { account, by, request: number } = askOf(vault, request, () => json(200, null))
    const also = { scheduled: request.query.include === 'scheduled' }
    const ask = { account, by, ...(number !== undefined && { request: number }) }
    const stopped = await services.sessions.stopWaiting(ask, id, also)
    if (isRefused(stopped)) return sendProblem(reply, problemOf(stopped.refusal))
    return send(reply, json(200, { stopped_executions: stopped.map(uuidOf) }))
  })
}

function extras(scope: Scope, api: Api): void {
  const { services, vault } = api.context
  const restore = {
    tags,
    summary: 'Bring a deleted agent back',
    params: idParams,
    response: documented({ 200: agentCreated }),
  }
  scope.post('/:id/restore', { schema: restore }, async (request, reply) => {
    const id = idFrom(request.params.id, 'Agent')
    const render = () => json(200, { agent_id: uuidOf(id), state: 'restored', status: 'restored' })
    return answer(reply, await services.agents.restore(askOf(vault, request, render), id), render, unknown)
  })

  const test = {
    tags: ['Webhooks'],
    summary: "Send a sample to the agent's webhook now, and say what came of it",
    params: idParams,
    response: documented({ 200: sampleAnswer }),
  }
  scope.post('/:id/webhook/test', { schema: test }, async (request, reply) => {
    const view = await services.agents.get(callerOf(request).account, idFrom(request.params.id, 'Agent'))
    if (view?.agent.status !== 'live') return sendProblem(reply, notFound('Agent'))
    const sample = await sendSample(api, callerOf(request), view, api.context.baseUrl(request))
    return 'error' in sample ? sendProblem(reply, sample) : send(reply, json(200, sample))
  })
}

function unknown({ code }: { readonly code: string }): Problem | undefined {
  return code === 'not_found' ? notFound('Agent') : undefined
}
