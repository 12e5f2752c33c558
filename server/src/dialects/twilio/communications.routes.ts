import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Rendered } from '#engine/api.ts'
import type { Said } from '#services/api.ts'
import { json, send } from './answering.ts'
import { documented, type Api, type Scope } from './api.ts'
import { callerOf } from './caller.ts'
import { notFound } from './errors.ts'
import { wordsOf } from './inward.ts'
import { shownCommunication } from './outward.ts'
import { isNumber } from './positions.ts'
import { communicationList, communicationResource, type CommunicationResource } from './resources.ts'
import { idOf } from './vocabulary.ts'
import { communicationsQuery, conversationParams, createCommunication, memberParams } from './wire.ts'

/** `/v2/Conversations/{conversationId}/Communications` (specification 4.4). Recording something never sends it. */
export function communicationRoutes(scope: Scope, api: Api): void {
  list(scope, api)
  record(scope, api)
  fetch(scope, api)
}

const tags = ['Communications']
const all = '/:conversationId/Communications'
const each = '/:conversationId/Communications/:id'

function list(scope: Scope, { answering, pages, context }: Api): void {
  const schema = {
    tags,
    summary: 'List what was said, oldest first',
    params: conversationParams,
    querystring: communicationsQuery,
    response: documented({ 200: communicationList }),
  }
  scope.get(all, { exposeHeadRoute: true, schema }, async (request, reply) => {
    const { account, sid } = callerOf(request).principal
    const { channelId } = request.query
    const id = idOf('conversation', request.params.conversationId)
    const unknown = notFound(request.params.conversationId).refusal
    if (!id) return answering.refuse(request, reply, unknown)
    const asked = { ...(channelId && { channelId }) }
    const listing = pages.read(account, `communications ${id}`, request.query, asked, isNumber)
    if (isRefused(listing)) return answering.refuse(request, reply, listing.refusal)
    const filter = listing.filters['channelId']
    const page = await context.services.conversations.communications(account, id, {
      ...(typeof filter === 'string' && { channelId: filter }),
      after: listing.after ?? 0,
      limit: listing.pageSize,
    })
    if (!page) return answering.refuse(request, reply, unknown)
    const shown = page.items.map((said) => shownSaid(said, sid))
    return send(reply, pages.render(listing, 'communications', shown, page.next))
  })
}

function record(scope: Scope, { answering, context }: Api): void {
  const schema = {
    tags,
    summary: 'Record something said; with a resourceId that was used before: update it',
    params: conversationParams,
    body: createCommunication,
    response: documented({ 200: communicationResource, 201: communicationResource }),
  }
  scope.post(all, { schema }, async (request, reply) => {
    const { sid } = callerOf(request).principal
    const id = idOf('conversation', request.params.conversationId)
    if (!id) return answering.refuse(request, reply, notFound(request.params.conversationId).refusal)
    const words = wordsOf(request.body)
    if (isRefused(words)) return answering.refuse(request, reply, words.refusal)
    const { conversations } = context.services
    const render = (said: Said): Rendered => json(said.updated ? 200 : 201, shownSaid(said, sid)) // D39
    return answering.write(request, reply, (ask) => conversations.say(ask, id, words), render)
  })
}

function fetch(scope: Scope, { answering, context }: Api): void {
  const schema = {
    tags,
    summary: 'Fetch one thing said',
    params: memberParams,
    response: documented({ 200: communicationResource }),
  }
  scope.get(each, { exposeHeadRoute: true, schema }, async (request, reply) => {
    const { account, sid } = callerOf(request).principal
    const conversation = idOf('conversation', request.params.conversationId)
    const id = idOf('communication', request.params.id)
    const said = conversation && id && (await context.services.conversations.communication(account, conversation, id))
    if (!said) return answering.refuse(request, reply, notFound(request.params.id).refusal)
    return send(reply, json(200, shownSaid(said, sid)))
  })
}

function shownSaid({ communication, id, conversationId }: Said, sid: string): CommunicationResource {
  return shownCommunication(communication, id, conversationId, sid)
}
