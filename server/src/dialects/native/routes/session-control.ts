import type { SessionView } from '#services/calls/api.ts'
import { idOf } from '../inward.ts'
import { rendered } from '../once.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire/sessions.ts'
import { idParams } from '../wire.ts'
import { sessionShown } from './sessions.ts'

const tags = ['Calls']

/** Ending calls and handing them on. */
export function sessionControlRoutes(app: Scope, native: Native): void {
  const { sessions } = native.context.services
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
        summary: 'End a call, whatever it is doing',
        params: idParams,
        body: wire.hangUp,
        response: ok(wire.session),
      },
    },
    async (request, reply) => {
      const id = idOf('session', request.params.id)
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
