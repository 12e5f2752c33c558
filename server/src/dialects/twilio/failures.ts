import type { FastifyError, FastifyInstance } from 'fastify'
import { RequestValidationError } from 'fastify-zod-openapi'
import type { Api } from './api.ts'
import { bodyTooLarge } from './caller.ts'
import { mistake, type Problem } from './errors.ts'
import { limits } from './limits.ts'
import { parseBody, UnreadableBody } from './reading.ts'
import { notUtf8, textOf } from '../well-formed.ts'

/** Reads bodies and turns whatever is thrown on the way into the error body of the dialect. */
export function handleErrors(scope: FastifyInstance, { answering, context }: Pick<Api, 'answering' | 'context'>): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.bodyBytes }, (request, body, done) => {
    if (request.method === 'DELETE') return done(null, undefined)
    const type = request.headers['content-type'] ?? ''
    if (type !== '' && !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type.trim())) return done(new NotJson())
    const text = textOf(body as Buffer)
    if (text === undefined) return done(new UnreadableBody(notUtf8))
    try {
      done(null, parseBody(text))
    } catch (error) {
      done(error as Error)
    }
  })

  scope.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = problemOf(error)
    if (problem.status >= 500) {
      const facts = {
        request: request.twilioCaller?.requestId,
        route: request.routeOptions.url,
        error: error.name,
        stack: error.stack,
      }
      context.log.error(facts, 'request failed')
    }
    return answering.problem(request, reply, problem)
  })
}

class NotJson extends Error {
  readonly statusCode = 415
}

const notJson = {
  status: 415,
  code: 20422,
  message: 'The body must be JSON: send Content-Type: application/json.',
}

function problemOf(error: FastifyError): Problem {
  const mistakes = (error.validation ?? []).filter((one) => one instanceof RequestValidationError)
  if (mistakes.length > 0) return mistake(mistakes)
  if (error instanceof UnreadableBody) return { status: 400, code: 20001, message: error.message }
  const status = error.statusCode ?? 500
  if (status === 415) return notJson
  if (status === 413) return bodyTooLarge
  if (status >= 400 && status < 500) return { status: 400, code: 20001, message: error.message }
  if (status === 503)
    return {
      status,
      code: 20503,
      message: 'The server cannot answer now; repeat the request in a moment.',
      headers: { 'retry-after': '1' },
    }
  return {
    status: 500,
    code: 20500,
    message: 'The server failed at this. Repeat the request; its id is in Twilio-Request-Id.',
  }
}
