import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { z } from 'zod'
import type { DialectContext } from '#dialects/dialect.ts'
import type { Ask, Outcome, Rendered } from '#engine/api.ts'
import type { Principal } from '#services/api.ts'
import type { OutgoingMail } from '#services/calls/ports.ts'
import { createCursors, type Cursors } from './cursor.ts'
import { problem, ProblemError, sendProblem } from './errors.ts'
import { answer, askOf } from './once.ts'
import type { CallSimulator } from './simulator.ts'
import * as wire from './wire.ts'

/** A Fastify scope whose schemas are zod's. */
export type Scope = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  FastifyZodOpenApiTypeProvider
>

/** What the routes of this dialect share. */
export interface Native {
  readonly context: DialectContext
  readonly cursors: Cursors
  /** Who asks; only on routes behind an account's key. */
  readonly principal: (request: Asking) => Principal
  /** Answers a write: commits through `act`, and renders the answer, which is stored with it where the request has an Idempotency-Key. */
  write<Value>(
    request: Asking,
    reply: Answering,
    render: (value: Value) => Rendered,
    act: (ask: Ask<Value>) => Promise<Outcome<Value>>,
    by?: string,
  ): Promise<FastifyReply>
  /** The same for the operator, on one of the accounts. */
  writeFor<Value>(
    account: string,
    request: Asking,
    reply: Answering,
    render: (value: Value) => Rendered,
    act: (ask: Ask<Value>) => Promise<Outcome<Value>>,
  ): Promise<FastifyReply>
  /** Absent: this server's calls go to a real carrier. */
  readonly simulator?: CallSimulator
  /** Absent: this server's mail is sent. */
  readonly recordedMail?: RecordedMail
}

/** What would have been mailed for an account, the newest first. */
export type RecordedMail = (account: string) => readonly OutgoingMail[]

/** A request or reply of any route, whatever its schema. */
export type Asking = Pick<
  FastifyRequest,
  'id' | 'headers' | 'method' | 'url' | 'routeOptions' | 'body' | 'getDecorator'
>
export type Answering = Pick<FastifyReply, 'code' | 'header'>

/** What this dialect may be given beside what every dialect is. */
export interface NativeParts {
  readonly simulator?: CallSimulator
  readonly recordedMail?: RecordedMail
}

export function createNative(context: DialectContext, { simulator, recordedMail }: NativeParts): Native {
  const principal = (request: Asking) => request.getDecorator<Principal>('principal')
  return {
    context,
    ...(simulator && { simulator }),
    ...(recordedMail && { recordedMail }),
    cursors: createCursors(context.vault),
    principal,
    async write(request, reply, render, act, by = 'api') {
      const ask = askOf(context.vault, request as FastifyRequest, principal(request), by, render)
      return answer(reply as FastifyReply, await act(ask), render)
    },
    async writeFor(account, request, reply, render, act) {
      const ask = askOf(context.vault, request as FastifyRequest, { account }, 'admin', render)
      return answer(reply as FastifyReply, await act(ask), render)
    },
  }
}

/** Lets only requests with an account's key in, within its rate. */
export function behindAccountKey(scope: Scope, { services, limiter }: DialectContext): void {
  scope.decorateRequest('principal', null)
  scope.addHook('onRequest', async (request, reply) => {
    const token = tokenOf(request)
    const principal = token === undefined ? undefined : await services.accounts.authenticateBearer(token)
    if (principal === undefined) {
      if (token !== undefined && services.accounts.isAdmin(token))
        throw new ProblemError(
          problem('forbidden', 'The admin key makes accounts and backups; for this, use a key of the account.'),
        )
      throw new ProblemError(
        problem('unauthenticated', 'Send the header "Authorization: Bearer SK….secret" with a key of the account.'),
      )
    }
    const { allowed, limit, remaining, retryAfterMs } = limiter.take(
      principal.account,
      principal.limits.requestsPerSecond,
    )
    if (Number.isFinite(limit)) reply.headers({ 'ratelimit-limit': limit, 'ratelimit-remaining': remaining })
    if (!allowed) {
      reply.header('retry-after', String(Math.ceil(retryAfterMs / 1000)))
      return sendProblem(request, reply, problem('rate_limited', `This account may make ${limit} requests a second.`))
    }
    request.setDecorator('principal', principal)
    return undefined
  })
}

/** Lets only requests with the server's admin key in. */
export function behindAdminKey(scope: Scope, { services }: DialectContext): void {
  scope.addHook('onRequest', async (request) => {
    const token = tokenOf(request)
    if (token !== undefined && services.accounts.isAdmin(token)) return
    if (token !== undefined && (await services.accounts.authenticateBearer(token)))
      throw new ProblemError(problem('forbidden', 'This needs the admin key, COLLOQUY_ADMIN_KEY in data/admin.env.'))
    throw new ProblemError(
      problem(
        'unauthenticated',
        'Send the header "Authorization: Bearer $COLLOQUY_ADMIN_KEY"; the key is in data/admin.env.',
      ),
    )
  })
}

/** The key that a request shows. */
export function tokenOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return /^Bearer +(\S{1,512})$/i.exec(headers.authorization ?? '')?.[1]
}

const problems = {
  '4XX': {
    description: 'What is wrong and what to do',
    content: { 'application/problem+json': { schema: wire.problem } },
  },
  '5XX': {
    description: 'Not your fault; try again later',
    content: { 'application/problem+json': { schema: wire.problem } },
  },
}

/** The answers of a route: 200 with this shape, or a problem. */
export function ok<Schema extends z.ZodType>(schema: Schema): { 200: Schema } & typeof problems {
  return { 200: schema, ...problems }
}

/** The answers of a route: 201 with this shape, or a problem. */
export function created<Schema extends z.ZodType>(schema: Schema): { 201: Schema } & typeof problems {
  return { 201: schema, ...problems }
}
