import type { FastifyInstance } from 'fastify'
import { validatorCompiler } from 'fastify-zod-openapi'
import type { Dialect, DialectContext } from '../dialect.ts'
import { documentOf } from '../document.ts'
import { createAnnouncer, dialectName } from './webhooks/announcer.ts'
import type { AnyreachSettings, Api } from './api.ts'
import { coverage } from './coverage.ts'
import { lawful, openapi, served } from './openapi.ts'
import { registerRoutes } from './routes.ts'

/** AnyReach's API of conversations: its routes over our services, and its webhooks. */
export function anyreachDialect(context: DialectContext, settings: AnyreachSettings): Dialect {
  const api: Api = { ...settings, context }
  let write = async (): Promise<unknown> => undefined
  let document: Promise<ReturnType<typeof lawful>> | undefined
  const documentAt = async (url: string): Promise<unknown> => served(await (document ??= write().then(lawful)), url)

  return {
    name: dialectName,
    announcer: createAnnouncer(context.services),
    coverage,
    document: () => documentAt(settings.publicUrl()),
    async register(app) {
      await app.register(async (scope: FastifyInstance) => {
        scope.setValidatorCompiler(validatorCompiler)
        scope.setSerializerCompiler(() => JSON.stringify)
        write = documentOf(scope, { openapi })
        await registerRoutes(scope, api)
        scope.get('/openapi.json', { schema: { hide: true } }, (request) => documentAt(context.baseUrl(request)))
      })
    },
  }
}
