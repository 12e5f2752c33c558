import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { RequestValidationError } from 'fastify-zod-openapi'
import type { z } from 'zod'
import type { Refusal, RefusalCode } from '#domain/vocabulary/refusal.ts'
import { showId, type Prefix } from './vocabulary.ts'

/** A problem as RFC 9457 writes it, with our code, the field that is wrong and the id of the request. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly field?: string
  /** The id of the other resource that is the cause. */
  readonly conflicting?: string
  readonly retryable: boolean
  readonly requestId?: string
}

/** Codes of this dialect's own, for what is wrong before any command is made. */
export type ProblemCode = RefusalCode | 'malformed' | 'too_large' | 'unsupported_media_type' | 'rate_limited' | 'failed'

interface Meaning {
  readonly status: number
  readonly title: string
  readonly advice: string
  readonly retryable: boolean
}

/** What each code is over HTTP, and what to do about it; also the pages behind the `type` of a problem. */
export const meanings: Record<ProblemCode, Meaning> = {
  invalid: {
    status: 400,
    title: 'A field is wrong',
    advice: 'Correct the `field` that the problem names; `detail` says what it takes.',
    retryable: false,
  },
  malformed: {
    status: 400,
    title: 'The body is not JSON',
    advice: 'Send one JSON document with `Content-Type: application/json`.',
    retryable: false,
  },
  unauthenticated: {
    status: 401,
    title: 'No valid key',
    advice: 'Send `Authorization: Bearer $COLLOQUY_KEY`; the key is in data/dev.env and data/test.env.',
    retryable: false,
  },
  forbidden: {
    status: 403,
    title: 'This key may not do that',
    advice: 'Accounts and backups need the admin key (data/admin.env); everything else a key of the account.',
    retryable: false,
  },
  agent_failed: {
    status: 502,
    title: 'The agent could not answer',
    advice: 'What was written to it is kept. See why in the timeline of the session, mend the agent, and write again.',
    retryable: false,
  },
  not_found: {
    status: 404,
    title: 'There is no such resource',
    advice: 'Check the id. What belongs to another account is not found either.',
    retryable: false,
  },
  closed: {
    status: 409,
    title: 'It is over',
    advice: 'What is closed never changes: the next traffic starts a new conversation; make a new batch or session.',
    retryable: false,
  },
  wrong_state: {
    status: 409,
    title: 'Its state does not allow this now',
    advice: '`detail` says which state it is in and what is possible in it.',
    retryable: false,
  },
  grouping_taken: {
    status: 409,
    title: 'These parties have an open conversation already',
    advice: 'Use the one that `conflicting` names, or close it first.',
    retryable: false,
  },
  address_taken: {
    status: 409,
    title: 'Another participant has this address',
    advice: 'Change the participant that `conflicting` names.',
    retryable: false,
  },
  in_use: {
    status: 409,
    title: 'It is in use',
    advice: 'Remove what uses it first; `conflicting` names it where it is one resource.',
    retryable: false,
  },
  fixed: { status: 409, title: 'This cannot be changed', advice: 'Make a new one instead.', retryable: false },
  stale_version: {
    status: 412,
    title: 'It has changed since',
    advice: 'Read it again and repeat the change.',
    retryable: false,
  },
  busy_with_stream: {
    status: 409,
    title: 'A voice stream is open',
    advice: 'Repeat the request after the stream has ended.',
    retryable: true,
  },
  stream_ended: {
    status: 409,
    title: 'The voice stream has ended',
    advice: 'Start a new stream for a new call.',
    retryable: false,
  },
  wall_clock: {
    status: 409,
    title: 'This account runs on the wall clock',
    advice: 'Only a test account can be moved through time: make one with `"clock": "test"`.',
    retryable: false,
  },
  clock_backwards: {
    status: 409,
    title: 'Time does not run backwards',
    advice: 'Advance to a later instant than `now`.',
    retryable: false,
  },
  idempotency_reused: {
    status: 422,
    title: 'The idempotency key was used for another request',
    advice: 'Use a new key for a new request.',
    retryable: false,
  },
  idempotency_running: {
    status: 409,
    title: 'The same request is still running',
    advice: 'Repeat it a moment later to get its answer.',
    retryable: true,
  },
  limit_reached: {
    status: 409,
    title: 'A limit is reached',
    advice: 'Remove something first; `detail` names the limit.',
    retryable: false,
  },
  too_large: {
    status: 413,
    title: 'The body is too large',
    advice: 'Send less at once; a body may have 36 MiB.',
    retryable: false,
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body has another media type',
    advice: 'Send `Content-Type: application/json`.',
    retryable: false,
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    advice: 'Wait as long as `Retry-After` says. The limit is for the account, over all dialects.',
    retryable: true,
  },
  failed: {
    status: 500,
    title: 'The server failed',
    advice: 'Repeat the request; if it fails again, look for `requestId` in the log.',
    retryable: true,
  },
  busy: {
    status: 503,
    title: 'The server is busy',
    advice: 'Repeat the request after `Retry-After`; nothing was changed.',
    retryable: true,
  },
  unavailable: {
    status: 503,
    title: 'The store is not available',
    advice:
      'Repeat the request after `Retry-After`; nothing was changed. The operator may have to make room on the disk.',
    retryable: true,
  },
}

