import type { FastifyInstance } from 'fastify'
import type { DialectContext } from '../dialect.ts'
import { sendProblem } from './answering.ts'
import { plain } from './errors.ts'
import { scopes } from './scopes.ts'

/** Stands before every route of the scope: token, organization, rate limit, unknown paths (sections 3.3, 7 and 8). */
export function guard(scope: FastifyInstance, { services: { accounts } }: DialectContext): void {
  scope.decorateRequest('anyreachCaller', null)
  scope.addHook('onRequest', async (request, reply) => {
    const [, token = ''] = /^ *Bearer +([^\s]{1,4096}) *$/i.exec(request.headers.authorization ?? '') ?? []
    const principal = await accounts.authenticateBearer(token)
    if (!principal) return sendProblem(reply, plain(401, 'Invalid token', { 'www-authenticate': 'Bearer' }))
    request.anyreachCaller = { account: principal.account, by: principal.by, scopes: new Set(scopes) }
    return undefined
  })
}
