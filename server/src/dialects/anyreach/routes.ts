import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { Api, Register } from './api.ts'
import { guard } from './guard.ts'

/** What is behind a token, by prefix; paths of one prefix share a guard and a "not found" of their own. */
const behindToken: Readonly<Record<string, readonly Register[]>> = {
  '/core/conversations': [],
  '/core/agents': [],
  '/core/agent-config-schema': [],
  '/core/web-widgets': [],
  '/core/webhooks': [],
  '/campaign': [],
  '/admin': [],
}

/** Registers all that the dialect answers to. */
export async function registerRoutes(app: FastifyInstance, api: Api): Promise<void> {
  for (const [prefix, routes] of Object.entries(behindToken))
    await app.register(
      async (inner) => {
        guard(inner, api.context)
        const scope = inner.withTypeProvider<FastifyZodOpenApiTypeProvider>()
        for (const register of routes) await register(scope, api)
      },
      { prefix },
    )
}
