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
import { openChat } from './chats.ts'
import { openMail } from './mails.ts'
import { openRoom } from './rooms.ts'

const tags = ['Calls']

/** How a session is shown by this server. */
export function sessionShown({ context }: Native): (view: SessionView) => ReturnType<typeof showSession> {
  const { sessions } = context.services
  return (view) => showSession(view, (session) => sessions.nextTransition(session))
}

/** Placing calls and opening other sessions, and seeing which there are. */
export function sessionRoutes(app: Scope, native: Native): void {
  const { context, cursors, principal } = native
  const { sessions } = context.services
  const show = sessionShown(native)

  app.post(
    '/sessions',
    {
      schema: {
        tags,
        summary: 'Place a call, or open a chat, an exchange of mail or a session for a browser',
        description:
          'A call waits for a slot, its time and its calling hours, is dialled and, where its policy says so, retried. A browser ' +
          'session waits for its user, who joins with the token. A chat (`kind: "text"`) is live at once, and answered with the ' +
          'greeting of its agent. An e-mail session (`kind: "email"`) is live when its first mail was sent. Give an Idempotency-Key: the same order sent twice then makes one.',
        body: wire.sessionDraft,
        response: created(wire.opened),
      },
    },
    async (request, reply) => {
      if (request.body.kind === 'text') return openChat(native, request, reply, request.body)
      if (request.body.kind === 'browser') return openRoom(native, request, reply, request.body)
      if (request.body.kind === 'email') return openMail(native, request, reply, request.body)
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
        summary: 'List calls and chats, newest first; those of a batch by row',
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
