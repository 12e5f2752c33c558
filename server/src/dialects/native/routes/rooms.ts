import type { z } from 'zod'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Admission } from '#services/rooms/api.ts'
import { fail } from '../errors.ts'
import { idOf } from '../inward.ts'
import { roomDraftOf } from '../inward/sessions.ts'
import { keyOf } from '../once.ts'
import { showSession } from '../outward/sessions.ts'
import { ok, type Answering, type Asking, type Native, type Scope } from '../scope.ts'
import { showInstant } from '../vocabulary.ts'
import * as wire from '../wire/sessions.ts'
import { idParams } from '../wire.ts'

/** Opens a browser session. An order repeated under its Idempotency-Key is answered with its session as it is now, and a new token. */
export async function openRoom(
  native: Native,
  request: Asking,
  reply: Answering,
  order: z.output<typeof wire.browserDraft>,
): Promise<FastifyReply> {
  const { rooms, sessions } = native.context.services
  const key = keyOf(request as FastifyRequest)
  // Hashed, since a reference is one of the account and not of this dialect alone.
  const named = key === undefined ? undefined : native.context.vault.hash(`native\n${key}`)
  const { account } = native.principal(request)
  const opened = await rooms.open({ account, by: 'api', request: request.id }, roomDraftOf(order, named))
  if (isRefused(opened)) return fail(opened.refusal)
  const { view, join, repeated } = opened
  if (repeated) reply.header('idempotency-replayed', 'true')
  return (reply as FastifyReply)
    .code(201)
    .send({ ...showSession(view, (session) => sessions.nextTransition(session)), join: showAdmission(join) })
}

/** Coming into the rooms of browser sessions beside their users. */
export function roomRoutes(app: Scope, native: Native): void {
  const { rooms } = native.context.services

  app.post(
    '/sessions/:id/listen',
    {
      schema: {
        tags: ['Calls'],
        summary: 'Listen to a live browser session',
        description:
          'The token lets one person hear everything, unseen and unheard; with a mode they speak to the agent alone (`whisper`) or in its ' +
          'place (`barge`). A telephone call has no room to listen in.',
        params: idParams,
        body: wire.listening,
        response: ok(wire.admission),
      },
    },
    async (request) => {
      const { account } = native.principal(request)
      const id = idOf('session', request.params.id)
      const admission = await rooms.listen({ account, by: 'api', request: request.id }, id, request.body?.mode)
      return isRefused(admission) ? fail(admission.refusal) : showAdmission(admission)
    },
  )
}

function showAdmission({ url, token, room, expiresAt }: Admission): z.output<typeof wire.admission> {
  return { url, token, room, expiresAt: showInstant(expiresAt) }
}
