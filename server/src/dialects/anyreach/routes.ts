import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { keyRoutes, memberRoutes } from './credentials/admin.routes.ts'
import { agentRoutes } from './agents/agents.routes.ts'
import type { Api, Register } from './api.ts'
import { concurrencyRoutes, timezoneRoutes } from './campaigns/campaign-settings.routes.ts'
import { campaignRoutes } from './campaigns/campaigns.routes.ts'
import { configurationRoutes } from './campaigns/configurations.routes.ts'
import { contactRoutes } from './campaigns/contacts.routes.ts'
import { conversationRoutes } from './conversations/conversations.routes.ts'
import { deletingRoutes } from './conversations/deleting.routes.ts'
import { deliveryRoutes } from './webhooks/deliveries.routes.ts'
import { eventRoutes } from './conversations/events.routes.ts'
import { exportRoutes } from './conversations/export.routes.ts'
import { handleErrors } from './failures.ts'
import { guard, openGuard } from './credentials/guard.ts'
import { importRoutes } from './conversations/import.routes.ts'
import { messageRoutes } from './conversations/messages.routes.ts'
import { publicWidgetRoutes } from './widgets/public-widgets.routes.ts'
import { publishRoutes } from './agents/publish.routes.ts'
import { configSchemaRoutes } from './agents/schema.routes.ts'
import { steeringRoutes } from './conversations/steering.routes.ts'
import { watchVerbs } from './verbs.ts'
import { versionRoutes } from './agents/versions.routes.ts'
import { webhookRoutes } from './webhooks/webhooks.routes.ts'
import { widgetRoutes } from './widgets/widgets.routes.ts'

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
