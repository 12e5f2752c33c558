import type { FastifyReply } from 'fastify'
import type { Plan } from '#domain/plan/state.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf } from '../credentials/caller.ts'
import { managingCampaigns, readingCampaigns } from './campaigns.routes.ts'
import { noSettings, readConfigurationId, refusedBy, settingsWith, shownConfiguration } from './campaigns.ts'
import { documented } from '../documented.ts'
import { notFound } from '../errors.ts'
import { newestOf } from '../newest.ts'
import * as wire from '../wire/campaigns.ts'
import { pageQuery } from '../wire/widgets.ts'

const tags = ['Campaigns']
const what = 'Configuration'
const one = documented({ 200: wire.configuration }, 403, 404, 422)

/** `/campaign/configurations`: named settings that campaigns call by. */
export function configurationRoutes(scope: Scope, api: Api): void {
  list(scope, api)
  create(scope, api)
  readAndRemove(scope, api)
  change(scope, api)
}

function list(scope: Scope, { context: { services } }: Api): void {
  const schema = {
    tags,
    operationId: 'listCampaignConfigurations',
    summary: 'List named settings, newest first',
    querystring: pageQuery,
    response: documented({ 200: wire.configurationList }, 403, 422),
  }
  scope.get('/configurations', { onRequest: readingCampaigns, schema }, async (request, reply) => {
    const { account } = callerOf(request)
    const { plans } = services.campaigns
    const found = await newestOf(
      (page) => plans.list(account, page),
      request.query,
      (plan) => plan,
    )
    if ('status' in found) return sendProblem(reply, found)
    if (found.next !== undefined) reply.header('x-next-cursor', found.next)
    return sendJson(reply, 200, found.items.map(shownConfiguration))
  })
}

function create(scope: Scope, { context: { services } }: Api): void {
  const schema = {
    tags,
    operationId: 'createCampaignConfiguration',
    summary: 'Make named settings',
    body: wire.configurationDraft,
    response: documented({ 201: wire.configuration }, 403, 422),
  }
  scope.post('/configurations', { onRequest: managingCampaigns, schema }, async (request, reply) => {
    const { name, ...given } = request.body
    const settings = settingsWith(noSettings, given)
    if (isRefused(settings)) return answer(reply, settings)
    return answer(reply, await services.campaigns.plans.create(askOf(request), { name, settings }), 201)
  })
}

function readAndRemove(scope: Scope, { context: { services } }: Api): void {
  const read = {
    tags,
    operationId: 'getCampaignConfiguration',
    summary: 'Read named settings',
    params: wire.idParams,
    response: one,
  }
  scope.get('/configurations/:id', { onRequest: readingCampaigns, schema: read }, async (request, reply) => {
    const id = readConfigurationId(request.params.id)
    const plan = id === undefined ? undefined : await services.campaigns.plans.get(callerOf(request).account, id)
    return plan ? answer(reply, plan) : sendProblem(reply, notFound(what))
  })

  const remove = {
    tags,
    operationId: 'deleteCampaignConfiguration',
    summary: 'Delete named settings that no campaign has but closed ones',
    params: wire.idParams,
    response: documented({}, 403, 404, 409),
  }
  scope.delete('/configurations/:id', { onRequest: managingCampaigns, schema: remove }, async (request, reply) => {
    const id = readConfigurationId(request.params.id)
    const removed = id === undefined ? undefined : await services.campaigns.plans.remove(askOf(request), id)
    if (!removed) return sendProblem(reply, notFound(what))
    return isRefused(removed) ? answer(reply, removed) : reply.code(204).send()
  })
}

/** What is left out stays, by either verb. */
function change(scope: Scope, { context: { services } }: Api): void {
  const { plans } = services.campaigns
  for (const [method, operationId] of [
    ['PUT', 'updateCampaignConfiguration'],
    ['PATCH', 'patchCampaignConfiguration'],
  ] as const) {
    const summary = 'Change named settings; campaigns go by them from their next start on, and what is left out stays'
    const schema = {
      tags,
      operationId,
      summary,
      params: wire.idParams,
      body: wire.configurationChange,
      response: one,
    }
    scope.route({
      method,
      url: '/configurations/:id',
      onRequest: managingCampaigns,
      schema,
      handler: async (request, reply) => {
        const { name, ...given } = request.body
        const id = readConfigurationId(request.params.id)
        if (id === undefined) return sendProblem(reply, notFound(what))
        const changed = await plans.change(askOf(request), id, (present) => {
          const settings = settingsWith(present.settings, given)
          return isRefused(settings) ? settings : { ...(name !== undefined && { name }), settings }
        })
        return answer(reply, changed)
      },
    })
  }
}

function answer(reply: FastifyReply, came: Plan | Refused, status = 200): FastifyReply {
  if (isRefused(came)) return sendProblem(reply, refusedBy(came.refusal, what))
  return sendJson(reply, status, shownConfiguration(came))
}
