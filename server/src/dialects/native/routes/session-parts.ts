import type { SessionEvent } from '#domain/session/events.ts'
import type { Recorded } from '#engine/api.ts'
import { sessionData } from '../call-events.ts'
import { missing } from '../errors.ts'
import { idOf } from '../inward.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import { showItem } from '../outward/talk.ts'
import { showEventId, showInstant } from '../vocabulary.ts'
import * as wire from '../wire/sessions.ts'
import { idParams, pageQuery } from '../wire.ts'

const tags = ['Calls']

/** What happened in a call, and what was said in it. */
export function sessionPartRoutes(app: Scope, { context, cursors, principal }: Native): void {
  const { sessions, texts } = context.services

  app.get(
    '/sessions/:id/timeline',
    {
      schema: {
        tags,
        summary: 'What happened to it and why, late reports too',
        params: idParams,
        querystring: pageQuery,
        response: ok(wire.sessionTimeline),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const id = idOf('session', request.params.id)
      const { cursor, limit } = request.query
      const kind = `session timeline ${id}`
      const after = cursor === undefined ? 0 : cursors.read<number>(kind, account, {}, cursor).position
      const page = await sessions.timeline(account, id, { after, limit })
      if (page === undefined) return missing('session', request.params.id)
      return {
        timeline: page.items.map(showEntry),
        next: page.next === undefined ? null : cursors.write(kind, account, {}, page.next),
      }
    },
  )

  app.get(
    '/sessions/:id/transcript',
    {
      schema: {
        tags,
        summary: 'Who said what, oldest first, and which tools were used',
        params: idParams,
        response: ok(wire.transcript),
      },
    },
    async (request) => {
      const view = await sessions.get(principal(request).account, idOf('session', request.params.id))
      if (!view) return missing('session', request.params.id)
      const items = await texts.items(view)
      const said = items.filter((item) => item.is === 'turn')
      return { transcript: said.map(({ who, text }) => ({ who, text })), items: items.map(showItem) }
    },
  )
}

const refusals: readonly SessionEvent['type'][] = ['report.refused', 'control.leg_refused']

function showEntry(recorded: Recorded<SessionEvent>) {
  const { event, aggregate } = recorded
  const { from, to, by, because, ...data } = sessionData(aggregate, event) as {
    from?: 'queued'
    to?: 'queued'
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
    refused: refusals.includes(event.type),
    data,
  }
}
