import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Ask } from '#engine/api.ts'
import { sendProblem } from '../answering.ts'
import { plain } from '../errors.ts'
import type { Scope } from './scopes.ts'

/** Who asks, for which organization, and what they may do. */
export interface Caller {
  readonly account: Id
  /** The name of the credential, for the record. */
  readonly by: string
  readonly scopes: ReadonlySet<Scope>
  /** False: a key that may do everything, in the other dialects too. */
  readonly isLimited: boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    anyreachCaller: Caller | null
  }
}

/** Who asks; only on routes behind the guard. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.anyreachCaller) throw new Error('This route is not behind the guard.')
  return request.anyreachCaller
}

/** The Ask of who asks. */
export function askOf(request: FastifyRequest): Ask {
  const { account, by } = callerOf(request)
  return { account, by, request: request.id }
}

/** An `onRequest` hook of a route: a token passes that has at least one of the scopes it accepts (3.3), else 403 (A21). */
export function needs(...accepted: readonly Scope[]) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { scopes } = callerOf(request)
    if (accepted.some((scope) => scopes.has(scope))) return undefined
    const wanted = accepted.join(' or ')
    return sendProblem(reply, plain(403, `This token does not grant access to this action: it needs ${wanted}.`))
  }
}
