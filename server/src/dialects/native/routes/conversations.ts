import type { Position, Viewed } from '#services/api.ts'
import { missing } from '../errors.ts'
import { idOf, questionOf } from '../inward.ts'
import { rendered } from '../once.ts'
import { showConversation, showParticipant } from '../outward.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import { showId } from '../vocabulary.ts'
import * as wire from '../wire.ts'

const tags = ['Conversations']

function shown({ context }: Native) {
  const { conversations } = context.services
  return (viewed: Viewed) => showConversation(viewed, (conversation) => conversations.nextTransition(conversation))
}

/** Lists of conversations. */
export function conversationListRoutes(app: Scope, native: Native): void {
  const { context, cursors, principal } = native
  const { conversations } = context.services
  const show = shown(native)

  app.get(
    '/conversations',
    {
      schema: {
        tags,
        summary: 'List conversations, newest first',
        querystring: wire.conversationsQuery,
        response: ok(wire.conversations),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const { cursor, limit, ...filters } = request.query
      const place = cursor === undefined ? undefined : cursors.read<Position>('conversations', account, filters, cursor)
      const asked = { ...filters, ...place?.filters }
      const { items, next } = await conversations.list(account, {
        ...questionOf(asked),
        ...(place && { after: place.position }),
        limit,
      })
      return {
        conversations: items.map(show),
        next: next ? cursors.write('conversations', account, asked, next) : null,
      }
    },
  )

  app.get(
    '/conversations/stuck',
    {
      schema: {
        tags,
        summary: 'List open conversations that only the three-year limit will end',
        querystring: wire.pageQuery,
        response: ok(wire.conversations),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const { cursor, limit } = request.query
      const place = cursor === undefined ? undefined : cursors.read<Position>('stuck', account, {}, cursor)
      const { items, next } = await conversations.stuck(account, { ...(place && { after: place.position }), limit })
      return { conversations: items.map(show), next: next ? cursors.write('stuck', account, {}, next) : null }
    },
  )
}

/** One conversation: reading, changing and deleting it. */
export function conversationRoutes(app: Scope, native: Native): void {
  const { context, principal } = native
  const { conversations } = context.services
  const show = shown(native)

  app.get(
    '/conversations/:id',
    {
      schema: {
        tags,
        summary: 'Read a conversation, with what time will bring',
        params: wire.idParams,
        response: ok(wire.conversation),
      },
    },
    async (request) => {
      const viewed = await conversations.get(principal(request).account, idOf('conversation', request.params.id))
      return viewed ? show(viewed) : missing('conversation', request.params.id)
    },
  )

  app.patch(
    '/conversations/:id',
    {
      schema: {
        tags,
        summary: 'Close, pause or reopen a conversation; change its name or metadata',
        params: wire.idParams,
        body: wire.conversationChange,
        response: ok(wire.conversation),
      },
    },
    async (request, reply) => {
      const id = idOf('conversation', request.params.id)
      const { status, name, metadata } = request.body
      const change = {
        ...(status !== undefined && { status }),
        ...(name !== undefined && { name }),
        ...(metadata !== undefined && { mergeMetadata: metadata }),
      }
      return native.write<Viewed>(
        request,
        reply,
        (viewed) => rendered(200, show(viewed)),
        (ask) => conversations.change(ask, id, change),
      )
    },
  )

  app.delete(
    '/conversations/:id',
    {
      schema: {
        tags,
        summary: 'Delete a conversation and all that was said in it',
        params: wire.idParams,
        response: ok(wire.deleted),
      },
    },
    async (request, reply) => {
      const id = idOf('conversation', request.params.id)
      return native.write(
        request,
        reply,
        () => rendered(200, { id: showId('conversation', id), deleted: true }),
        (ask) => conversations.remove(ask, id),
      )
    },
  )
}

/** Who takes part in a conversation. */
export function participantRoutes(app: Scope, { context, principal }: Native): void {
  const { conversations } = context.services

  app.get(
    '/conversations/:id/participants',
    { schema: { tags, summary: 'List who takes part', params: wire.idParams, response: ok(wire.participants) } },
    async (request) => {
      const viewed = await conversations.get(principal(request).account, idOf('conversation', request.params.id))
      return viewed
        ? { participants: viewed.conversation.participants.map(showParticipant) }
        : missing('conversation', request.params.id)
    },
  )
}
