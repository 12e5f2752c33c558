import type { Refusal, RefusalCode } from '#domain/vocabulary/refusal.ts'

/** What is answered when something is not done (specification section 7): a status, and a sentence in `detail` (A24). */
export interface Problem {
  readonly status: number
  readonly detail: string
  /** Of a 422: what is wrong where (D9). */
  readonly errors?: readonly FieldProblem[]
  readonly headers?: Readonly<Record<string, string>>
}

/** `loc`: where, as `["body", "text"]` or `["query", "limit"]`. */
export interface FieldProblem {
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly type: string
}

export function plain(status: number, detail: string, headers?: Problem['headers']): Problem {
  return { status, detail, ...(headers && { headers }) }
}

/** Thrown where a value cannot be given back: while a body is being read. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

export const bodyTooLarge: Problem = plain(413, 'The body is larger than 1 MiB.')

/** `Conversation not found`, and so on (A24). */
export function notFound(what: string): Problem {
  return plain(404, `${what} not found`)
}

export function wrongVerb(allowed: readonly string[]): Problem {
  return plain(405, `This path takes ${allowed.join(', ')}.`, { allow: allowed.join(', ') })
}

/** A 422 with the one thing that is wrong. */
export function wrong(loc: FieldProblem['loc'], msg: string, type = 'value_error'): Problem {
  return { status: 422, detail: `${loc.slice(1).join('.')}: ${msg}`, errors: [{ loc, msg, type }] }
}

/** HTTP status for each refusal of the house that no route has words for; total, so that a new one must be placed here. */
const statusOf: Readonly<Record<RefusalCode, number>> = {
  invalid: 422,
  not_found: 404,
  closed: 409,
  wrong_state: 409,
  grouping_taken: 409,
  address_taken: 409,
  in_use: 409,
  fixed: 409,
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
  if (code === 'invalid' && field !== undefined) return wrong(['body', ...field.split('.')], message)
  return plain(statusOf[code], message, again.has(code) ? { 'retry-after': '1' } : undefined)
}
