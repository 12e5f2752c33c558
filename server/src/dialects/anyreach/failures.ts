import type { FastifyError, FastifyInstance } from 'fastify'
import { RequestValidationError } from 'fastify-zod-openapi'
import type { DialectContext } from '../dialect.ts'
import { isWellFormed, notUtf8, notWellFormed, textOf } from '../well-formed.ts'
import { sendProblem } from './answering.ts'
import { bodyTooLarge, notFound, plain, ProblemError, wrong, type FieldProblem, type Problem } from './errors.ts'
import { inexactNumber } from './exact-numbers.ts'
import { limits } from './limits.ts'

/** Reads bodies, and turns whatever is thrown on the way into the error body of section 7. */
export function handleErrors(scope: FastifyInstance, { log }: Pick<DialectContext, 'log'>): void {
  readBodies(scope)
  scope.setErrorHandler<FastifyError>((error, request, reply) => {
    const what = problemOfError(error)
    if (what.status >= 500) {
      const facts = { request: request.id, route: request.routeOptions.url, error: error.name, stack: error.stack }
      log.error(facts, 'request failed')
    }
    return sendProblem(reply, what)
  })
}

/** JSON, whatever it is called where nothing was sent: many clients name a type all the same. */
function readBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.bodyBytes }, (request, body, done) => {
    const bytes = body as Buffer
    if (bytes.length === 0 || request.method === 'DELETE') return done(null, undefined)
    const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers
    if (!/^identity$/i.test(encoding)) return done(new ProblemError(encoded))
    if (type !== '' && !/^application\/(?:[\w.-]+\+)?json *(?:;|$)/i.test(type)) return done(new ProblemError(notJson))
    const read = readJson(bytes)
    return 'value' in read ? done(null, read.value) : done(new ProblemError(read.problem))
  })
}

function readJson(bytes: Buffer): { readonly value: unknown } | { readonly problem: Problem } {
  const text = textOf(bytes)?.replace(/^\ufeff/, '')
  if (text === undefined) return { problem: plain(400, notUtf8) }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: plain(400, 'The body is not valid JSON.') }
  }
  if (isDeeper(value, limits.bodyDepth)) return { problem: tooDeep }
  if (!isWellFormed(text, value)) return { problem: plain(400, notWellFormed) }
  const name = unusable(value)
  if (name) return { problem: wrong(['body', ...name], 'This name cannot be used: choose another.') }
  const number = inexactNumber(text)
  return number ? { problem: wrong(['body', ...number], notExact) } : { value }
}

/** Where something is called as the parts of every object are: code that copies it would change them for all. */
function unusable(value: unknown): readonly (string | number)[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') return [key]
    if (key === 'constructor' && typeof inner === 'object' && inner !== null && Object.hasOwn(inner, 'prototype'))
      return [key, 'prototype']
    const within = unusable(inner)
    if (within) return [Array.isArray(value) ? Number(key) : key, ...within]
  }
  return undefined
}

const encoded = plain(415, 'Send the body as it is: no Content-Encoding is read here.')
const notJson = plain(415, 'Send the body as JSON, with Content-Type: application/json.')

const notExact = 'This number cannot be kept exactly: send it as a string.'

const tooDeep = plain(400, `The body is nested more than ${limits.bodyDepth} levels deep.`)

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return most === 0 || Object.values(value).some((part) => isDeeper(part, most - 1))
}

function problemOfError(error: FastifyError): Problem {
  if (error instanceof ProblemError) return error.problem
  const mistakes = (error.validation ?? []).filter((one) => one instanceof RequestValidationError)
  if (mistakes.length > 0) return problemOfMistakes(mistakes, error.validationContext)
  const status = error.statusCode ?? 500
  if (status === 413) return bodyTooLarge
  if (status >= 400 && status < 500) return plain(status, error.message)
  if (status === 503) return plain(503, 'The server is not ready: try again.', { 'retry-after': '1' })
  return plain(500, 'The server failed at this; its log says more under the id of the request.')
}

/** D9: `detail` is a text, `errors` says the same field by field. A path that cannot be an id names nothing. */
function problemOfMistakes(mistakes: readonly RequestValidationError[], context: string | undefined): Problem {
  if (context === 'params') return notFound('Path')
  const where = context === 'querystring' ? 'query' : context === 'headers' ? 'header' : 'body'
  const errors = mistakes.map(({ params: { issue } }): FieldProblem => {
    const loc = [where, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
    return { loc, msg: issue.message, type: issue.code ?? 'value_error' }
  })
  const [first] = errors
  const detail = first ? [first.loc.slice(1).join('.'), first.msg].filter((part) => part !== '').join(': ') : ''
  return { status: 422, detail, errors }
}
