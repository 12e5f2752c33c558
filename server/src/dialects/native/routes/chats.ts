import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { fail } from '../errors.ts'
import { idOf } from '../inward.ts'
import { chatDraftOf } from '../inward/sessions.ts'
import { keyOf } from '../once.ts'
import { showSession } from '../outward/sessions.ts'
import { showTool, showWidget } from '../outward/talk.ts'
import { ok, type Answering, type Asking, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire/sessions.ts'
import { idParams } from '../wire.ts'

/** Opens a chat. An order sent again under its reference or Idempotency-Key is answered with its session as it is now. */
export async function openChat(
  native: Native,
  request: Asking,
  reply: Answering,
  order: z.output<typeof wire.chatDraft>,
): Promise<FastifyReply> {
  const { texts, sessions } = native.context.services
  const key = keyOf(request as FastifyRequest)
  // Hashed, since a reference is one of the account and not of this dialect alone.
  const named = key === undefined ? undefined : native.context.vault.hash(`native\n${key}`)
  const { account } = native.principal(request)
  const opened = await texts.open({ account, by: 'api', request: request.id }, chatDraftOf(order, named))
  if (isRefused(opened)) return fail(opened.refusal)
  const { view, greeting, repeated } = opened
  if (repeated) reply.header('idempotency-replayed', 'true')
  return (reply as FastifyReply)
    .code(201)
    .send({ ...showSession(view, (session) => sessions.nextTransition(session)), greeting })
}

/** Talking in chats. */
export function chatRoutes(app: Scope, { context, principal }: Native): void {
  const { texts, sessions } = context.services

  app.post(
    '/sessions/:id/messages',
    {
      schema: {
        tags: ['Calls'],
        summary: 'Write to the agent of a chat, and get its answer',
        description:
          'One turn at a time: messages sent at once are answered one after the other. The message is kept before the agent is ' +
          'asked, also where it cannot answer (502 `agent_failed`). An Idempotency-Key has no effect here.',
        params: idParams,
        body: wire.messageDraft,
        response: ok(wire.answered),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const id = idOf('session', request.params.id)
      const turn = await texts.say({ account, by: 'api', request: request.id }, id, request.body)
      if (isRefused(turn)) return fail(turn.refusal)
      const { say = null, toolCalls = [], widgets = [] } = turn.reply
      return {
        reply: say,
        toolCalls: toolCalls.map(showTool),
        widgets: widgets.map(showWidget),
        session: showSession(turn.view, (session) => sessions.nextTransition(session)),
      }
    },
  )
}
