import type { Session } from '#domain/session/state.ts'
import type { Outcome } from '#engine/api.ts'
import type { SessionView } from '#services/calls/api.ts'
import { answer, askOf, json, sendProblem } from '../answering.ts'
import { documented, type Api, type Scope } from '../api.ts'
import { problem, type Problem } from '../errors.ts'
import { foundExecution } from '../executions/executing.ts'
import { uuidOf } from '../ids.ts'
import { draftOf } from './ordering.ts'
import { callerOf } from '../credentials/caller.ts'
import { statusOf } from '../vocabulary.ts'
import { ordered, steered } from '../wire/answers.ts'
import { hangUp, idParams, placeCall } from '../wire/calls.ts'

const tags = ['Calls']

/** `/call`: ordering and steering single calls (sections 4 and 4.1). */
export function callRoutes(scope: Scope, api: Api): void {
  place(scope, api)
  stop(scope, api)
  end(scope, api)
}

function place(scope: Scope, { context }: Api): void {
  const { services, vault } = context
  const schema = { tags, summary: 'Place a call', body: placeCall, response: documented({ 200: ordered }) }
  scope.post('', { schema }, async (request, reply) => {
    const { now } = services.clock.get(callerOf(request).account)
    const draft = draftOf(request.body, now)
    if ('error' in draft) return sendProblem(reply, draft)
    const render = ({ session }: SessionView) => json(200, placed(session))
    const outcome = await services.sessions.place(askOf(vault, request, render), draft)
    return answer(reply, outcome, render, notPlaced)
  })
}

/** The answer is `queued` for a scheduled call too. */
function placed({ id }: Session) {
  const execution = uuidOf(id)
  return { message: 'done', status: 'queued', execution_id: execution, run_id: execution, call_id: execution }
}

function notPlaced({ code, field }: NonNullable<Outcome<unknown>['refusal']>): Problem | undefined {
  if (code !== 'not_found' && code !== 'invalid') return undefined
  if (field === 'agentId') return { status: 404, error: 404, message: 'Agent not found' }
  if (field === 'from') return problem(1004)
  if (field === 'to') return problem(1003)
  return field === 'data' ? problem(1009) : undefined
}

const waits: ReadonlySet<Session['state']> = new Set(['prepared', 'scheduled', 'deferred', 'queued'])
const inFlight: ReadonlySet<Session['state']> = new Set(['dialing', 'ringing', 'live'])

function stop(scope: Scope, api: Api): void {
  const { services, vault } = api.context
  const schema = {
    tags,
    summary: 'Stop a call that has not been dialled',
    params: idParams,
    response: documented({ 200: steered }),
  }
  scope.post('/:id/stop', { schema }, async (request, reply) => {
    const { session } = await foundExecution(api, request, request.params.id)
    // D17: a repeated stop is safe. D16: what is in flight is only ended by `/hangup`.
    if (statusOf(session) === 'stopped') return answer(reply, { value: session }, steeredAs)
    if (!waits.has(session.state)) return sendProblem(reply, problem(2001))
    const render = (view: SessionView) => steeredAs(view.session)
    const outcome = await services.sessions.stop(askOf(vault, request, render), session.id)
    return answer(reply, outcome, render, notInState(2001))
  })
}

function end(scope: Scope, api: Api): void {
  const { services, vault } = api.context
  const schema = {
    tags,
    summary: 'Hang up a call in flight; before it is answered, cancel it',
    params: idParams,
    body: hangUp,
    response: documented({ 200: steered }),
  }
  scope.post('/:id/hangup', { schema }, async (request, reply) => {
    const { session } = await foundExecution(api, request, request.params.id)
    if (!inFlight.has(session.state)) return sendProblem(reply, problem(2004))
    const render = (view: SessionView) => steeredAs(view.session)
    const ask = askOf(vault, request, render)
    return answer(
      reply,
      await services.sessions.hangUp(ask, session.id, request.body?.reason),
      render,
      notInState(2004),
    )
  })
}

function steeredAs(session: Session) {
  return json(200, { message: 'done', status: statusOf(session), execution_id: uuidOf(session.id) })
}

function notInState(code: 2001 | 2004) {
  return (refusal: { readonly code: string }): Problem | undefined =>
    refusal.code === 'wrong_state' || refusal.code === 'closed' ? problem(code) : undefined
}
