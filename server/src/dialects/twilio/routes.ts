import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { Coverage } from '../dialect.ts'
import type { Api, Scope } from './api.ts'
import { guard, pathOf } from './caller.ts'
import { communicationRoutes } from './communications.routes.ts'
import { configurationRoutes } from './configurations.routes.ts'
import { conversationRoutes } from './conversations.routes.ts'
import { handleErrors } from './failures.ts'
import { operationRoutes } from './operations.routes.ts'
import { participantRoutes } from './participants.routes.ts'

const verbs = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Registers all that the dialect answers to. Paths of one prefix share a guard and a "not found" of their own. */
export async function registerRoutes(scope: FastifyInstance, api: Api, coverage: readonly Coverage[]): Promise<void> {
  const under = async (prefix: string, register?: (scope: Scope) => void): Promise<void> => {
    await scope.register(
      async (inner: FastifyInstance) => {
        guard(inner, api.context, api.answering)
        handleErrors(inner, api)
        // Every request that comes here was answered by the guard, which knows an unknown path when it sees one.
        inner.setNotFoundHandler(() => undefined)
        register?.(inner.withTypeProvider<FastifyZodOpenApiTypeProvider>())
        registerAbsent(inner, api, prefix, coverage)
        refuseOtherVerbs(inner, api, prefix, coverage)
      },
      { prefix },
    )
  }
  await under('/v2/ControlPlane', (inner) => {
    configurationRoutes(inner, api)
    operationRoutes(inner, api)
  })
  await under('/v2/Conversations', (inner) => {
    conversationRoutes(inner, api)
    participantRoutes(inner, api)
    communicationRoutes(inner, api)
  })
  for (const prefix of absentPrefixes) await under(prefix)
}

/** Other products of the vendor that share the host or the account, and are not here yet. */
const absentPrefixes = [
  '/v1/Conversations',
  '/v1/Services',
  '/v1/Users',
  '/v1/Stores',
  '/v1/ControlPlane',
  '/v3/ControlPlane',
  '/v3/RuleExecutions',
] as const

function registerAbsent(scope: FastifyInstance, api: Api, prefix: string, coverage: readonly Coverage[]): void {
  for (const { path, why } of coverage.filter(({ how, path: known }) => how === 'absent' && isUnder(known, prefix))) {
    scope.route({
      method: [...verbs],
      url: path.slice(prefix.length),
      schema: { hide: true },
      onRequest: (request, reply, _done) =>
        void api.answering.refuse(request, reply, {
          code: 'not_found',
          message: `This server does not offer ${pathOf(request)}: ${why}.`,
        }),
      handler: () => undefined,
    })
  }
}

/** 405 with Allow, where the path is known and the verb is not. */
function refuseOtherVerbs(scope: FastifyInstance, api: Api, prefix: string, coverage: readonly Coverage[]): void {
  const known = coverage.filter(({ how, path }) => how !== 'absent' && isUnder(path, prefix))
  for (const path of new Set(known.map((route) => route.path))) {
    const offered = known.filter((route) => route.path === path).map((route) => route.method)
    const allowed = offered.includes('GET') ? [...offered, 'HEAD'] : offered
    scope.route({
      method: verbs.filter((verb) => !allowed.includes(verb)),
      url: path.slice(prefix.length),
      schema: { hide: true },
      onRequest: (request, reply, _done) =>
        void api.answering.problem(request, reply, {
          status: 405,
          code: 20004,
          message: `${request.method} is not offered here; ${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'}.`,
          headers: { allow: allowed.join(', ') },
        }),
      handler: () => undefined,
    })
  }
}

function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}
