import type { FastifyInstance } from 'fastify'
import { validatorCompiler } from 'fastify-zod-openapi'
import type { Dialect, DialectContext } from '../dialect.ts'
import type { AnyreachSettings, Api } from './api.ts'
import { registerRoutes } from './routes.ts'

/** AnyReach's API of conversations: its routes over our services, and its webhooks. */
export function anyreachDialect(context: DialectContext, settings: AnyreachSettings): Dialect {
  const api: Api = { ...settings, context }
  return {
    name: 'anyreach',
    coverage: [],
    async register(app) {
      await app.register(async (scope: FastifyInstance) => {
        scope.setValidatorCompiler(validatorCompiler)
        scope.setSerializerCompiler(() => JSON.stringify)
        await registerRoutes(scope, api)
      })
    },
  }
}
