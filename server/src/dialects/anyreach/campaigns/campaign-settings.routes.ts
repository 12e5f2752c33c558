import { isRefused } from '#domain/vocabulary/refusal.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { callerOf, needs } from '../credentials/caller.ts'
import { readingCampaigns } from './campaigns.routes.ts'
import { documented } from '../documented.ts'
import { problemOf } from '../errors.ts'
import { organizationId } from '../credentials/keys.ts'
import * as wire from '../wire/campaigns.ts'
import { zones } from './zones.ts'

const tags = ['Campaigns']

/** `/campaign/timezones`: the IANA names that settings may give. */
export function timezoneRoutes(scope: Scope): void {
  const schema = {
    tags,
    operationId: 'listCampaignTimezones',
    summary: 'List time zones by their IANA names',
    description: 'Those of today; where a zone was renamed, the old name as well.',
    response: documented({ 200: wire.timezones }, 403),
  }
  scope.get('/timezones', { onRequest: readingCampaigns, schema }, (_request, reply) => sendJson(reply, 200, zones))
}

/** `/campaign/concurrency-settings`: how many calls the organization wishes to make at once, whoever orders them. */
export function concurrencyRoutes(scope: Scope, { context: { services } }: Api): void {
  const { accounts, sessions } = services
  const answer = documented({ 200: wire.concurrency }, 403, 422)

  async function shown(account: string) {
    const [owner, { limit, held, waiting }] = await Promise.all([accounts.get(account), sessions.slots(account)])
    return {
      organization_id: organizationId(account),
      concurrency_limit: owner?.limits.wantedSlots ?? limit,
      effective_limit: limit,
      global_concurrency_limit: null,
      in_use: held.length,
      waiting,
    }
  }

  const read = { tags, operationId: 'getConcurrencySettings', summary: 'Read how many calls may be made at once' }
  scope.get(
    '/concurrency-settings',
    { onRequest: needs('concurrency:read', 'concurrency:manage'), schema: { ...read, response: answer } },
    async (request, reply) => sendJson(reply, 200, await shown(callerOf(request).account)),
  )

  const change = { tags, operationId: 'updateConcurrencySettings', summary: 'Set how many calls may be made at once' }
  scope.put(
    '/concurrency-settings',
    { onRequest: needs('concurrency:manage'), schema: { ...change, body: wire.concurrencyChange, response: answer } },
    async (request, reply) => {
      const { account, by } = callerOf(request)
      // What the operator allows stays theirs.
      const changed = await accounts.change(account, by, { limits: { wantedSlots: request.body.concurrency_limit } })
      if (isRefused(changed)) return sendProblem(reply, problemOf(changed.refusal))
      return sendJson(reply, 200, await shown(account))
    },
  )
}
