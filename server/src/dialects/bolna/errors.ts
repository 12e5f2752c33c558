import type { RequestValidationError } from 'fastify-zod-openapi'
import type { Refusal, RefusalCode } from '#domain/vocabulary/refusal.ts'
import type { Rendered } from '#engine/api.ts'
import { limits } from './limits.ts'

/** What is answered when something is not done (specification section 7). Every body has `error`, `message` and `detail`. */
export interface Problem {
  readonly status: number
  /** Our catalogue's stable integer; the HTTP status where there is none. */
  readonly error: number
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The catalogue (D55), published at `GET /errors`. */
export const catalogue = {
  1001: { status: 400, message: 'agent_id is required' },
  1002: { status: 400, message: 'recipient_phone_number is required' },
  1003: { status: 400, message: 'recipient_phone_number must be in E.164 format' },
  1004: { status: 400, message: 'Invalid from_phone_number' },
  1005: { status: 400, message: 'Scheduled time should be atleast 2 minutes in the future' }, // their spelling
  1006: { status: 400, message: 'scheduled_at must be an ISO 8601 timestamp with a time zone' },
  1007: { status: 400, message: 'scheduled_at is too far in the future' },
  1008: { status: 400, message: 'retry_config is invalid' },
  1009: { status: 400, message: 'user_data exceeds 25 KB' },
  1010: { status: 400, message: 'from and to must be passed together' },
  1011: { status: 400, message: 'The range between from and to cannot exceed 7 days' },
  1012: { status: 400, message: 'Invalid query parameter' },
  1013: { status: 400, message: 'The body is not valid' },
  1020: { status: 400, message: 'agent_config is required' },
  1021: { status: 400, message: 'tasks is required' },
  1022: { status: 400, message: 'toolchain.pipelines must be array of arrays' },
  1023: { status: 400, message: 'calling_guardrails is invalid' },
  1030: { status: 400, message: 'file is required' },
  1031: { status: 400, message: 'contact_number column is required' },
  1032: { status: 400, message: 'file cannot be read' },
  2001: { status: 400, message: 'Call is not queued or scheduled' },
  2002: { status: 404, message: 'Batch is not queued or running' },
  2003: { status: 409, message: 'Idempotency-Key was used with a different request' },
  2004: { status: 409, message: 'Call is not in flight' },
  2005: { status: 404, message: 'No active call found for this run_id' },
  2006: { status: 400, message: 'Batch cannot be scheduled any more' },
} as const

export type ErrorCode = keyof typeof catalogue

/** What has no number of its own is told by its HTTP status. */
export const plainCatalogue = {
  400: 'The request is not valid',
  401: 'Access denied',
  403: 'Unrecognized access token',
  404: '<Resource> not found',
  409: 'The request does not fit what is there',
  413: `The request is larger than ${limits.bodyBytes / 1024 / 1024} MiB`,
  429: 'Too many requests',
  500: 'Internal server error',
  503: 'Try again in a moment',
} as const

/** A problem of the catalogue; `more` goes behind the message, after a colon. */
export function problem(code: ErrorCode, more?: string): Problem {
  const { status, message } = catalogue[code]
  return { status, error: code, message: more === undefined ? message : `${message}: ${more}` }
}

export function plain(status: number, message: string, headers?: Problem['headers']): Problem {
  return { status, error: status, message, ...(headers && { headers }) }
}

export function notFound(what: string): Problem {
  return plain(404, `${what} not found`)
}

/** HTTP status for each refusal of the house that no route has a number for; total, so that a new one must be placed here. */
const statusOf: Readonly<Record<RefusalCode, number>> = {
  invalid: 400,
  not_found: 404,
  closed: 400,
  wrong_state: 400,
  grouping_taken: 409,
  address_taken: 409,
  in_use: 409,
  fixed: 400,
  stale_version: 409,
  busy_with_stream: 409,
  stream_ended: 409,
  wall_clock: 409,
  clock_backwards: 409,
  idempotency_reused: 409,
  idempotency_running: 409,
  limit_reached: 409,
  agent_failed: 502,
  unauthenticated: 401,
  forbidden: 403,
  busy: 503,
  unavailable: 503,
}

const again: ReadonlySet<RefusalCode> = new Set(['idempotency_running', 'busy', 'unavailable'])

export function problemOf({ code, message, field }: Refusal): Problem {
  if (code === 'idempotency_reused') return problem(2003)
  const status = statusOf[code]
  const named = field === undefined || message.includes(field) ? message : `${field}: ${message}`
  return plain(status, named, again.has(code) ? { 'retry-after': '1' } : undefined)
}

export function renderProblem({ status, error, message, headers = {} }: Problem): Rendered {
  return { status, headers, body: JSON.stringify({ error, message, detail: message }) }
}

/** A problem on its way to the error handler. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly problem: Problem

  constructor(what: Problem) {
    super(what.message)
    this.problem = what
  }
}

/** What a field's mistake is called in the catalogue: by the beginning of its path, the longest first. */
const byField: readonly (readonly [path: string, code: ErrorCode, named: boolean])[] = [
  ['agent_id', 1001, false],
  ['file', 1030, false],
  ['recipient_phone_number', 1002, false],
  ['retry_config', 1008, true],
  ['agent_config.calling_guardrails', 1023, true],
  ['agent_config.tasks', 1021, false],
  ['agent_config', 1020, false],
  ['scheduled_at', 1006, false],
  ['from_phone_number', 1004, false],
]

/** The first mistake a schema found, as the problem of its field. */
export function mistake(errors: readonly RequestValidationError[], part: 'body' | 'query'): Problem {
  const issue = errors[0]?.params.issue
  const path = (issue?.path ?? []).map(String).join('.')
  // One item of a list with commas is a mistake of its parameter.
  if (part === 'query') return problem(1012, path.split('.', 1)[0] || 'query')
  if (/\.toolchain\.pipelines(?:\.|$)/.test(path)) return problem(1022)
  const missing = issue?.code === 'invalid_type' && issue.message.endsWith('received undefined')
  const known = byField.find(([prefix]) => path === prefix || path.startsWith(`${prefix}.`))
  if (known === undefined) return problem(1013, path ? `${path}: ${wordsOf(issue?.message)}` : wordsOf(issue?.message))
  const [prefix, code, named] = known
  if (named) return problem(code, path === prefix ? wordsOf(issue?.message) : path.slice(prefix.length + 1))
  if (path === prefix && (missing || always.has(code))) return problem(code)
  return problem(1013, `${path}: ${wordsOf(issue?.message)}`)
}

/** Whose text says it whatever the mistake is. */
const always: ReadonlySet<ErrorCode> = new Set([1001, 1004, 1006, 1021, 1030])

function wordsOf(message = 'it could not be read'): string {
  return message.replace(/^Invalid input: /, '').replace(/\.$/, '')
}
