import * as z from 'zod'
import { json, send, sendProblem } from '../answering.ts'
import { documented, type Api, type Scope } from '../api.ts'
import { callerOf } from '../credentials/caller.ts'
import { notFound } from '../errors.ts'
import { foundAgent, foundExecution, shownExecutions } from './executing.ts'
import { executionFrom } from './executions.ts'
import { readId } from '../ids.ts'
import { limits } from '../limits.ts'
import { firstOf } from '../pages.ts'
import { executionsOnly } from './questions.ts'
import { execution } from '../wire/answers.ts'
import { agentParams, agentExecutionParams } from '../wire/calls.ts'

const tags = ['Executions']

/** `/agent/{agent_id}`: the first version's two reads. */
export function firstVersionRoutes(scope: Scope, api: Api): void {
  const { services } = api.context
  const list = {
    tags,
    summary: 'The newest 1000 executions of an agent (version 1)',
    params: agentParams,
    response: documented({ 200: z.array(execution) }),
  }
  scope.get('/:agent_id/executions', { schema: list }, async (request, reply) => {
    const agent = await foundAgent(api, request, request.params.agent_id)
    const question = { ...executionsOnly, agent }
    const views = await firstOf(services.sessions, callerOf(request).account, question, limits.versionOneMost)
    return send(reply, json(200, await shownExecutions(api, request, views)))
  })

  const one = {
    tags,
    summary: 'Fetch an execution of an agent (version 1)',
    params: agentExecutionParams,
    response: documented({ 200: execution }),
  }
  scope.get('/:agent_id/execution/:id', { schema: one }, async (request, reply) => {
    const view = await foundExecution(api, request, request.params.id)
    if (view.session.agent.id !== readId(request.params.agent_id)) return sendProblem(reply, notFound('Execution'))
    return send(reply, json(200, await executionFrom(services, view, api.context.baseUrl(request))))
  })
}
