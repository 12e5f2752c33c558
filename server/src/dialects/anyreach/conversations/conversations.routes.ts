import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SessionView } from '#services/calls/api.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf, needs } from '../credentials/caller.ts'
import { safeConversation, wholeConversation } from './conversation.ts'
import { createConversation, type CreatedConversation, type Wanted } from './creating.ts'
import { documented } from '../documented.ts'
import { foundConversation } from './finding.ts'
import { countOf, limitOf, pageOf, readCursor, tellNext } from '../pages.ts'
import { questionOf } from './question.ts'
import { stampOf } from '../time.ts'
import { conversation, conversations, created, type Conversation } from '../wire/conversations.ts'
import { createConversation as draft, dial, idempotency, idParams, listQuery } from '../wire/requests.ts'

const tags = ['Conversations']

export const readers = ['conversations:read', 'conversations:read_sensitive', 'conversations:manage'] as const

/** `/core/conversations`: creating, listing and reading them (4.1 to 4.3). */
export function conversationRoutes(scope: Scope, api: Api): void {
  create(scope, api)
  dialOut(scope, api)
  list(scope, api)
  get(scope, api)
}

function create(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'createConversation',
    summary: 'Create a conversation',
    description: 'Places a call, opens a text or e-mail session, or makes a token that lets a browser join.',
    headers: idempotency,
    body: draft,
    response: documented({ 200: created, 202: created }, 403, 404, 409, 422),
  }
  scope.post('', { schema, onRequest: needs('conversations:manage') }, (request, reply) =>
    answerCreated(api, request, reply, { body: request.body, key: request.headers['idempotency-key'] }),
  )
}

/** D12: the campaign service's own way to place a call. */
function dialOut(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'dialConversation',
    summary: 'Place a call',
    headers: idempotency,
    body: dial,
    response: documented({ 202: created }, 403, 404, 409, 422),
  }
  scope.post('/dial', { schema, onRequest: needs('conversations:dial') }, (request, reply) =>
    answerCreated(api, request, reply, { body: request.body, key: request.headers['idempotency-key'] }),
  )
}

/** Answers a create with the whole conversation: the caller gave its sensitive columns (D5). */
async function answerCreated(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: Wanted,
): Promise<FastifyReply> {
  const made = await createConversation(api, askOf(request), wanted)
  if ('status' in made) return sendProblem(reply, made)
  if (made.repeated) reply.header('idempotency-replayed', 'true')
  return sendJson(reply, made.view.session.kind === 'telephone' ? 202 : 200, await shownCreated(api, made))
}

/** What a create answers with; of WebRTC with what lets the user in (D3). */
export async function shownCreated({ context }: Api, { view, startingMessage, join }: CreatedConversation) {
  return {
    conversation: await wholeConversation(context.services, view),
    starting_message: startingMessage,
    ...(join && { url: join.url, token: join.token, room_name: join.room, expires_at: stampOf(join.expiresAt) }),
  }
}

/** What the token may see of a conversation (D5, D6). */
export function shownTo({ context }: Api, request: FastifyRequest): (view: SessionView) => Promise<Conversation> {
  const show = callerOf(request).scopes.has('conversations:read_sensitive') ? wholeConversation : safeConversation
  return (view) => show(context.services, view)
}

function list(scope: Scope, api: Api): void {
  const { sessions, clock } = api.context.services
  const schema = {
    tags,
    operationId: 'listConversations',
    summary: 'List conversations',
    description:
      'Newest first, as a bare array. It ends where a page has fewer items than its limit; where very many had to be looked at for one page, ' +
      '`X-Next-Cursor` says that there is more all the same.',
    querystring: listQuery,
    response: documented({ 200: conversations }, 403, 422),
  }
  scope.get('', { schema, onRequest: needs(...readers) }, async (request, reply) => {
    const { account } = callerOf(request)
    const { cursor, limit: _limit, count, ...filters } = request.query
    const question = questionOf({ sessions, clock }, filters)
    if (question && 'status' in question) return sendProblem(reply, question)
    const after = cursor === undefined ? undefined : await readCursor(sessions, account, cursor)
    if (after && 'status' in after) return sendProblem(reply, after)
    const asked = { after, limit: limitOf(request.query) }
    const { views, next } = question ? await pageOf(sessions, account, question, asked) : { views: [] }
    if (count === 'true') {
      const total = question ? await countOf(sessions, account, question) : 0
      if (total !== undefined) reply.header('x-total-count', total)
    }
    tellNext(reply, request, next, api.context.baseUrl(request))
    const show = shownTo(api, request)
    const shown: Conversation[] = []
    for (let i = 0; i < views.length; i += shownAtOnce)
      shown.push(...(await Promise.all(views.slice(i, i + shownAtOnce).map(show))))
    return sendJson(reply, 200, shown)
  })
}

const shownAtOnce = 20

function get(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'getConversation',
    summary: 'Get a conversation',
    params: idParams,
    response: documented({ 200: conversation }, 403, 404),
  }
  scope.get('/:conversation_id', { schema, onRequest: needs(...readers) }, async (request, reply) => {
    const view = await foundConversation(api, request, request.params.conversation_id)
    return sendJson(reply, 200, await shownTo(api, request)(view))
  })
}
