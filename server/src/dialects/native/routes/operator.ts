import { isRefused } from '#domain/vocabulary/refusal.ts'
import { fail } from '../errors.ts'
import { created, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire.ts'

/** What the operator does with the server itself. */
export function operatorRoutes(app: Scope, { context }: Native): void {
  const security = [{ admin: [] }]

  app.post(
    '/admin/backup',
    {
      schema: {
        tags: ['Operating (admin key)'],
        security,
        summary: 'Copy the whole store into a new file',
        body: wire.backup,
        response: created(wire.backedUp),
      },
    },
    async ({ body }, reply) => {
      const done = await context.backup(body.file)
      return isRefused(done) ? fail(done.refusal) : reply.code(201).send(done)
    },
  )
}
