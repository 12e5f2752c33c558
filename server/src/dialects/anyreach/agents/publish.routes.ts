import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf, needs } from '../credentials/caller.ts'
import { documented } from '../documented.ts'
import { notFound } from '../errors.ts'
import { sendRefusal } from '../outcomes.ts'
import { readPublishing } from './publishing.ts'
import { shownSlots, shownVersion } from './shown-versions.ts'
import { agentAsked, versionAsked } from './versions.routes.ts'
import { numberOf, versionOf } from './versions.ts'
import * as wire from '../wire/agents.ts'

/** `POST …/versions/{version}/publish`: conversations that begin from then on talk by it; the others keep theirs. */
export function publishRoutes(scope: Scope, api: Api): void {
  const { services } = api.context
  const schema = {
    tags: ['Agents'],
    operationId: 'publishAgentVersion',
    summary: 'Publish a version, and give it to numbers; one that is published already is only given to numbers',
    params: wire.versionParams,
    body: wire.publishing,
    response: documented({ 200: wire.published }, 403, 404, 422),
  }
  scope.post(
    '/:id/versions/:version/publish',
    { onRequest: needs('agents:manage'), schema },
    async (request, reply) => {
      const { account } = callerOf(request)
      const view = await agentAsked(api, request, request.params.id)
      const version = await versionAsked(api, view, request.params.version)
      const asked = await readPublishing(api, account, version, request.body)
      if ('status' in asked) return sendProblem(reply, asked)
      const outcome = await services.drafts.publish(askOf(request), asked)
      if (outcome.refusal) return sendRefusal(reply, outcome.refusal, 'Agent version')
      const published = await versionOf(api, account, view.agent.id, numberOf(version))
      if (!published) return sendProblem(reply, notFound('Agent version'))
      const ids = new Set([...asked.assign, ...asked.unassign])
      const numbers = (await services.numbers.list(account)).filter(({ id }) => ids.has(id))
      const slots = await Promise.all(numbers.map((number) => shownSlots(api, number)))
      return sendJson(reply, 200, { ...shownVersion(published), phone_numbers: slots })
    },
  )
}
