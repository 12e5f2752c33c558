import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { SessionView } from '#services/calls/api.ts'
import { fail } from '../errors.ts'
import { idOf } from '../inward.ts'
import { rendered } from '../once.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire/sessions.ts'
import { idParams } from '../wire.ts'
import { sessionShown } from './sessions.ts'

const tags = ['Calls']

/** Ending calls and chats, and handing calls on. */
export function sessionControlRoutes(app: Scope, native: Native): void {
  const { sessions, texts } = native.context.services
  const show = sessionShown(native)
  const render = (view: SessionView) => rendered(200, show(view))

  app.post(
    '/sessions/:id/stop',
    {
      schema: {
        tags,
        summary: 'Stop a call that nobody has answered yet',
        description:
          'Where it waits it ends `stopped`, where it is dialled `canceled`. A live call is ended by hang-up.',
        params: idParams,
        response: ok(wire.session),
      },
    },
    async (request, reply) => {
      const id = idOf('session', request.params.id)
      return native.write<SessionView>(request, reply, render, (ask) => sessions.stop(ask, id))
    },
  )

  app.post(
    '/sessions/:id/hang-up',
    {
      schema: {
        tags,
        summary: 'End a call or a chat, whatever it is doing',
        description:
          'A chat is completed, and answered with its summary where one is there within 10 s; ended once more, the answer is the same. ' +
          'A turn that is still running is discarded.',
        params: idParams,
        body: wire.hangUp,
        response: ok(wire.endedSession),
      },
    },
    async (request, reply) => {
      const id = idOf('session', request.params.id)
      const { account } = native.principal(request)
      if ((await sessions.get(account, id))?.session.kind === 'text') {
        const ended = await texts.end({ account, by: 'api', request: request.id }, id)
        if (isRefused(ended)) return fail(ended.refusal)
        return reply.send({ ...show(ended.view), summary: ended.summary })
      }
      const note = request.body?.note
      return native.write<SessionView>(request, reply, render, (ask) => sessions.hangUp(ask, id, note))
    },
  )

  app.post(
    '/sessions/:id/transfer',
    {
      schema: {
        tags,
        summary: 'Hand a live call to a person',
        description: 'The person is called; when they answer, the agent leaves and the two talk on.',
        params: idParams,
        body: wire.transfer,
        response: ok(wire.session),
      },
    },
    async (request, reply) => {
      const id = idOf('session', request.params.id)
      const { to } = request.body
      return native.write<SessionView>(request, reply, render, (ask) => sessions.transfer(ask, id, to))
    },
  )
}
