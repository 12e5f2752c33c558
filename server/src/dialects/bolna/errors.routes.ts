import { json, send } from './answering.ts'
import { documented, type Scope } from './api.ts'
import { catalogue } from './errors.ts'
import { meanings } from './meanings.ts'
import { errorCatalogue } from './wire/answers.ts'

/** `GET /errors` (D55): what the integers in answers mean; needs no key. */
export function errorRoutes(scope: Scope): void {
  const schema = {
    tags: ['Errors'],
    summary: 'The error catalogue',
    security: [],
    response: documented({ 200: errorCatalogue }),
  }
  const errors = Object.entries(catalogue).map(([code, { status, message }]) => ({
    error: Number(code),
    status,
    message,
    advice: meanings[code]?.advice ?? '',
  }))
  scope.get('/errors', { schema }, (_request, reply) => send(reply, json(200, { errors })))
}