/** Makes a problem. */
export function problem(code: ProblemCode, detail: string, more: Pick<Problem, 'field' | 'conflicting'> = {}): Problem {
  const { title, status, retryable } = meanings[code]
  return { type: `/errors/${code}`, title, status, code, detail, ...more, retryable }
}

const prefixes: Readonly<Record<string, Prefix>> = {
  conversation: 'conversation',
  configuration: 'configuration',
  participant: 'participant',
  endpoint: 'endpoint',
  account: 'account',
  agent: 'agent',
  batch: 'batch',
  number: 'number',
  session: 'session',
}

/** A refusal of the house in the words of this dialect. */
export function toProblem({ code, message, field, conflicting }: Refusal): Problem {
  const prefix = conflicting && prefixes[conflicting.noun]
  return problem(code, message, {
    ...(field !== undefined && { field }),
    ...(conflicting && { conflicting: prefix ? showId(prefix, conflicting.id) : conflicting.id }),
  })
}

/** Thrown by a handler to answer with a problem. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly problem: Problem

  constructor(given: Problem) {
    super(given.detail)
    this.problem = given
  }
}

/** Throws the problem of a refusal. */
export function fail(refusal: Refusal): never {
  throw new ProblemError(toProblem(refusal))
}

/** Throws `not_found` for an id. */
export function missing(what: string, id: string): never {
  throw new ProblemError(problem('not_found', `There is no ${what} ${id.slice(0, 80)} in this account.`))
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, given: Problem): FastifyReply {
  if (given.status === 503) reply.header('retry-after', '1')
  if (given.status === 401) reply.header('www-authenticate', 'Bearer realm="colloquy"')
  return reply
    .code(given.status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...given, requestId: request.id }))
}

/** The error handler of this dialect's routes. */
export function answerError(report: (request: FastifyRequest, error: Error) => void) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (error instanceof ProblemError) return sendProblem(request, reply, error.problem)
    const first = error.validation?.[0]
    if (first instanceof RequestValidationError)
      return sendProblem(request, reply, problemOfIssue(first.params.issue, error.validationContext))
    const status = error.statusCode ?? 500
    if (status === 413) return sendProblem(request, reply, problem('too_large', meanings.too_large.advice))
    if (status === 415)
      return sendProblem(request, reply, problem('unsupported_media_type', meanings.unsupported_media_type.advice))
    if (status < 500) return sendProblem(request, reply, problem('malformed', error.message))
    if (error.name === 'StorageUnavailable')
      return sendProblem(request, reply, problem('unavailable', meanings.unavailable.advice))
    report(request, error)
    return sendProblem(request, reply, problem('failed', meanings.failed.advice))
  }
}

/** What is wrong with a field, in one sentence. `where`: `body`, `querystring` or `params`. */
export function problemOfIssue(issue: z.core.$ZodIssue, where = 'body'): Problem {
  const nearest = deepest(issue)
  const unknown = nearest.code === 'unrecognized_keys' ? nearest.keys[0] : undefined
  const path = [...nearest.path, ...(unknown === undefined ? [] : [unknown])].map(String)
  const field = path.join('.')
  const place = where === 'querystring' ? 'query parameter' : 'field'
  const detail =
    unknown === undefined
      ? `${field === '' ? `The ${where}` : `The ${place} ${field}`}: ${nearest.message}.`
      : `There is no ${place} ${field}.`
  return problem('invalid', detail, field === '' ? {} : { field })
}

/** Of a union's complaints, the one of the alternative that came furthest. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue
  const furthest = issue.errors
    .flatMap((issues) => issues.slice(0, 1))
    .toSorted((one, other) => other.path.length - one.path.length)[0]
  return furthest === undefined ? issue : deepest({ ...furthest, path: [...issue.path, ...furthest.path] })
}
