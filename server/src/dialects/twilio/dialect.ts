import type { FastifyInstance } from 'fastify'
import { hourlyForADay } from '#services/delivery/schedule.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { documentOf } from '../document.ts'
import { createAnswering } from './answering.ts'
import { createCallbacks } from './callbacks.ts'
import { coverage } from './coverage.ts'
import { meanings } from './meanings.ts'
import { openapi, components } from './openapi.ts'
import { createPages } from './pages.ts'
import { registerRoutes } from './routes.ts'
import { validation } from './validation.ts'

/** Twilio's Conversation Orchestrator (Conversations API v2): its routes over our services, and its status callbacks. */
export function twilioDialect(context: DialectContext): Dialect {
  const api = { context, answering: createAnswering(context), pages: createPages(context.vault) }
  let document = async (): Promise<unknown> => undefined

  return {
    name: 'twilio',
    coverage,
    announcer: createCallbacks({ services: context.services, vault: context.vault, retryAfter: hourlyForADay }),
    document: () => document(),
    errors: meanings,
    async register(app) {
      await app.register(async (scope: FastifyInstance) => {
        scope.setValidatorCompiler(validation)
        scope.setSerializerCompiler(() => JSON.stringify)
        document = documentOf(scope, { openapi, components })
        await registerRoutes(scope, api, coverage)
      })
    },
  }
}
