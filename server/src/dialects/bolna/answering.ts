import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ask, Outcome, Rendered } from '#engine/api.ts'
import type { Vault } from '#services/ports.ts'
import { callerOf } from './credentials/caller.ts'
import { plain, problemOf, ProblemError, renderProblem, type Problem } from './errors.ts'

/** How routes answer: ready bytes, problems in the shape of section 7, repeated writes from the store. */

/** Sends ready bytes. */
export function send(reply: FastifyReply, { status, headers, body }: Rendered): FastifyReply {
  reply.code(status).header('content-type', 'application/json; charset=utf-8')
  for (const name in headers) reply.header(name, headers[name])
  return reply.send(body)
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Rendered {
  return { status, headers, body: JSON.stringify(value) }
}

export function sendProblem(reply: FastifyReply, what: Problem): FastifyReply {
  return send(reply, renderProblem(what))
}

/** Who asks for a write. With an `Idempotency-Key` (4.1) the answer that was given first is given again for 24 h. */
export function askOf<Value>(
  vault: Pick<Vault, 'hash'>,
  request: FastifyRequest,
  render: (value: Value) => Rendered,
  /** What the request says, where its body is not JSON. */
  said: unknown = request.body,
): Ask<Value> {
  const { account, by } = callerOf(request)
  const ask = { account, by, request: request.id }
  const key = request.headers['idempotency-key']
  if (key === undefined) return ask
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(key))
    throw new ProblemError(plain(400, 'Idempotency-Key takes 1 to 128 visible characters'))
  const fingerprint = vault.hash(`${request.method} ${request.url}\n${JSON.stringify(said ?? null)}`)
  return { ...ask, once: { scope: `${account}/bolna`, key, fingerprint, render } }
}

/** Sends what came of a write. `problems`: what the route calls certain refusals. */
export function answer<Value>(
  reply: FastifyReply,
  outcome: Outcome<Value>,
  render: (value: Value) => Rendered,
  problems: (refusal: NonNullable<Outcome<Value>['refusal']>) => Problem | undefined = () => undefined,
): FastifyReply {
  if (outcome.refusal !== undefined) return sendProblem(reply, problems(outcome.refusal) ?? problemOf(outcome.refusal))
  if (outcome.replayed) reply.header('idempotency-replayed', 'true')
  return send(reply, outcome.replayed ?? render(outcome.value))
}
