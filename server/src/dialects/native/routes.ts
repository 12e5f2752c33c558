import type { FastifyInstance } from 'fastify'
import swagger from '@fastify/swagger'
import { fastifyZodOpenApiPlugin, fastifyZodOpenApiTransformers, serializerCompiler, validatorCompiler, type FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { DialectContext } from '#dialects/dialect.ts'
import { answerError, problem, sendProblem } from './errors.ts'
import { info, webhooks } from './document.ts'
import { adminRoutes, ownAccountRoutes } from './routes/accounts.ts'
import { clockRoutes } from './routes/clock.ts'
import { configurationRoutes, conversationPartRoutes, conversationRoutes } from './routes/conversations.ts'
import { eventRoutes } from './routes/events.ts'
import { machineRoutes } from './routes/machines.ts'
import { trafficRoutes } from './routes/traffic.ts'
import { deliveryRoutes, webhookRoutes } from './routes/webhooks.ts'
import { behindAccountKey, behindAdminKey, createNative } from './scope.ts'
import { Streams } from './stream.ts'

/** Registers every route under `/api/v1`; answers with the way to read the document once the server is ready. */
export async function registerRoutes(http: FastifyInstance, context: DialectContext): Promise<() => unknown> {
  const native = createNative(context)
  const streams = new Streams()
  let document = (): unknown => undefined
  await http.register(
    async (plain) => {
      const scope = plain.withTypeProvider<FastifyZodOpenApiTypeProvider>()
      scope.setValidatorCompiler(validatorCompiler)
      scope.setSerializerCompiler(serializerCompiler)
      await scope.register(fastifyZodOpenApiPlugin)
      await scope.register(swagger, { openapi: { openapi: '3.1.0', ...info, webhooks }, ...fastifyZodOpenApiTransformers })
      document = () => scope.swagger()
      scope.setErrorHandler(answerError((request, error) => context.log.error({ request: request.id, route: request.routeOptions.url, error: error.name, message: error.message }, 'request failed')))
      scope.setNotFoundHandler((request, reply) =>
        sendProblem(request, reply, problem('not_found', `There is nothing at ${request.method} ${request.url.split('?', 1)[0]?.slice(0, 200)}; GET /reference lists what there is.`)),
      )
      scope.addHook('preClose', async () => streams.endAll())
      machineRoutes(scope)
      await scope.register(async (inner) => {
        const admin = inner.withTypeProvider<FastifyZodOpenApiTypeProvider>()
        behindAdminKey(admin, context)
        adminRoutes(admin, native)
      })
      await scope.register(async (inner) => {
        const own = inner.withTypeProvider<FastifyZodOpenApiTypeProvider>()
        behindAccountKey(own, context)
        ownAccountRoutes(own, native)
        trafficRoutes(own, native)
        conversationRoutes(own, native)
        conversationPartRoutes(own, native)
        configurationRoutes(own, native)
        eventRoutes(own, native, streams)
        webhookRoutes(own, native)
        deliveryRoutes(own, native)
        clockRoutes(own, native)
      })
    },
    { prefix: '/api/v1' },
  )
  return () => document()
}
