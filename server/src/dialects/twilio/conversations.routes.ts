import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Change } from '#domain/conversation/commands.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Rendered } from '#engine/api.ts'
import type { Created, Viewed } from '#services/api.ts'
import { accepted } from './accepted.ts'
import { json, send } from './answering.ts'
import { documented, type Api, type Scope } from './api.ts'
import { callerOf } from './caller.ts'
import { conflictProblem, notFound, renderProblem } from './errors.ts'
import { draftOf, patchedConversation, replacedConversation } from './inward.ts'
import { shownConversation } from './outward.ts'
import type { Filters } from './pages.ts'
import { isPosition } from './positions.ts'
import { acceptedResource, conversationList, conversationResource } from './resources.ts'
import { idOf, statusOf, type WireStatus } from './vocabulary.ts'
import {
  conversationsQuery,
  createConversation,
  idParams,
  patchConversation,
  updateConversation,
  type ConversationsQuery,
} from './wire.ts'

/** `/v2/Conversations` (specification 4.2). */
export function conversationRoutes(scope: Scope, api: Api): void {
  list(scope, api)
  create(scope, api)
  fetch(scope, api)
  write(scope, api)
  remove(scope, api)
}

const tags = ['Conversations']
const one = documented({ 200: conversationResource })

function list(scope: Scope, { answering, pages, context }: Api): void {
  const schema = {
    tags,
    summary: 'List conversations, newest first',
    querystring: conversationsQuery,
    response: documented({ 200: conversationList }),
  }
  scope.get('', { exposeHeadRoute: true, schema }, async (request, reply) => {
    const { account, sid } = callerOf(request).principal
    const { conversations } = context.services
    const listing = pages.read(account, 'conversations', request.query, filtersOf(request.query), isPosition)
    if (isRefused(listing)) return answering.refuse(request, reply, listing.refusal)
    const { status, channelId, addresses, stuck } = listing.filters
    const place = { ...(listing.after && { after: listing.after }), limit: listing.pageSize }
    const question = {
      statuses: ((status ?? []) as readonly WireStatus[]).map((word) => statusOf[word]),
      ...(typeof channelId === 'string' && { channelId }),
      ...(typeof addresses === 'object' && { addresses }),
      ...place,
    }
    const found = await (stuck ? conversations.stuck(account, place) : conversations.list(account, question))
    const items = found.items.map(({ conversation, document }) =>
      shownConversation(conversation, document, sid, conversations.nextTransition(conversation)),
    )
    return send(reply, pages.render(listing, 'conversations', items, found.next))
  })
}

function filtersOf({ status, channelId, addresses, stuck }: ConversationsQuery): Filters {
  return {
    ...(status && status.length > 0 && { status: [...new Set(status)].toSorted() }),
    ...(channelId && { channelId }),
    ...(addresses && { addresses }),
    ...(stuck === 'true' && { stuck }),
  }
}

function create(scope: Scope, api: Api): void {
  const { answering, context } = api
  const schema = {
    tags,
    summary: 'Create a conversation',
    body: createConversation,
    response: documented({ 201: conversationResource }),
  }
  scope.post('', { schema }, async (request, reply) => {
    const id = idOf('configuration', request.body.configurationId)
    if (!id) return answering.refuse(request, reply, notFound(request.body.configurationId).refusal)
    const draft = draftOf(request.body, id)
    const { conversations } = context.services
    return answering.write(request, reply, (ask) => conversations.create(ask, draft), created(api, request), isMade)
  })
}

function isMade(value: Created): boolean {
  return 'created' in value
}

/** 201, or 409 with the conversation that the same parties already have open (N5, D70). */
function created(api: Api, request: FastifyRequest): (value: Created) => Rendered {
  return (value) =>
    'conflict' in value
      ? renderProblem(conflictProblem('conversation', value.conflict, value.message), api.answering.baseUrl(request))
      : json(201, shown(api, request, value.created))
}

function fetch(scope: Scope, api: Api): void {
  const schema = { tags, summary: 'Fetch a conversation', params: idParams, response: one }
  scope.get('/:id', { exposeHeadRoute: true, schema }, async (request, reply) => {
    const id = idOf('conversation', request.params.id)
    const viewed = id && (await api.context.services.conversations.get(callerOf(request).principal.account, id))
    if (!viewed) return api.answering.refuse(request, reply, notFound(request.params.id).refusal)
    return send(reply, json(200, shown(api, request, viewed)))
  })
}

function write(scope: Scope, api: Api): void {
  const given = { tags, params: idParams, response: one }
  const put = { ...given, summary: 'Close a conversation, or set status, name and metadata', body: updateConversation }
  const patch = { ...given, summary: 'Change parts of a conversation', body: patchConversation }
  scope.put('/:id', { schema: put }, (request, reply) =>
    change(api, request, reply, replacedConversation(request.body)),
  )
  scope.patch('/:id', { schema: patch }, (request, reply) =>
    change(api, request, reply, patchedConversation(request.body)),
  )
}

async function change(
  api: Api,
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
  what: Omit<Change, 'type'>,
): Promise<FastifyReply> {
  const id = idOf('conversation', request.params.id)
  if (!id) return api.answering.refuse(request, reply, notFound(request.params.id).refusal)
  const { conversations } = api.context.services
  const render = (viewed: Viewed): Rendered => json(200, shown(api, request, viewed))
  return api.answering.write(request, reply, (ask) => conversations.change(ask, id, what), render)
}

function remove(scope: Scope, { answering, context }: Api): void {
  const schema = {
    tags,
    summary: 'Delete a conversation and all its data',
    params: idParams,
    response: documented({ 202: acceptedResource }),
  }
  scope.delete('/:id', { schema }, async (request, reply) => {
    const id = idOf('conversation', request.params.id)
    if (!id) return answering.refuse(request, reply, notFound(request.params.id).refusal)
    const { conversations } = context.services
    const render = accepted(answering.baseUrl(request))
    return answering.write(request, reply, (ask) => conversations.remove(ask, id), render)
  })
}

type Shown = ReturnType<typeof shownConversation>

function shown({ context }: Api, request: FastifyRequest, { conversation, document }: Viewed): Shown {
  const next = context.services.conversations.nextTransition(conversation)
  return shownConversation(conversation, document, callerOf(request).principal.sid, next)
}
