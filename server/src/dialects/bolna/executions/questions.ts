import type { SessionOutcome, SessionState } from '#domain/session/state.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { SessionQuestion } from '#services/calls/api.ts'
import { problem, type Problem } from '../errors.ts'
import { readId } from '../ids.ts'
import { limits } from '../limits.ts'
import { readUtc } from '../time.ts'
import { endingStatus, openStatus, providerOf, type ExecutionStatus } from '../vocabulary.ts'
import type { ExecutionsQuery } from '../wire/calls.ts'

type Question = Omit<SessionQuestion, 'after' | 'skip' | 'limit'>
type Facets = Parameters<NonNullable<SessionQuestion['test']>>[0]

/** What is listed: executions are telephone calls that took place here. */
export const executionsOnly = {
  kinds: ['telephone'],
  test: ({ imported }) => imported === undefined,
} as const satisfies Question

/** The question a list's query asks (4.2), or what is wrong with it. Undefined: nothing can be found by it. */
export function questionOf(query: ExecutionsQuery, agent?: string): Question | Problem | undefined {
  const window = windowOf(query)
  if ('error' in window) return window
  const wanted = agent ?? (query.agent_id === undefined ? undefined : readId(query.agent_id))
  const batch = query.batch_id === undefined ? undefined : readId(query.batch_id)
  if (query.agent_id !== undefined && wanted === undefined) return undefined
  if (query.batch_id !== undefined && batch === undefined) return undefined
  return {
    ...executionsOnly,
    ...window,
    ...(wanted !== undefined && { agent: wanted }),
    test: (facets) => executionsOnly.test(facets) && matches(facets, query, batch),
  }
}

function matches(facets: Facets, query: ExecutionsQuery, batch: string | undefined): boolean {
  const { status, call_type, provider, answered_by_voice_mail, user_number } = query
  return (
    (batch === undefined || facets['batch'] === batch) &&
    (status === undefined || status.includes(shownStatus(facets))) &&
    (call_type === undefined || facets['direction'] === call_type) &&
    (provider === undefined || providerOf(String(facets['route'])) === provider) &&
    (user_number === undefined || facets['user'] === user_number) &&
    // D44: nothing is left out unless it is asked for.
    (answered_by_voice_mail === undefined || facets['voicemail'] === (answered_by_voice_mail === 'true'))
  )
}

/** The status of a session, of what lists keep of it. */
function shownStatus({ state, outcome, wasLive }: Facets): ExecutionStatus {
  if (state === 'ended') return endingStatus((outcome ?? 'stopped') as SessionOutcome, wasLive === true)
  return openStatus(state as Exclude<SessionState, 'ended' | 'erasing'>)
}

/** D1: both or none, both inclusive, and not more than a week (and a minute) apart. */
function windowOf({ from, to }: ExecutionsQuery): Pick<Question, 'createdFrom' | 'createdTo'> | Problem {
  if (from === undefined && to === undefined) return {}
  if (from === undefined || to === undefined) return problem(1010)
  const [createdFrom, createdTo] = [readUtc(from), readUtc(to)]
  if (createdFrom === undefined) return problem(1012, 'from')
  if (createdTo === undefined || createdTo < createdFrom) return problem(1012, 'to')
  return tooFar(createdFrom, createdTo) ? problem(1011) : { createdFrom, createdTo }
}

function tooFar(from: Instant, to: Instant): boolean {
  return to - from > limits.windowMs
}

/** What was asked for, as it is echoed in `filters`. */
export function filtersOf(query: ExecutionsQuery): Readonly<Record<string, unknown>> {
  const given = Object.entries(query).filter(([name, value]) => known.has(name) && value !== undefined)
  return Object.fromEntries(given)
}

const known = new Set([
  'status',
  'call_type',
  'provider',
  'answered_by_voice_mail',
  'batch_id',
  'agent_id',
  'user_number',
  'from',
  'to',
])
