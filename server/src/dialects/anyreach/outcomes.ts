import type { FastifyReply } from 'fastify'
import type { Refusal } from '#domain/vocabulary/refusal.ts'
import type { Outcome } from '#engine/api.ts'
import { sendProblem } from './answering.ts'
import { notFound, plain, problemOf } from './errors.ts'

/** Answers with what came of a write without an idempotency key. `what`: the thing that is not there, where one is not. */
export function answer<Value>(
  reply: FastifyReply,
  { value, refusal }: Outcome<Value>,
  what: string,
  render: (value: Value) => FastifyReply,
): FastifyReply {
  if (refusal) return sendRefusal(reply, refusal, what)
  if (value === undefined) throw new Error('A write without a key was answered with a stored answer.')
  return render(value)
}

export function sendRefusal(reply: FastifyReply, refusal: Refusal, what: string): FastifyReply {
  if (refusal.code === 'not_found') return sendProblem(reply, notFound(what))
  // Section 7: the change of a published version.
  return sendProblem(reply, refusal.code === 'fixed' ? plain(400, refusal.message) : problemOf(refusal))
}
