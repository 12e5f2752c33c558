import { aboutAgent, newAgent, withAbout } from './about-agent.ts'
import { readAgentId } from './agent-ids.ts'
import { changed, foundAgent, shownAgent } from './agents.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf, needs } from '../credentials/caller.ts'
import { documented } from '../documented.ts'
import { notFound } from '../errors.ts'
import { findAgents } from './finding-agents.ts'
import { answer } from '../outcomes.ts'
import * as wire from '../wire/agents.ts'

const tags = ['Agents']
const reading = needs('agents:read', 'agents:manage')
const managing = needs('agents:manage')

/** `/core/agents`: who can be talked to. What they say is in their versions. */
export function agentRoutes(scope: Scope, api: Api): void {
  list(scope, api)
  create(scope, api)
  read(scope, api)
  change(scope, api)
  remove(scope, api)
}

function list(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'listAgents',
    summary: 'List agents, newest first',
    querystring: wire.agentsQuery,
    response: documented({ 200: wire.agentList }, 403, 422),
  }
  scope.get('', { onRequest: reading, schema }, async (request, reply) => {
    const found = await findAgents(api, callerOf(request).account, request.query)
    if ('status' in found) return sendProblem(reply, found)
    if (found.next !== undefined) reply.header('x-next-cursor', found.next)
    return sendJson(reply, 200, found.items.map(shownAgent))
  })
}

function create(scope: Scope, { context: { services } }: Api): void {
  const schema = {
    tags,
    operationId: 'createAgent',
    summary: 'Create an agent; conversations can be begun once a version of it is published',
    body: wire.agentDraft,
    response: documented({ 201: wire.agent }, 403, 422),
  }
  scope.post('', { onRequest: managing, schema }, async (request, reply) => {
    const { name, ...said } = request.body
    const blank = newAgent(name)
    const vendor = withAbout(blank, { ...aboutAgent(blank), ...said })
    const definition = { ...blank, release: { at: 1, number: null }, vendor }
    const made = await services.agents.create(askOf(request), definition)
    return answer(reply, made, 'Agent', (view) => sendJson(reply, 201, shownAgent(view)))
  })
}

function read(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'getAgent',
    summary: 'Read an agent',
    params: wire.idParams,
    response: documented({ 200: wire.agent }, 403, 404),
  }
  scope.get('/:id', { onRequest: reading, schema }, async (request, reply) => {
    const view = await foundAgent(api, callerOf(request).account, readAgentId(request.params.id))
    return view ? sendJson(reply, 200, shownAgent(view)) : sendProblem(reply, notFound('Agent'))
  })
}

function change(scope: Scope, api: Api): void {
  const { agents } = api.context.services
  const schema = {
    tags,
    operationId: 'updateAgent',
    summary: 'Change what is said of an agent; what is left out stays, and so does its configuration',
    params: wire.idParams,
    body: wire.agentChange,
    response: documented({ 200: wire.agent }, 403, 404, 422),
  }
  scope.put('/:id', { onRequest: managing, schema }, async (request, reply) => {
    const view = await foundAgent(api, callerOf(request).account, readAgentId(request.params.id))
    if (!view) return sendProblem(reply, notFound('Agent'))
    const outcome = await agents.write(askOf(request), view.agent.id, (present, version) =>
      changed(present, version, request.body),
    )
    return answer(reply, outcome, 'Agent', (written) => sendJson(reply, 200, shownAgent(written)))
  })
}

function remove(scope: Scope, api: Api): void {
  const { agents } = api.context.services
  const schema = {
    tags,
    operationId: 'deleteAgent',
    summary: 'Delete an agent: its numbers lose it, what waits is stopped, live conversations go on',
    params: wire.idParams,
    response: documented({}, 403, 404),
  }
  scope.delete('/:id', { onRequest: managing, schema }, async (request, reply) => {
    const view = await foundAgent(api, callerOf(request).account, readAgentId(request.params.id))
    if (!view) return sendProblem(reply, notFound('Agent'))
    const outcome = await agents.remove(askOf(request), view.agent.id, { purge: false })
    return answer(reply, outcome, 'Agent', () => reply.code(204).send())
  })
}
