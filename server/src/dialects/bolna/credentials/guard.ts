import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '#services/api.ts'
import type { DialectContext } from '../../dialect.ts'
import { sendProblem } from '../answering.ts'
import { notFound, plain, plainCatalogue, type Problem } from '../errors.ts'
import { readBolnaKey } from './keys.ts'
import { limits } from '../limits.ts'

/** Stands before every route of the scope: key, rate limit, unknown paths, bodies too large to read (section 8). */
export function guard(scope: FastifyInstance, context: DialectContext): void {
  scope.decorateRequest('bolnaCaller', null)

  scope.addHook('onRequest', async (request, reply) => {
    const recognised = await recognise(request, context)
    if ('status' in recognised) return sendProblem(reply, recognised)
    request.bolnaCaller = recognised
    const limited = rated(reply, context, recognised)
    if (limited) return sendProblem(reply, limited)
    if (request.is404) return sendProblem(reply, notFound('Route'))
    // Refused before reading and without closing, so that a client still writing gets to see the answer.
    if (Number(request.headers['content-length']) > limits.bodyBytes) return sendProblem(reply, bodyTooLarge)
    return undefined
  })
}

/** Stands before routes that need no key (D24). */
export function openGuard(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (request, reply) =>
    request.is404 ? sendProblem(reply, notFound('Route')) : undefined,
  )
}

export const bodyTooLarge: Problem = plain(413, plainCatalogue[413])

/** D2: no or an odd header 401, an unknown key 403. */
async function recognise(
  { headers: { authorization } }: FastifyRequest,
  { services: { accounts } }: DialectContext,
): Promise<Principal | Problem> {
  const [, token] = /^ *Bearer +([^\s]{1,4096}) *$/i.exec(authorization ?? '') ?? []
  if (token === undefined) return plain(401, plainCatalogue[401], { 'www-authenticate': 'Bearer' })
  const key = readBolnaKey(token)
  const principal = key ? await accounts.authenticate(key.sid, key.secret) : await accounts.authenticateBearer(token)
  return principal ?? plain(403, plainCatalogue[403])
}

function rated(reply: FastifyReply, { limiter, now }: DialectContext, { account, limits: own }: Principal) {
  const { allowed, limit, remaining, retryAfterMs } = limiter.take(account, own.requestsPerSecond)
  const wait = Math.max(1, Math.ceil(retryAfterMs / 1000))
  if (Number.isFinite(limit)) {
    reply.header('x-ratelimit-limit', limit)
    reply.header('x-ratelimit-remaining', remaining)
    reply.header('x-ratelimit-reset', Math.ceil(now() / 1000) + (allowed ? 1 : wait))
  }
  return allowed ? undefined : plain(429, plainCatalogue[429], { 'retry-after': String(wait) })
}
