import type { Position, Viewed } from '#services/api.ts'
import type { Recorded } from '#engine/api.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import { missing } from '../errors.ts'
import { conversationData } from '../events.ts'
import { idOf, questionOf } from '../inward.ts'
import { rendered } from '../once.ts'
import { showConfiguration, showConversation, showParticipant, showSaid } from '../outward.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import { readId, showEventId, showId, showInstant } from '../vocabulary.ts'
import * as wire from '../wire.ts'

const tags = ['Conversations']

export function conversationRoutes(app: Scope, native: Native): void {
  const { context, cursors, principal } = native
  const { conversations } = context.services
  const show = (viewed: Viewed) => showConversation(viewed, conversations.nextTransition)

  app.get('/conversations', { schema: { tags, summary: 'List conversations, newest first', querystring: wire.conversationsQuery, response: ok(wire.conversations) } }, async (request) => {
    const { account } = principal(request)
    const { cursor, limit, ...filters } = request.query
    const place = cursor === undefined ? undefined : cursors.read<Position>('conversations', account, filters, cursor)
    const asked = { ...filters, ...place?.filters }
    const { items, next } = await conversations.list(account, { ...questionOf(asked), ...(place && { after: place.position }), limit })
    return { conversations: items.map(show), next: next ? cursors.write('conversations', account, asked, next) : null }
  })

  app.get('/conversations/stuck', { schema: { tags, summary: 'List open conversations that only the three-year limit will end', querystring: wire.pageQuery, response: ok(wire.conversations) } }, async (request) => {
    const { account } = principal(request)
    const { cursor, limit } = request.query
    const place = cursor === undefined ? undefined : cursors.read<Position>('stuck', account, {}, cursor)
    const { items, next } = await conversations.stuck(account, { ...(place && { after: place.position }), limit })
    return { conversations: items.map(show), next: next ? cursors.write('stuck', account, {}, next) : null }
  })

  app.get('/conversations/:id', { schema: { tags, summary: 'Read a conversation, with what time will bring', params: wire.idParams, response: ok(wire.conversation) } }, async (request) => {
    const viewed = await conversations.get(principal(request).account, idOf('conversation', request.params.id))
    return viewed ? show(viewed) : missing('conversation', request.params.id)
  })

  app.patch('/conversations/:id', { schema: { tags, summary: 'Close, pause or reopen a conversation; change its name or metadata', params: wire.idParams, body: wire.conversationChange, response: ok(wire.conversation) } }, async (request, reply) => {
    const id = idOf('conversation', request.params.id)
    const { status, name, metadata } = request.body
    const change = {
      ...(status !== undefined && { status }),
      ...(name !== undefined && { name }),
      ...(metadata !== undefined && { mergeMetadata: metadata }),
    }
    return native.write<Viewed>(request, reply, (viewed) => rendered(200, show(viewed)), (ask) => conversations.change(ask, id, change))
  })

  app.delete('/conversations/:id', { schema: { tags, summary: 'Delete a conversation and all that was said in it', params: wire.idParams, response: ok(wire.deleted) } }, async (request, reply) => {
    const id = idOf('conversation', request.params.id)
    return native.write(request, reply, () => rendered(200, { id: showId('conversation', id), deleted: true }), (ask) => conversations.remove(ask, id))
  })

  app.get('/conversations/:id/participants', { schema: { tags, summary: 'List who takes part', params: wire.idParams, response: ok(wire.participants) } }, async (request) => {
    const viewed = await conversations.get(principal(request).account, idOf('conversation', request.params.id))
    return viewed ? { participants: viewed.conversation.participants.map(showParticipant) } : missing('conversation', request.params.id)
  })
}

/** What grows in a conversation: what was said, and what happened to it. */
export function conversationPartRoutes(app: Scope, { context, cursors, principal }: Native): void {
  const { conversations } = context.services

  app.get('/conversations/:id/communications', { schema: { tags, summary: 'List what was said, oldest first', params: wire.idParams, querystring: wire.communicationsQuery, response: ok(wire.communications) } }, async (request) => {
    const { account } = principal(request)
    const id = idOf('conversation', request.params.id)
    const { cursor, limit, ...filters } = request.query
    const kind = `communications ${id}`
    const place = cursor === undefined ? { position: 0, filters } : cursors.read<number>(kind, account, filters, cursor)
    const channelId = place.filters['channelId']
    const page = await conversations.communications(account, id, { ...(typeof channelId === 'string' && { channelId }), after: place.position, limit })
    if (page === undefined) return missing('conversation', request.params.id)
    const next = page.next === undefined ? null : cursors.write(kind, account, place.filters, page.next)
    return { communications: page.items.map(showSaid), next }
  })

  app.get('/conversations/:id/communications/:communicationId', { schema: { tags, summary: 'Read one communication', params: wire.communicationParams, response: ok(wire.communication) } }, async (request) => {
    const { id, communicationId } = request.params
    const part = readId('communication', communicationId)
    const said = part && (await conversations.communication(principal(request).account, idOf('conversation', id), part))
    return said ? showSaid(said) : missing('communication', communicationId)
  })

  app.get('/conversations/:id/timeline', { schema: { tags, summary: 'What happened to it and why, late reports too', params: wire.idParams, querystring: wire.pageQuery, response: ok(wire.timeline) } }, async (request) => {
    const { account } = principal(request)
    const id = idOf('conversation', request.params.id)
    const { cursor, limit } = request.query
    const kind = `timeline ${id}`
    const after = cursor === undefined ? 0 : cursors.read<number>(kind, account, {}, cursor).position
    const page = await conversations.timeline(account, id, { after, limit })
    if (page === undefined) return missing('conversation', request.params.id)
    return { timeline: page.items.map(showEntry), next: page.next === undefined ? null : cursors.write(kind, account, {}, page.next) }
  })
}

function showEntry(recorded: Recorded<ConversationEvent>) {
  const { event } = recorded
  const { from, to, by, because, ...data } = conversationData(recorded) as { from?: 'active'; to?: 'active'; by?: string; because?: string }
  return {
    id: showEventId(recorded.id),
    type: event.type,
    at: showInstant(event.at),
    recordedAt: showInstant(recorded.recordedAt),
    ...(to !== undefined && { from: from ?? null, to }),
    ...(by !== undefined && { by }),
    ...(because !== undefined && { because }),
    refused: event.type === 'late.refused',
    data,
  }
}

export function configurationRoutes(app: Scope, { context, cursors, principal }: Native): void {
  const { configurations } = context.services
  const about = ['Configurations']

  app.get('/configurations', { schema: { tags: about, summary: 'List configurations, newest first', querystring: wire.pageQuery, response: ok(wire.configurations) } }, async (request) => {
    const { account } = principal(request)
    const { cursor, limit } = request.query
    const place = cursor === undefined ? undefined : cursors.read<Position>('configurations', account, {}, cursor)
    const { items, next } = await configurations.list(account, { ...(place && { after: place.position }), limit })
    return { configurations: items.map(showConfiguration), next: next ? cursors.write('configurations', account, {}, next) : null }
  })

  app.get('/configurations/:id', { schema: { tags: about, summary: 'Read a configuration', params: wire.idParams, response: ok(wire.configuration) } }, async (request) => {
    const found = await configurations.get(principal(request).account, idOf('configuration', request.params.id))
    return found ? showConfiguration(found) : missing('configuration', request.params.id)
  })
}
