import { sendProblem } from './answering.ts'
import type { Scope } from './api.ts'
import { needs } from './caller.ts'
import { plain } from './errors.ts'

const absent = plain(404, 'Not offered by this server: conversations that took place elsewhere cannot be imported.')

/** D12's import: what this server tells of a conversation is what it saw itself, so there is none. Said plainly. */
export function importRoutes(scope: Scope): void {
  const onRequest = needs('conversations:manage')
  scope.post('/import', { onRequest, schema: { hide: true } }, (_request, reply) => sendProblem(reply, absent))
}
