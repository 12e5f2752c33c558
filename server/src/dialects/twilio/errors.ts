import type { RequestValidationError } from 'fastify-zod-openapi'
import { refuse, type Refusal, type RefusalCode, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Rendered } from '#engine/api.ts'
import type { ErrorResource } from './resources.ts'
import { conflictingId, type Resource } from './vocabulary.ts'

/** What is answered when something is not done (specification section 7): one body in which every client finds its fields. */

export interface Problem {
  readonly status: number
  readonly code: number
  readonly message: string
  /** The field that is wrong, in the words of the request. */
  readonly field?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** HTTP status and Twilio's number for each refusal of the house; total, so that a new refusal must be placed here. */
export const answers: Readonly<Record<RefusalCode, readonly [status: number, code: number]>> = {
  invalid: [400, 20001],
  not_found: [404, 20404],
  closed: [409, 20409],
  wrong_state: [409, 20409],
  grouping_taken: [409, 20409],
  address_taken: [409, 20409],
  in_use: [409, 20409],
  fixed: [409, 20409],
  stale_version: [412, 20412],
  busy_with_stream: [409, 20409],
  stream_ended: [409, 20409],
  wall_clock: [409, 20409],
  clock_backwards: [409, 20409],
  idempotency_reused: [409, 20409],
  idempotency_running: [409, 20409],
  limit_reached: [409, 20409],
  agent_failed: [409, 20409],
  unauthenticated: [401, 20003],
  forbidden: [403, 20403],
  busy: [503, 20503],
  unavailable: [503, 20503],
}

// Worth trying again, unchanged, after a moment.
const again: ReadonlySet<RefusalCode> = new Set(['idempotency_running', 'busy', 'unavailable'])

export function problemOf(refusal: Refusal): Problem {
  const [status, code] = answers[refusal.code]
  const headers = {
    ...(refusal.conflicting && { 'x-conflicting-resource-id': conflictingId(refusal.conflicting) }),
    ...(again.has(refusal.code) && { 'retry-after': '1' }),
    ...(status === 401 && { 'www-authenticate': challenge }),
  }
  const field = refusal.field === undefined ? undefined : fieldWord(refusal.field)
  const named = status !== 400 || field === undefined || refusal.message.includes(field)
  return {
    status,
    code,
    message: named ? refusal.message : `Invalid ${field}: ${refusal.message}`,
    ...(field !== undefined && { field }),
    ...(Object.keys(headers).length > 0 && { headers }),
  }
}

const challenge = 'Basic realm="Conversation Orchestrator", charset="UTF-8"'

export function renderProblem(problem: Problem, baseUrl: string): Rendered {
  const body: ErrorResource = {
    code: problem.code,
    message: problem.message,
    more_info: `${baseUrl}/errors/${problem.code}`,
    status: problem.status,
    httpStatusCode: problem.status,
    userError: problem.status < 500,
    params: problem.field === undefined ? {} : { field: problem.field },
  }
  return { status: problem.status, headers: problem.headers ?? {}, body: JSON.stringify(body) }
}

export function notFound(what: string): Refused {
  return refuse(
    'not_found',
    `The requested resource ${what.slice(0, 200)} was not found. Check the id and the account.`,
  )
}

export function invalid(field: string, message: string): Refused {
  return refuse('invalid', message, { field })
}

/** Another resource stands in the way: the header by which clients go on with that one (N5). */
export function conflictProblem(resource: Resource, id: string, message: string): Problem {
  return problemOf({ code: 'grouping_taken', message, conflicting: { noun: resource, id } })
}

/** The first mistake a schema found, as a sentence that names the field and what it takes. */
export function mistake(errors: readonly RequestValidationError[]): Problem {
  const issue = errors[0]?.params.issue
  const path = [...(issue?.path ?? [])]
  if (issue?.code === 'unrecognized_keys' && issue.keys[0] !== undefined) path.push(issue.keys[0])
  const field = path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`,
    '',
  )
  const what = issue ? expectation(issue) : 'it could not be read'
  return { status: 400, code: 20001, message: field ? `Invalid ${field}: ${what}.` : `Invalid body: ${what}.`, field }
}

function expectation(issue: RequestValidationError['params']['issue']): string {
  if (issue.code === 'unrecognized_keys') return 'this cannot be changed here'
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return 'it is required'
  return issue.message.replace(/^Invalid (?:input|option|string|key in record): /, '').replace(/\.$/, '')
}

// Field names that differ from ours; a refusal of the house names fields in domain words.
const fieldWords: Readonly<Record<string, string>> = {
  channels: 'channelSettings',
  timeouts: 'statusTimeouts',
  inactiveMs: 'inactive',
  closedMs: 'closed',
  capture: 'captureRules',
  grouping: 'conversationGroupingType',
  callbacks: 'statusCallbacks',
  intelligence: 'intelligenceConfigurationIds',
  memoryExtraction: 'memoryExtractionEnabled',
  bridgeService: 'conversationsV1Bridge.serviceId',
  closeSilentAfterMinutes: 'ext.closeSilentAfterMinutes',
  mergeMetadata: 'metadata',
  participantType: 'type',
  traitStrategies: 'configuration.traitExtractionStrategyIds',
  observationStrategies: 'configuration.observationExtractionStrategyIds',
}

export function fieldWord(field: string): string {
  return field
    .split('.')
    .map((step) => (Object.hasOwn(fieldWords, step) ? fieldWords[step] : step))
    .join('.')
}
