import { dirname } from 'node:path'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { fail, problem, ProblemError } from '../errors.ts'
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
      const done = await context.backup(body.file).catch((error: unknown) => unwritable(body.file, error))
      return isRefused(done) ? fail(done.refusal) : reply.code(201).send(done)
    },
  )
}

/** What the system says when a file cannot be made there, in words. Anything else is not the place's fault. */
const reasons: readonly (readonly [said: RegExp, why: string])[] = [
  [/EACCES|EPERM|readonly|permission|unable to open/i, 'the server may not write there'],
  [/EROFS/, 'it is read-only'],
  [/ENOTDIR|ENOENT/, 'it is no folder'],
  [/ENOSPC|EDQUOT|disk is full/i, 'there is no room left'],
]

/** Names the folder that a backup cannot be written into, and why. */
function unwritable(file: string, error: unknown): never {
  const said = error instanceof Error ? `${'code' in error ? String(error.code) : ''} ${error.message}` : ''
  const why = reasons.find(([pattern]) => pattern.test(said))?.[1]
  if (why === undefined) throw error
  const folder = dirname(file) === '.' ? 'the folder for backups' : dirname(file)
  const detail = `No backup can be written into ${folder}: ${why}. Choose another folder, or let the server's user write there.`
  throw new ProblemError(problem('invalid', detail, { field: 'file' }))
}
