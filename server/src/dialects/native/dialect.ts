import type { Coverage, Dialect, DialectContext } from '#dialects/dialect.ts'
import { createAnnouncer } from './announcer.ts'
import { meanings } from './errors.ts'
import { registerRoutes } from './routes.ts'

/** Our own API, under `/api/v1`. */
export function nativeDialect(context: DialectContext): Dialect {
  let document = async (): Promise<unknown> => undefined
  return {
    name: 'native',
    async register(app) {
      document = await registerRoutes(app, context)
    },
    announcer: createAnnouncer(context),
    coverage,
    document: () => document(),
    errors: meanings,
  }
}

const paths: Readonly<Record<string, readonly string[]>> = {
  '/accounts': ['GET', 'POST'],
  '/accounts/:id': ['GET', 'PATCH'],
  '/accounts/:id/keys': ['POST'],
  '/accounts/:id/keys/:sid': ['DELETE'],
  '/accounts/:id/auth-token/rotate': ['POST'],
  '/admin/backup': ['POST'],
  '/account': ['GET'],
  '/account/keys': ['GET', 'POST'],
  '/account/keys/:sid': ['DELETE'],
  '/account/keys/:sid/rotate': ['POST'],
  '/traffic': ['POST'],
  '/conversations': ['GET'],
  '/conversations/stuck': ['GET'],
  '/conversations/:id': ['GET', 'PATCH', 'DELETE'],
  '/conversations/:id/participants': ['GET'],
  '/conversations/:id/communications': ['GET'],
  '/conversations/:id/communications/:communicationId': ['GET'],
  '/conversations/:id/timeline': ['GET'],
  '/configurations': ['GET'],
  '/configurations/:id': ['GET'],
  '/machines/conversation': ['GET'],
  '/events': ['GET'],
  '/webhook-endpoints': ['GET', 'POST'],
  '/webhook-endpoints/:id': ['GET', 'PATCH', 'DELETE'],
  '/webhook-endpoints/:id/rotate': ['POST'],
  '/webhook-endpoints/:id/test': ['POST'],
  '/deliveries': ['GET'],
  '/deliveries/:id': ['GET'],
  '/deliveries/:id/replay': ['POST'],
  '/deliveries/replay': ['POST'],
  '/clock': ['GET'],
  '/clock/advance': ['POST'],
}

const coverage: readonly Coverage[] = Object.entries(paths).flatMap(([path, methods]) =>
  methods.map((method) => ({ method, path: `/api/v1${path}`, how: 'full' as const })),
)
