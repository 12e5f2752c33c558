import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '#services/api.ts'
import type { DialectContext } from '../dialect.ts'
import type { Answering } from './answering.ts'
import { notFound } from './errors.ts'
import { limits } from './limits.ts'

/** Who asks: credentials, rate, and the id by which one request is followed through answers and callbacks. */
export interface Caller {
  readonly principal: Principal
  /** `RQ` and 32 hex digits. */
  readonly requestId: string
}

declare module 'fastify' {
  interface FastifyRequest {
    twilioCaller: Caller | null
  }
}

export function callerOf(request: FastifyRequest): Caller {
  if (!request.twilioCaller) throw new Error('This route is not behind the guard.')
  return request.twilioCaller
}

/** Stands before every route of the scope: request id, credentials, rate limit, unknown paths, bodies too large to read. */
export function guard(scope: FastifyInstance, context: DialectContext, answering: Answering): void {
  const { accounts } = context.services
  scope.decorateRequest('twilioCaller', null)

  scope.addHook('onRequest', async (request, reply) => {
    const requestId = requestIdOf(request, context)
    reply.header('twilio-request-id', requestId)
    const principal = await recognise(request.headers.authorization, accounts)
    if (!principal) return unauthenticated(request, reply)
    request.twilioCaller = { principal, requestId }
    const allowance = context.limiter.take(principal.account, principal.limits.requestsPerSecond)
    if (Number.isFinite(allowance.limit)) {
      const seconds = Math.ceil(allowance.retryAfterMs / 1000)
      reply.header('ratelimit-limit', allowance.limit)
      reply.header('ratelimit-remaining', allowance.remaining)
      reply.header('ratelimit-reset', allowance.allowed ? 1 : Math.max(1, seconds))
    }
    if (!allowance.allowed) return tooMany(request, reply, allowance.retryAfterMs)
    if (request.is404) return answering.refuse(request, reply, notFound(pathOf(request)).refusal)
    if (request.method === 'DELETE') delete request.raw.headers['content-type'] // some clients send one without a body
    // Refused before reading and without closing, so that a client still writing gets to see the answer.
    if (Number(request.headers['content-length']) > limits.bodyBytes) return tooLarge(request, reply)
    return undefined
  })

  const unauthenticated = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    answering.refuse(request, reply, {
      code: 'unauthenticated',
      message: 'Authenticate with HTTP Basic: an API key SID and its secret, or the account SID and its auth token.',
    })

  const tooMany = (request: FastifyRequest, reply: FastifyReply, retryAfterMs: number): FastifyReply =>
    answering.problem(request, reply, {
      status: 429,
      code: 20429,
      message: 'Too many requests for this account. Wait as long as Retry-After says.',
      headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) },
    })

  const tooLarge = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    answering.problem(request, reply, bodyTooLarge)
}

export const bodyTooLarge = {
  status: 413,
  code: 20413,
  message: `The body is larger than ${limits.bodyBytes / 1024 / 1024} MiB. Send less at once.`,
}

export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}

function requestIdOf(request: FastifyRequest, { vault }: DialectContext): string {
  return `RQ${/^[0-9a-f]{32}$/.test(request.id) ? request.id : vault.secret(16)}`
}

type Authentication = Pick<DialectContext['services']['accounts'], 'authenticate' | 'authenticateBearer'>

async function recognise(header: string | undefined, accounts: Authentication): Promise<Principal | undefined> {
  const credentials = credentialsOf(header)
  if (!credentials) return undefined
  return 'token' in credentials
    ? accounts.authenticateBearer(credentials.token)
    : accounts.authenticate(credentials.user, credentials.password)
}

/** What an Authorization header holds; undefined: nothing that could be a credential. */
export function credentialsOf(
  header: string | undefined,
): { readonly user: string; readonly password: string } | { readonly token: string } | undefined {
  const [, scheme, rest] = /^ *(Basic|Bearer) +([^\s]+) *$/i.exec(header ?? '') ?? []
  if (scheme === undefined || rest === undefined || rest.length > 4096) return undefined
  if (scheme.toLowerCase() === 'bearer') return { token: rest }
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(rest)) return undefined
  const pair = Buffer.from(rest, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon <= 0 || colon === pair.length - 1) return undefined
  return { user: pair.slice(0, colon), password: pair.slice(colon + 1) }
}
