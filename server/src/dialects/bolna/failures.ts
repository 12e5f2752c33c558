import type { FastifyError, FastifyInstance } from 'fastify'
import { RequestValidationError } from 'fastify-zod-openapi'
import type { DialectContext } from '../dialect.ts'
import { sendProblem } from './answering.ts'
import { bodyTooLarge } from './credentials/guard.ts'
import { mistake, notFound, plain, plainCatalogue, problem, ProblemError, type Problem } from './errors.ts'
import { limits } from './limits.ts'
import { parseBody, UnreadableBody } from './reading.ts'
import { notUtf8, textOf } from '../well-formed.ts'

/** Reads bodies, and turns whatever is thrown on the way into the error body of section 7. */
export function handleErrors(scope: FastifyInstance, { log }: Pick<DialectContext, 'log'>): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.bodyBytes }, (request, body, done) => {
    // Their clients send a type, and some a body, with everything.
    if (request.method === 'DELETE' || request.method === 'GET') return done(null, undefined)
    const text = textOf(body as Buffer)
    if (text === undefined) return done(new UnreadableBody(notUtf8))
    try {
      done(null, parseBody(text))
    } catch (error) {
      done(error as Error)
    }
  })

  scope.setErrorHandler<FastifyError>((error, request, reply) => {
    const what = problemOf(error)
    if (what.status >= 500) {
      const facts = { request: request.id, route: request.routeOptions.url, error: error.name, stack: error.stack }
      log.error(facts, 'request failed')
    }
    return sendProblem(reply, what)
  })
}

function problemOf(error: FastifyError): Problem {
  if (error instanceof ProblemError) return error.problem
  const mistakes = (error.validation ?? []).filter((one) => one instanceof RequestValidationError)
  if (mistakes.length > 0) {
    if (error.validationContext === 'params') return notFound('Route')
    return mistake(mistakes, error.validationContext === 'querystring' ? 'query' : 'body')
  }
  if (error instanceof UnreadableBody) return problem(1013, error.message)
  if (error.code === 'FST_REQ_FILE_TOO_LARGE') return problem(1032, 'it is larger than 25 MB')
  const status = error.statusCode ?? 500
  if (status === 413) return bodyTooLarge
  if (status >= 400 && status < 500) return problem(1013, error.message)
  if (status === 503) return plain(503, plainCatalogue[503], { 'retry-after': '1' })
  return plain(500, plainCatalogue[500])
}
