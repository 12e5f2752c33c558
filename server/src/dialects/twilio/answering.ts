import type { FastifyReply, FastifyRequest } from 'fastify'
import { isRefused, refuse, type Refusal, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Once, Outcome, Rendered } from '#engine/api.ts'
import type { DialectContext } from '../dialect.ts'
import { callerOf } from './caller.ts'
import { problemOf, renderProblem, type Problem } from './errors.ts'

/** How a route answers: values rendered to bytes once, refusals in the shape of section 7, repeated writes from the store. */
export interface Answering {
  /** Asks for a write; with an idempotency key the answer that was given first is given again (D56). */
  write<Value>(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (ask: Ask<Value>) => Promise<Outcome<Value>>,
    render: (value: Value) => Rendered,
    /** Whether an answer is given again under its key: only successes are. Absent: all. */
    isKept?: (value: Value) => boolean,
  ): Promise<FastifyReply>
  refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply
  problem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply
  baseUrl(request: FastifyRequest): string
}

export function createAnswering(context: Pick<DialectContext, 'vault' | 'baseUrl'>): Answering {
  const baseUrl = (request: FastifyRequest): string => context.baseUrl(request)
  const problem: Answering['problem'] = (request, reply, what) => send(reply, renderProblem(what, baseUrl(request)))

  function askOf<Value>(request: FastifyRequest, render: Once<Value>['render']): Ask<Value> | Refused {
    const { principal, requestId } = callerOf(request)
    const ask = { account: principal.account, by: principal.by, request: requestId }
    const key = request.headers['idempotency-key']
    if (key === undefined) return ask
    if (typeof key !== 'string' || !/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(key))
      return refuse('invalid', 'The header Idempotency-Key must be a UUID: 8-4-4-4-12 hexadecimal digits.', {
        field: 'Idempotency-Key',
      })
    const fingerprint = context.vault.hash(fingerprinted(request))
    // The operation is part of the fingerprint: a key used again for something else is a conflict, not a new request.
    return { ...ask, once: { scope: `${principal.account}/twilio`, key: key.toLowerCase(), fingerprint, render } }
  }

  return {
    baseUrl,
    problem,
    refuse: (request, reply, refusal) => problem(request, reply, problemOf(refusal)),
    async write(request, reply, work, render, isKept = () => true) {
      const ask = askOf(request, (value: Parameters<typeof render>[0]) => (isKept(value) ? render(value) : undefined))
      if (isRefused(ask)) return problem(request, reply, problemOf(ask.refusal))
      const outcome = await work(ask)
      if (outcome.refusal !== undefined) return problem(request, reply, problemOf(outcome.refusal))
      return send(reply, outcome.replayed ?? render(outcome.value))
    },
  }
}

/** Sends ready bytes; nothing is checked or encoded again on the way out. */
export function send(reply: FastifyReply, { status, headers, body }: Rendered): FastifyReply {
  reply.code(status).header('content-type', 'application/json; charset=utf-8')
  for (const name in headers) reply.header(name, headers[name])
  return reply.send(body)
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Rendered {
  return { status, headers, body: JSON.stringify(value) }
}

function fingerprinted(request: FastifyRequest): string {
  const query = JSON.stringify(canonical(request.query ?? {}))
  return `${request.method} ${request.url.split('?', 1)[0]}\n${query}\n${JSON.stringify(canonical(request.body ?? null))}`
}

/** The same value with its keys in order, so that equal requests have equal text. */
function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(canonical)
  const record = value as Record<string, unknown>
  return Object.fromEntries(
    Object.keys(record)
      .toSorted()
      .map((key) => [key, canonical(record[key])]),
  )
}
