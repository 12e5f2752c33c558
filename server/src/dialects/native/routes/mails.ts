import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { OutgoingMail } from '#services/calls/ports.ts'
import { fail, problem, ProblemError } from '../errors.ts'
import { mailDraftOf } from '../inward/sessions.ts'
import { keyOf } from '../once.ts'
import { showSession } from '../outward/sessions.ts'
import { ok, type Answering, type Asking, type Native, type Scope } from '../scope.ts'
import { showInstant } from '../vocabulary.ts'
import * as wire from '../wire/sessions.ts'

/** Opens an e-mail session. An order sent again under its reference or Idempotency-Key is answered with its session as it is now. */
export async function openMail(
  native: Native,
  request: Asking,
  reply: Answering,
  order: z.output<typeof wire.mailDraft>,
): Promise<FastifyReply> {
  const { mails, sessions } = native.context.services
  const key = keyOf(request as FastifyRequest)
  // Hashed, since a reference is one of the account and not of this dialect alone.
  const named = key === undefined ? undefined : native.context.vault.hash(`native\n${key}`)
  const { account } = native.principal(request)
  const opened = await mails.open({ account, by: 'api', request: request.id }, mailDraftOf(order, named))
  if (isRefused(opened)) return fail(opened.refusal)
  const { view, repeated } = opened
  if (repeated) reply.header('idempotency-replayed', 'true')
  return (reply as FastifyReply).code(201).send(showSession(view, (session) => sessions.nextTransition(session)))
}

/** Looking at mail that goes nowhere. */
export function mailRoutes(app: Scope, { principal, recordedMail }: Native): void {
  app.get(
    '/mails',
    {
      schema: {
        tags: ['Calls'],
        summary: 'Look at the mail that would have been sent, the newest first',
        description:
          'Of a server without --smtp-url, which keeps the newest 1,000 mails of all accounts in memory. With a mail server: 404.',
        response: ok(wire.mails),
      },
    },
    async (request) => {
      if (!recordedMail)
        throw new ProblemError(problem('not_found', 'This server sends its mail (--smtp-url): none is kept here.'))
      return { mails: recordedMail(principal(request).account).map(showMail) }
    },
  )
}

function showMail(mail: OutgoingMail): z.output<typeof wire.mail> {
  const { messageId, inReplyTo = null, references = [], from, to, subject, text, at } = mail
  return { messageId, inReplyTo, references: [...references], from, to, subject, text, at: showInstant(at) }
}
