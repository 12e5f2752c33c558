import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { keyRoutes, memberRoutes } from './admin.routes.ts'
import { agentRoutes } from './agents.routes.ts'
import type { Api, Register } from './api.ts'
import { concurrencyRoutes, timezoneRoutes } from './campaign-settings.routes.ts'
import { campaignRoutes } from './campaigns.routes.ts'
import { configurationRoutes } from './configurations.routes.ts'
import { contactRoutes } from './contacts.routes.ts'
import { conversationRoutes } from './conversations.routes.ts'
import { deletingRoutes } from './deleting.routes.ts'
import { deliveryRoutes } from './deliveries.routes.ts'
import { eventRoutes } from './events.routes.ts'
import { exportRoutes } from './export.routes.ts'
import { handleErrors } from './failures.ts'
import { guard, openGuard } from './guard.ts'
import { importRoutes } from './import.routes.ts'
import { messageRoutes } from './messages.routes.ts'
import { publicWidgetRoutes } from './public-widgets.routes.ts'
import { publishRoutes } from './publish.routes.ts'
import { configSchemaRoutes } from './schema.routes.ts'
import { steeringRoutes } from './steering.routes.ts'
import { watchVerbs } from './verbs.ts'
import { versionRoutes } from './versions.routes.ts'
import { webhookRoutes } from './webhooks.routes.ts'
import { widgetRoutes } from './widgets.routes.ts'

type Prefixes = Readonly<Record<string, readonly Register[]>>

/** What is behind a token, by prefix; paths of one prefix share a guard and a "not found" of their own. */
const behindToken: Prefixes = {
  '/core': [],
  '/core/conversations': [
    conversationRoutes,
    messageRoutes,
    steeringRoutes,
    eventRoutes,
    deletingRoutes,
    exportRoutes,
    importRoutes,
  ],
  '/core/agents': [agentRoutes, versionRoutes, publishRoutes],
  '/core/agent-config-schema': [configSchemaRoutes],
  '/core/web-widgets': [widgetRoutes],
  '/core/webhooks': [webhookRoutes, deliveryRoutes],
  '/campaign': [campaignRoutes, contactRoutes, configurationRoutes, timezoneRoutes, concurrencyRoutes],
  '/admin': [memberRoutes, keyRoutes],
}

/** What needs no token. */
const open: Prefixes = {
  '/core/public/web-widgets': [publicWidgetRoutes],
}

/** Registers all that the dialect answers to. */
export async function registerRoutes(app: FastifyInstance, api: Api): Promise<void> {
  const verbs = watchVerbs(app)
  async function register(prefixes: Prefixes, stand: (scope: FastifyInstance) => void): Promise<void> {
    for (const [prefix, routes] of Object.entries(prefixes))
      await app.register(
        async (inner) => {
          stand(inner)
          await furnish(inner, api, routes)
        },
        { prefix },
      )
  }
  await register(behindToken, (scope) => guard(scope, api.context, verbs))
  await register(open, (scope) => openGuard(scope, verbs))
}

async function furnish(inner: FastifyInstance, api: Api, routes: readonly Register[]): Promise<void> {
  handleErrors(inner, api.context)
  // Every request that comes here was answered by the guard, which knows an unknown path when it sees one.
  inner.setNotFoundHandler(() => undefined)
  const scope = inner.withTypeProvider<FastifyZodOpenApiTypeProvider>()
  for (const register of routes) await register(scope, api)
}
