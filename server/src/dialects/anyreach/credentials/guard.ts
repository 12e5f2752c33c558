import type { FastifyInstance, FastifyReply } from 'fastify'
import type { DialectContext } from '../../dialect.ts'
import { sendProblem } from '../answering.ts'
import { recognise, type Recognised } from './credentials.ts'
import { bodyTooLarge, notFound, plain, wrongVerb, type Problem } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Verbs } from '../verbs.ts'

/** Stands before every route of the scope: token, organization, rate limit, unknown paths, bodies too large to read (3.3, 7, 8). */
export function guard(scope: FastifyInstance, context: DialectContext, verbs: Verbs): void {
  scope.decorateRequest('anyreachCaller', null)
  scope.addHook('onRequest', async (request, reply) => {
    const recognised = await recognise(request.headers, context)
    if ('status' in recognised) return sendProblem(reply, recognised)
    request.anyreachCaller = recognised.caller
    const limited = rated(reply, context, recognised)
    if (limited) return sendProblem(reply, limited)
    return request.is404 ? sendProblem(reply, unknownPath(verbs, request.url)) : undefined
  })
  refuseTooLarge(scope)
}

/** Stands before routes that need no token. */
export function openGuard(scope: FastifyInstance, verbs: Verbs): void {
  scope.addHook('onRequest', async (request, reply) =>
    request.is404 ? sendProblem(reply, unknownPath(verbs, request.url)) : undefined,
  )
  refuseTooLarge(scope)
}

/** Refused before reading and without closing, so that a client still writing gets to see the answer. */
function refuseTooLarge(scope: FastifyInstance): void {
  scope.addHook('preParsing', async (request, reply) =>
    Number(request.headers['content-length']) > limits.bodyBytes ? sendProblem(reply, bodyTooLarge) : undefined,
  )
}

function unknownPath(verbs: Verbs, url: string): Problem {
  const allowed = verbs.of(url)
  return allowed.length > 0 ? wrongVerb(allowed) : notFound('Path')
}

/** X8: what is left, and when there is more; in seconds. */
function rated(reply: FastifyReply, { limiter }: DialectContext, { caller, limits: own }: Recognised) {
  const { allowed, limit, remaining, retryAfterMs } = limiter.take(caller.account, own.requestsPerSecond)
  const wait = Math.max(1, Math.ceil(retryAfterMs / 1000))
  if (Number.isFinite(limit))
    reply.headers({ 'ratelimit-limit': limit, 'ratelimit-remaining': remaining, 'ratelimit-reset': wait })
  const detail = `This organization may make ${limit} requests a second: wait and try again.`
  return allowed ? undefined : plain(429, detail, { 'retry-after': String(wait) })
}
