import type { Position } from '#services/api.ts'
import type { SessionView } from '#services/calls/api.ts'
import { missing } from '../errors.ts'
import { idOf } from '../inward.ts'
import { draftOf, sessionQuestionOf } from '../inward/sessions.ts'
import { rendered } from '../once.ts'
import { showArtefact, showSession } from '../outward/sessions.ts'
import { created, ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire/sessions.ts'
import { idParams } from '../wire.ts'

const tags = ['Calls']

/** How a session is shown by this server. */
export function sessionShown({ context }: Native): (view: SessionView) => ReturnType<typeof showSession> {
  const { sessions } = context.services
  return (view) => showSession(view, (session) => sessions.nextTransition(session))
}

/** Placing calls, and seeing which there are. */
export function sessionRoutes(app: Scope, native: Native): void {
  const { context, cursors, principal } = native
  const { sessions } = context.services
  const show = sessionShown(native)

  app.post(
    '/sessions',
    {
      schema: {
        tags,
        summary: 'Place a call',
        description:
          'It waits for a slot, its time and its calling hours, is dialled and, where its policy says so, retried. Give an ' +
          'Idempotency-Key: the same order sent twice then makes one call.',
        body: wire.callDraft,
        response: created(wire.session),
      },
    },
    async (request, reply) => {
      const draft = draftOf(request.body)
      return native.write<SessionView>(
        request,
        reply,
        (view) => rendered(201, show(view)),
        (ask) => sessions.place(ask, draft),
      )
    },
  )

  app.get(
    '/sessions',
    {
      schema: {
        tags,
        summary: 'List calls, newest first; those of a batch by row',
        querystring: wire.sessionsQuery,
        response: ok(wire.sessions),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const { cursor, limit, ...filters } = request.query
      const place = cursor === undefined ? undefined : cursors.read<Position>('sessions', account, filters, cursor)
      const asked = { ...filters, ...place?.filters }
      const { items, next } = await sessions.list(account, {
        ...sessionQuestionOf(asked),
        ...(place && { after: place.position }),
        limit,
      })
      return { sessions: items.map(show), next: next ? cursors.write('sessions', account, asked, next) : null }
    },
  )
}

/** One call, with all that is known of it. */
export function sessionReadingRoutes(app: Scope, native: Native): void {
  const { context, principal } = native
  const { sessions } = context.services
  const show = sessionShown(native)

  app.get(
    '/sessions/:id',
    {
      schema: {
        tags,
        summary: 'Read a call: what it is doing, what time will bring, and how it ended',
        params: idParams,
        response: ok(wire.sessionWhole),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const id = idOf('session', request.params.id)
      const view = await sessions.get(account, id)
      if (!view) return missing('session', request.params.id)
      const [position, made] = await Promise.all([
        sessions.queuePosition(view.session),
        sessions.artefacts(account, id),
      ])
      return { ...show(view), queuePosition: position ?? null, made: made.map(showArtefact) }
    },
  )
}
