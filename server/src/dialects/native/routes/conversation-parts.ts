import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Recorded } from '#engine/api.ts'
import { missing } from '../errors.ts'
import { conversationData } from '../events.ts'
import { idOf } from '../inward.ts'
import { showSaid } from '../outward.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import { readId, showEventId, showInstant } from '../vocabulary.ts'
import * as wire from '../wire.ts'

const tags = ['Conversations']

/** What was said in a conversation. */
export function communicationRoutes(app: Scope, { context, cursors, principal }: Native): void {
  const { conversations } = context.services

  app.get(
    '/conversations/:id/communications',
    {
      schema: {
        tags,
        summary: 'List what was said, oldest first',
        params: wire.idParams,
        querystring: wire.communicationsQuery,
        response: ok(wire.communications),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const id = idOf('conversation', request.params.id)
      const { cursor, limit, ...filters } = request.query
      const kind = `communications ${id}`
      const place =
        cursor === undefined ? { position: 0, filters } : cursors.read<number>(kind, account, filters, cursor)
      const channelId = place.filters['channelId']
      const page = await conversations.communications(account, id, {
        ...(typeof channelId === 'string' && { channelId }),
        after: place.position,
        limit,
      })
      if (page === undefined) return missing('conversation', request.params.id)
      const next = page.next === undefined ? null : cursors.write(kind, account, place.filters, page.next)
      return { communications: page.items.map(showSaid), next }
    },
  )

  app.get(
    '/conversations/:id/communications/:communicationId',
    {
      schema: {
        tags,
        summary: 'Read one communication',
        params: wire.communicationParams,
        response: ok(wire.communication),
      },
    },
    async (request) => {
      const { id, communicationId } = request.params
      const part = readId('communication', communicationId)
      const said =
        part && (await conversations.communication(principal(request).account, idOf('conversation', id), part))
      return said ? showSaid(said) : missing('communication', communicationId)
    },
  )
}

/** What happened to a conversation. */
export function timelineRoutes(app: Scope, { context, cursors, principal }: Native): void {
  const { conversations } = context.services

  app.get(
    '/conversations/:id/timeline',
    {
      schema: {
        tags,
        summary: 'What happened to it and why, late reports too',
        params: wire.idParams,
        querystring: wire.pageQuery,
        response: ok(wire.timeline),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const id = idOf('conversation', request.params.id)
      const { cursor, limit } = request.query
      const kind = `timeline ${id}`
      const after = cursor === undefined ? 0 : cursors.read<number>(kind, account, {}, cursor).position
      const page = await conversations.timeline(account, id, { after, limit })
      if (page === undefined) return missing('conversation', request.params.id)
      return {
        timeline: page.items.map(showEntry),
        next: page.next === undefined ? null : cursors.write(kind, account, {}, page.next),
      }
    },
  )
}

function showEntry(recorded: Recorded<ConversationEvent>) {
  const { event } = recorded
  const { from, to, by, because, ...data } = conversationData(recorded) as {
    from?: 'active'
    to?: 'active'
    by?: string
    because?: string
  }
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
