import type { PhoneNumber } from '#domain/number/state.ts'
import { answer, askOf, json, send, sendProblem } from '../answering.ts'
import { documented, type Api, type Scope } from '../api.ts'
import { callerOf } from '../credentials/caller.ts'
import { notFound, problem, type Problem } from '../errors.ts'
import { foundAgent, idFrom } from '../executions/executing.ts'
import { hexOf, uuidOf } from '../ids.ts'
import { shownNumber } from './numbers.ts'
import { inboundAnswer, numberList } from '../wire/answers.ts'
import { inboundSetup, inboundUnlink } from '../wire/calls.ts'

/** `/phone-numbers`: the account's own; they are searched, bought and given up elsewhere. */
export function numberRoutes(scope: Scope, { context: { services } }: Api): void {
  const schema = { tags: ['Phone numbers'], summary: 'All phone numbers', response: documented({ 200: numberList }) }
  scope.get('/all', { schema }, async (request, reply) => {
    const { account } = callerOf(request)
    const { now } = services.clock.get(account)
    const numbers = await services.numbers.list(account)
    return send(
      reply,
      json(
        200,
        numbers.map((number) => shownNumber(number, now)),
      ),
    )
  })
}

const tags = ['Inbound']

/** `/inbound`: which agent answers a number. */
export function inboundRoutes(scope: Scope, api: Api): void {
  const { services, vault } = api.context
  const setup = {
    tags,
    summary: 'Let an agent answer a number',
    body: inboundSetup,
    response: documented({ 200: inboundAnswer }),
  }
  scope.post('/setup', { schema: setup }, async (request, reply) => {
    if (request.body.ivr_config?.enabled === true)
      return sendProblem(reply, problem(1013, 'ivr_config is not offered by this server'))
    const agent = await foundAgent(api, request, request.body.agent_id)
    const id = idFrom(request.body.phone_number_id, 'Phone number')
    const { account } = callerOf(request)
    const url = `${api.context.baseUrl(request)}/inbound_call?agent_id=${uuidOf(agent)}&user_id=${uuidOf(account)}`
    const render = (number: PhoneNumber) => json(200, linked(number, url))
    return answer(reply, await services.numbers.attach(askOf(vault, request, render), id, agent), render, unknown)
  })

  const unlink = {
    tags,
    summary: 'Let nobody answer a number',
    body: inboundUnlink,
    response: documented({ 200: inboundAnswer }),
  }
  scope.post('/unlink', { schema: unlink }, async (request, reply) => {
    const id = idFrom(request.body.phone_number_id, 'Phone number')
    const render = (number: PhoneNumber) => json(200, linked(number, null))
    return answer(reply, await services.numbers.attach(askOf(vault, request, render), id, null), render, unknown)
  })
}

function linked({ id, number }: PhoneNumber, url: string | null) {
  return { url, phone_number: number, id: hexOf(id) }
}

function unknown({ code, field }: { readonly code: string; readonly field?: string }): Problem | undefined {
  if (code !== 'not_found') return undefined
  return notFound(field === 'agentId' ? 'Agent' : 'Phone number')
}
