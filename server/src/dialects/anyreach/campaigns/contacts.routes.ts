import { isRefused } from '#domain/vocabulary/refusal.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf } from '../credentials/caller.ts'
import { managingCampaigns, readingCampaigns } from './campaigns.routes.ts'
import { readCampaignId, refusedBy, shownContact, statWord } from './campaigns.ts'
import { documented } from '../documented.ts'
import { notFound } from '../errors.ts'
import { limits } from '../limits.ts'
import * as wire from '../wire/campaigns.ts'

const tags = ['Campaigns']

/** `/campaign/campaigns/{id}/contacts` and `…/stats`: whom a campaign calls, and how far it is. */
export function contactRoutes(scope: Scope, { context: { services } }: Api): void {
  const { campaigns } = services

  const upsert = {
    tags,
    operationId: 'upsertCampaignContacts',
    summary: 'Add contacts, or change those of these numbers; all of them or none',
    params: wire.idParams,
    body: wire.contactsDraft,
    response: documented({ 200: wire.upserted }, 400, 403, 404, 422),
  }
  scope.post('/campaigns/:id/contacts', { onRequest: managingCampaigns, schema: upsert }, async (request, reply) => {
    const id = readCampaignId(request.params.id)
    if (id === undefined) return sendProblem(reply, notFound('Campaign'))
    const contacts = request.body.contacts.map(({ phone_number, name, variables }) => ({
      number: phone_number,
      ...(name !== undefined && { name }),
      ...(variables && { data: variables }),
    }))
    const done = await campaigns.upsert(askOf(request), id, contacts)
    if (isRefused(done)) return sendProblem(reply, refusedBy(done.refusal, 'Campaign'))
    const { added, changed, campaign } = done
    return sendJson(reply, 200, { created: added, updated: changed, total: campaign.contacts })
  })

  const list = {
    tags,
    operationId: 'listCampaignContacts',
    summary: 'List contacts in the order in which they came',
    params: wire.idParams,
    querystring: wire.contactsQuery,
    response: documented({ 200: wire.contactPage }, 403, 404, 422),
  }
  scope.get('/campaigns/:id/contacts', { onRequest: readingCampaigns, schema: list }, async (request, reply) => {
    const { limit, offset: skip } = request.query
    const id = readCampaignId(request.params.id)
    const asked = { skip, limit: Math.min(limit, limits.pageMost) }
    const page = id === undefined ? undefined : await campaigns.contacts(callerOf(request).account, id, asked)
    if (!page) return sendProblem(reply, notFound('Campaign'))
    return sendJson(reply, 200, { items: page.items.map(shownContact), total: page.total })
  })

  const stats = {
    tags,
    operationId: 'getCampaignStats',
    summary: 'Count contacts by the status of their conversation',
    params: wire.idParams,
    response: documented({ 200: wire.stats }, 403, 404),
  }
  scope.get('/campaigns/:id/stats', { onRequest: readingCampaigns, schema: stats }, async (request, reply) => {
    const id = readCampaignId(request.params.id)
    const counted = id === undefined ? undefined : await campaigns.count(callerOf(request).account, id, statWord)
    if (!counted) return sendProblem(reply, notFound('Campaign'))
    const { pending = 0, deleted = 0, ...statuses } = Object.fromEntries(counted.counts)
    return sendJson(reply, 200, { total: counted.total, pending, deleted, statuses })
  })
}
