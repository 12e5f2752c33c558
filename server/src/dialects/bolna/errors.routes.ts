import { json, send } from './answering.ts'
import { documented, type Scope } from './api.ts'
import { catalogue, plainCatalogue } from './errors.ts'
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
  const plain = Object.entries(plainCatalogue).map(([status, message]) => ({ error: status, status, message }))
  const own = Object.entries(catalogue).map(([error, { status, message }]) => ({ error, status, message }))
  const errors = [...plain, ...own].map(({ error, status, message }) => ({
    error: Number(error),
    status: Number(status),
    message,
    advice: meanings[error]?.advice ?? '',
  }))
  scope.get('/errors', { schema }, (_request, reply) => send(reply, json(200, { errors })))
}
