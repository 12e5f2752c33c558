import type { FastifyInstance } from 'fastify'
import type { Dialect, DialectContext } from '../dialect.ts'
import { documentOf } from '../document.ts'
import { createAnnouncer } from './webhooks/announcer.ts'
import type { Api, BolnaSettings } from './api.ts'
import { coverage } from './coverage.ts'
import { meanings } from './meanings.ts'
import { components, openapi } from './openapi.ts'
import { registerRoutes } from './routes.ts'
import { validation } from './validation.ts'
import { Waits } from './executions/waits.ts'

/** Bolna's API of calls: its routes over our services, and its webhooks. */
export function bolnaDialect(context: DialectContext, settings: BolnaSettings): Dialect {
  const { services, vault } = context
  const api: Api = { ...settings, context, waits: new Waits(context) }
  let document = async (): Promise<unknown> => undefined

  return {
    name: 'bolna',
    coverage,
    announcer: createAnnouncer({ services, vault, waits: api.waits, publicUrl: () => settings.publicUrl() }),
    document: () => document(),
    errors: meanings,
    async register(app) {
      await app.register(async (scope: FastifyInstance) => {
        scope.setValidatorCompiler(validation)
        scope.setSerializerCompiler(() => JSON.stringify)
        scope.addHook('preClose', async () => api.waits.endAll())
        document = documentOf(scope, { openapi, components })
        await registerRoutes(scope, api, coverage)
      })
    },
  }
}
