import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ask, Outcome, Rendered } from '#engine/api.ts'
import type { Vault } from '#services/ports.ts'
import { fail, problem, ProblemError } from './errors.ts'

/** An Idempotency-Key: 1 to 255 visible characters (a structured header may put it in quotes). */
const form = /^[\x21-\x7e]{1,255}$/

/** The Ask of a write: who asks and, where the request carries an Idempotency-Key, how its answer is kept. */
export function askOf<Value>(
  vault: Vault,
  request: FastifyRequest,
  principal: { readonly account: string },
  by: string,
  render: (value: Value) => Rendered,
): Ask<Value> {
  const ask: Ask<Value> = { account: principal.account, by, request: request.id }
  const key = keyOf(request)
  if (key === undefined) return ask
  const operation = `${request.method} ${request.routeOptions.url ?? ''}`
  return {
    ...ask,
    once: {
      scope: `${principal.account}\nnative\n${operation}`,
      key,
      fingerprint: vault.hash(`${request.url}\n${JSON.stringify(request.body ?? null)}`),
      render,
    },
  }
}

/** The Idempotency-Key of a request; throws a problem when it is malformed. */
export function keyOf(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  const given = request.headers['idempotency-key']
  if (given === undefined) return undefined
  const key = String(given).replace(/^"(.*)"$/, '$1')
  if (form.test(key)) return key
  throw new ProblemError(
    problem('invalid', 'The header Idempotency-Key takes 1 to 255 visible characters.', { field: 'Idempotency-Key' }),
  )
}

/** An answer as bytes. */
export function rendered(status: number, body: unknown): Rendered {
  return { status, headers: {}, body: JSON.stringify(body) }
}

/** Sends what came of a write: the value, the stored answer of its twin (marked so), or the problem. */
export function answer<Value>(
  reply: FastifyReply,
  outcome: Outcome<Value>,
  render: (value: Value) => Rendered,
): FastifyReply {
  if (outcome.refusal !== undefined) return fail(outcome.refusal)
  const { status, headers, body } = outcome.replayed ?? render(outcome.value)
  if (outcome.replayed) reply.header('idempotency-replayed', 'true')
  return reply
    .code(status)
    .headers({ ...headers })
    .type('application/json; charset=utf-8')
    .send(body)
}
