import type { FastifyRequest } from 'fastify'
import type { Participant } from '#domain/conversation/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Rendered } from '#engine/api.ts'
import type { ParticipantIn, Position } from '#services/api.ts'
import { json, send } from './answering.ts'
import { documented, type Api, type Scope } from './api.ts'
import { callerOf } from './caller.ts'
import { notFound } from './errors.ts'
import { newParticipant, replacedParticipant } from './inward.ts'
import { shownParticipant } from './outward.ts'
import { isPosition } from './positions.ts'
import { participantList, participantResource } from './resources.ts'
import { idOf } from './vocabulary.ts'
import { conversationParams, createParticipant, memberParams, pageQuery, updateParticipant } from './wire.ts'

/** `/v2/Conversations/{conversationId}/Participants` (specification 4.3). */
export function participantRoutes(scope: Scope, api: Api): void {
  list(scope, api)
  add(scope, api)
  fetch(scope, api)
  replace(scope, api)
  remove(scope, api)
}

const tags = ['Participants']
const all = '/:conversationId/Participants'
const each = '/:conversationId/Participants/:id'

function list(scope: Scope, { answering, pages, context }: Api): void {
  const schema = {
    tags,
    summary: 'List the participants of a conversation, oldest first',
    params: conversationParams,
    querystring: pageQuery,
    response: documented({ 200: participantList }),
  }
  scope.get(all, { exposeHeadRoute: true, schema }, async (request, reply) => {
    const { account, sid } = callerOf(request).principal
    const id = idOf('conversation', request.params.conversationId)
    const viewed = id && (await context.services.conversations.get(account, id))
    if (!viewed) return answering.refuse(request, reply, notFound(request.params.conversationId).refusal)
    const listing = pages.read(account, `participants ${id}`, request.query, {}, isPosition)
    if (isRefused(listing)) return answering.refuse(request, reply, listing.refusal)
    const { items, next } = pageOf(viewed.conversation.participants, listing.after, listing.pageSize)
    const shown = items.map((participant) => shownParticipant(participant, id, sid))
    return send(reply, pages.render(listing, 'participants', shown, next))
  })
}

function add(scope: Scope, { answering, context }: Api): void {
  const schema = {
    tags,
    summary: 'Add a participant',
    params: conversationParams,
    body: createParticipant,
    response: documented({ 201: participantResource }),
  }
  scope.post(all, { schema }, async (request, reply) => {
    const id = idOf('conversation', request.params.conversationId)
    if (!id) return answering.refuse(request, reply, notFound(request.params.conversationId).refusal)
    const draft = newParticipant(request.body)
    const { conversations } = context.services
    return answering.write(
      request,
      reply,
      (ask) => conversations.addParticipant(ask, id, draft),
      rendered(request, 201),
    )
  })
}

function fetch(scope: Scope, { answering, context }: Api): void {
  const schema = {
    tags,
    summary: 'Fetch a participant',
    params: memberParams,
    response: documented({ 200: participantResource }),
  }
  scope.get(each, { exposeHeadRoute: true, schema }, async (request, reply) => {
    const { account, sid } = callerOf(request).principal
    const { conversation, member } = idsOf(request.params)
    const viewed = conversation && (await context.services.conversations.get(account, conversation))
    const participant = viewed && viewed.conversation.participants.find(({ id }) => id === member)
    if (!participant) return answering.refuse(request, reply, notFound(request.params.id).refusal)
    return send(reply, json(200, shownParticipant(participant, viewed.conversation.id, sid)))
  })
}

function replace(scope: Scope, { answering, context }: Api): void {
  const schema = {
    tags,
    summary: 'Replace a participant: what is left out is cleared',
    params: memberParams,
    body: updateParticipant,
    response: documented({ 200: participantResource }),
  }
  scope.put(each, { schema }, async (request, reply) => {
    const { conversation, member } = idsOf(request.params)
    if (!conversation || !member) return answering.refuse(request, reply, notFound(request.params.id).refusal)
    const replacement = replacedParticipant(member, request.body)
    const { conversations } = context.services
    return answering.write(
      request,
      reply,
      (ask) => conversations.replaceParticipant(ask, conversation, replacement),
      rendered(request, 200),
    )
  })
}

// X3: missing at the vendor, although the event for it exists.
function remove(scope: Scope, { answering, context }: Api): void {
  const schema = {
    tags,
    summary: 'Remove a participant; what they said stays (an extension)',
    params: memberParams,
    response: documented({ 202: participantResource }),
  }
  scope.delete(each, { schema }, async (request, reply) => {
    const { conversation, member } = idsOf(request.params)
    if (!conversation || !member) return answering.refuse(request, reply, notFound(request.params.id).refusal)
    const { conversations } = context.services
    return answering.write(
      request,
      reply,
      (ask) => conversations.removeParticipant(ask, conversation, member),
      rendered(request, 202),
    )
  })
}

function idsOf(params: { conversationId: string; id: string }): {
  conversation: Id | undefined
  member: Id | undefined
} {
  return { conversation: idOf('conversation', params.conversationId), member: idOf('participant', params.id) }
}

function rendered(request: FastifyRequest, status: number): (value: ParticipantIn) => Rendered {
  const { sid } = callerOf(request).principal
  return ({ participant, conversation }) => json(status, shownParticipant(participant, conversation.id, sid))
}

interface ParticipantPage {
  readonly items: readonly Participant[]
  readonly next?: Position
}

/** Oldest first, ties by id: the order does not change under whoever pages through it. */
export function pageOf(all: readonly Participant[], after: Position | undefined, limit: number): ParticipantPage {
  const beyond = (one: Participant, at: Position): boolean =>
    one.createdAt > Number(at.sort) || (one.createdAt === at.sort && one.id > at.id)
  const ordered = all.toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))
  const rest = after ? ordered.filter((one) => beyond(one, after)) : ordered
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return rest.length > limit && last ? { items, next: { sort: last.createdAt, id: last.id } } : { items }
}
