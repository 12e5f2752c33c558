import { isDeepStrictEqual } from 'node:util'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SessionView } from '#services/calls/api.ts'
import type { Admission } from '#services/rooms/api.ts'
import { sendArray, sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf, needs } from '../credentials/caller.ts'
import { safeConversation, wholeConversation } from './conversation.ts'
import { createConversation, type CreatedConversation, type Wanted } from './creating.ts'
import { documented } from '../documented.ts'
import { plain, type Problem } from '../errors.ts'
import { foundConversation } from './finding.ts'
import { limits } from '../limits.ts'
import { countOf, limitOf, pageOf, positionOf, readCursor, tellNext } from '../pages.ts'
import { questionOf } from './question.ts'
import { shownWithin } from './sized.ts'
import { stampOf } from '../time.ts'
import { activeStatuses, statusOf } from '../vocabulary.ts'
import {
  conversation,
  conversations,
  created,
  type Conversation,
  type WholeConversation,
} from '../wire/conversations.ts'
import { createConversation as draft, dial, idempotency, idParams, listQuery, type Filters } from '../wire/requests.ts'

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

/** Answers a create with the whole conversation: the caller gave its sensitive columns, as long as nothing has become of it (D5, D6). */
async function answerCreated(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: Wanted,
): Promise<FastifyReply> {
  const made = await createConversation(api, askOf(request), wanted)
  if ('status' in made) return sendProblem(reply, made)
  if (made.repeated) reply.header('idempotency-replayed', 'true')
  const shown = await shownCreated(api, made)
  const isHidden = made.repeated && !callerOf(request).scopes.has('conversations:read_sensitive')
  const answer = isHidden ? { ...shown, conversation: asGiven(shown.conversation, wanted) } : shown
  return sendJson(reply, made.view.session.kind === 'telephone' ? 202 : 200, answer)
}

/** A conversation that was there already, with nothing hidden but what the caller says as well. */
function asGiven(whole: WholeConversation, { body }: Wanted): Conversation {
  const { summary: _, conversation: __, recording_details: ___, initial_context, custom_metadata, ...safe } = whole
  const given = { context: body.initial_context ?? null, metadata: body.custom_metadata ?? {} }
  return {
    ...safe,
    ...(initial_context === given.context && { initial_context }),
    ...(isDeepStrictEqual(custom_metadata, given.metadata) && { custom_metadata }),
  }
}

/** What a create answers with; of WebRTC with what lets the user in, as long as there is a room (D3). */
export async function shownCreated({ context }: Api, { view, startingMessage, join }: CreatedConversation) {
  return {
    conversation: await wholeConversation(context.services, view),
    starting_message: startingMessage,
    ...(join && shownJoin(join, activeStatuses.has(statusOf(view.session)))),
  }
}

function shownJoin({ url, token, room, expiresAt }: Admission, isOpen: boolean) {
  const seat = isOpen ? { url, token, expires_at: stampOf(expiresAt) } : { url: null, token: null, expires_at: null }
  return { ...seat, room_name: room }
}

/** Whether somebody could be told, by filters, what they may not see (D5). */
export function hiddenFilter(request: FastifyRequest, filters: Filters): Problem | undefined {
  const isHidden =
    filters.custom_metadata !== undefined && !callerOf(request).scopes.has('conversations:read_sensitive')
  return isHidden ? hidden : undefined
}

const hidden = plain(
  403,
  'This token does not see custom_metadata: to filter by it, it needs conversations:read_sensitive.',
)

/** What the token may see of a conversation (D5, D6). */
export function shownTo({ context }: Api, request: FastifyRequest): (view: SessionView) => Promise<Conversation> {
  const show = isSensitive(request) ? wholeConversation : safeConversation
  return (view) => show(context.services, view)
}

function isSensitive(request: FastifyRequest): boolean {
  return callerOf(request).scopes.has('conversations:read_sensitive')
}

function list(scope: Scope, api: Api): void {
  const { sessions, clock } = api.context.services
  const schema = {
    tags,
    operationId: 'listConversations',
    summary: 'List conversations',
    description:
      'Newest first, as a bare array. It ends where a page has fewer items than its limit; where very many had to be looked at for one page, ' +
      'or it would have more than 16 MiB, `X-Next-Cursor` says that there is more all the same.',
    querystring: listQuery,
    response: documented({ 200: conversations }, 403, 422),
  }
  scope.get('', { schema, onRequest: needs(...readers) }, async (request, reply) => {
    const { account } = callerOf(request)
    const { cursor, limit: _limit, count, ...filters } = request.query
    const question = hiddenFilter(request, filters) ?? questionOf({ sessions, clock }, filters)
    if (question && 'status' in question) return sendProblem(reply, question)
    const after = cursor === undefined ? undefined : await readCursor(sessions, account, cursor)
    if (after && 'status' in after) return sendProblem(reply, after)
    const asked = { after, limit: limitOf(request.query) }
    const { views, next } = question ? await pageOf(sessions, account, question, asked) : { views: [] }
    if (count === 'true') {
      const total = question ? await countOf(sessions, account, question) : 0
      if (total !== undefined) reply.header('x-total-count', total)
    }
    const atOnce = isSensitive(request) ? wholeAtOnce : safeAtOnce
    const texts = await shownWithin(views, shownTo(api, request), { atOnce, most: limits.pageBytes })
    const last = texts.length < views.length ? views[texts.length - 1] : undefined
    tellNext(reply, request, last ? positionOf(last) : next, api.context.baseUrl(request))
    return sendArray(reply, texts)
  })
}

/** Whole ones come with all that was said. */
const wholeAtOnce = 5
const safeAtOnce = 20

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
