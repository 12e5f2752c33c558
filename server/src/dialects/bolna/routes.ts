import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { Coverage } from '../dialect.ts'
import { agentRoutes } from './agents/agents.routes.ts'
import { sendProblem } from './answering.ts'
import type { Api, Scope } from './api.ts'
import { readForms } from './batches/batch-forms.ts'
import { batchExecutionRoutes, batchRoutes } from './batches/batches.routes.ts'
import { callRoutes } from './calls/calls.routes.ts'
import { guard, openGuard } from './credentials/guard.ts'
import { errorRoutes } from './errors.routes.ts'
import { plain } from './errors.ts'
import { executionListRoutes, executionRoutes } from './executions/executions.routes.ts'
import { handleErrors } from './failures.ts'
import { inboundRoutes, numberRoutes } from './numbers/numbers.routes.ts'
import { recordingRoutes } from './executions/recordings.routes.ts'
import { userRoutes } from './credentials/user.routes.ts'
import { firstVersionRoutes } from './executions/version-one.routes.ts'
import { replayRoutes, webhookRoutes } from './webhooks/webhooks.routes.ts'

type Register = (scope: Scope, api: Api) => void | Promise<void>

/** What is behind a key, by prefix; paths of one prefix share a guard and a "not found" of their own. */
const behindKey: Readonly<Record<string, readonly Register[]>> = {
  '/call': [callRoutes],
  '/executions': [executionListRoutes, executionRoutes, webhookRoutes],
  '/v2/agent': [agentRoutes],
  '/agent': [firstVersionRoutes],
  '/batches': [readForms, batchRoutes, batchExecutionRoutes],
  '/batch': [batchExecutionRoutes],
  '/inbound': [inboundRoutes],
  '/phone-numbers': [numberRoutes],
  '/user': [userRoutes],
  '/webhooks': [replayRoutes],
  '/v1/call': [],
  '/v1/web-call': [],
  '/sub-accounts': [],
  '/providers': [],
  '/dispositions': [],
  '/extractions': [],
  '/sip-trunks': [],
}

/** Registers all that the dialect answers to. */
export async function registerRoutes(app: FastifyInstance, api: Api, coverage: readonly Coverage[]): Promise<void> {
  for (const [prefix, routes] of Object.entries(behindKey))
    await app.register(
      async (inner) => {
        guard(inner, api.context)
        await furnish(inner, api, routes)
        refuseAbsent(inner, prefix, coverage)
      },
      { prefix },
    )
  const open = async (inner: FastifyInstance): Promise<void> => {
    openGuard(inner)
    await furnish(inner, api, [recordingRoutes])
  }
  await app.register(open, { prefix: '/recordings' })
  errorRoutes(app.withTypeProvider<FastifyZodOpenApiTypeProvider>())
}

async function furnish(inner: FastifyInstance, api: Api, routes: readonly Register[]): Promise<void> {
  handleErrors(inner, api.context)
  // Every request that comes here was answered by the guard, which knows an unknown path when it sees one.
  inner.setNotFoundHandler(() => undefined)
  const scope = inner.withTypeProvider<FastifyZodOpenApiTypeProvider>()
  for (const register of routes) await register(scope, api)
}

const verbs = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** What the vendor has and we do not says so: 404 with the reason. */
function refuseAbsent(scope: FastifyInstance, prefix: string, coverage: readonly Coverage[]): void {
  const absent = coverage.filter(({ how, path }) => how === 'absent' && isUnder(path, prefix))
  for (const { method, path, why } of absent)
    scope.route({
      method: method === '*' ? [...verbs] : method,
      url: path.slice(prefix.length),
      schema: { hide: true },
      onRequest: (_request, reply, _done) => void sendProblem(reply, plain(404, `Not offered by this server: ${why}`)),
      handler: () => undefined,
    })
}

function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}
