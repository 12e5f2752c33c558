import type { Coverage, Dialect, DialectContext } from '#dialects/dialect.ts'
import { createAnnouncer } from './announcer.ts'
import { meanings } from './errors.ts'
import { openRooms } from './rooms/door.ts'
import { registerRoutes } from './routes.ts'
import type { NativeParts } from './scope.ts'

/** Our own API, under `/api/v1`. */
export function nativeDialect(context: DialectContext, parts: NativeParts = {}): Dialect {
  let document = async (): Promise<unknown> => undefined
  return {
    name: 'native',
    async register(app) {
      document = await registerRoutes(app, context, parts)
      openRooms(app, context)
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
  '/accounts/:id/wallet/credit': ['POST'],
  '/admin/backup': ['POST'],
  '/people': ['POST', 'GET'],
  '/people/:id': ['GET', 'DELETE'],
  '/people/:id/tokens': ['POST'],
  '/people/:id/tokens/:token': ['DELETE'],
  '/people/:id/memberships/:account': ['PUT', 'DELETE'],
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
  '/sessions': ['POST', 'GET'],
  '/sessions/:id': ['GET'],
  '/sessions/:id/timeline': ['GET'],
  '/sessions/:id/transcript': ['GET'],
  '/sessions/:id/messages': ['POST'],
  '/sessions/:id/stop': ['POST'],
  '/sessions/:id/hang-up': ['POST'],
  '/sessions/:id/transfer': ['POST'],
  '/sessions/:id/listen': ['POST'],
  '/mails': ['GET'],
  '/slots': ['GET'],
  '/slots/queue': ['GET'],
  '/agents': ['POST', 'GET'],
  '/agents/:id': ['GET', 'PUT', 'DELETE'],
  '/agents/:id/restore': ['POST'],
  '/agents/:id/stop-waiting': ['POST'],
  '/agents/:id/versions': ['GET'],
  '/agents/:id/versions/:version': ['GET'],
  '/phone-numbers': ['POST', 'GET'],
  '/phone-numbers/:id': ['GET', 'PATCH', 'DELETE'],
  '/batches': ['POST', 'GET'],
  '/batches/:id': ['GET', 'DELETE'],
  '/batches/:id/sessions': ['GET'],
  '/batches/:id/rejected': ['GET'],
  '/batches/:id/dry-run': ['GET'],
  '/batches/:id/schedule': ['POST'],
  '/batches/:id/stop': ['POST'],
  '/wallet': ['GET'],
  '/simulator/calls': ['POST'],
  '/simulator/phones': ['GET'],
  '/simulator/phones/:number': ['GET', 'PUT', 'DELETE'],
  '/machines/conversation': ['GET'],
  '/machines/session': ['GET'],
  '/machines/batch': ['GET'],
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
