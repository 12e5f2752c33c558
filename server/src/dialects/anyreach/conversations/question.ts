import type { SessionOutcome, SessionState } from '#domain/session/state.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Services } from '#services/api.ts'
import type { SessionQuestion, SessionView } from '#services/calls/api.ts'
import { readAgentId } from '../agents/agent-ids.ts'
import { contains, objectIn } from '../containing.ts'
import { artefactsOf, changedAt, durationOf, userTurnsOf, versionShown } from './conversation.ts'
import { wrong, type Problem } from '../errors.ts'
import { keptOf } from './kept.ts'
import { momentsOf, type Moments } from '../moments.ts'
import { madeAt, type Microseconds } from '../time.ts'
import { kindOf, possibleStatuses, statusOf } from '../vocabulary.ts'
import type { Filters } from '../wire/requests.ts'

export type Question = Omit<SessionQuestion, 'after' | 'skip' | 'limit'>
type Facets = Parameters<NonNullable<SessionQuestion['test']>>[0]
type Test = (view: SessionView) => boolean | Promise<boolean>
type Sources = Pick<Services, 'sessions' | 'clock'>

/** What a list's filters ask for (4.2), or what is wrong with them. Undefined: nothing can be found by them. */
export function questionOf(sources: Sources, filters: Filters): Question | Problem | undefined {
  const times = momentsOf(filters)
  if ('status' in times) return times
  const metadata = filters.custom_metadata === undefined ? {} : objectIn(filters.custom_metadata)
  if (metadata === undefined) return wrong(['query', 'custom_metadata'], 'Give a JSON object, like {"order_id":"123"}.')
  const agent = filters.agent_id === undefined ? undefined : readAgentId(filters.agent_id)
  if (filters.agent_id !== undefined && agent === undefined) return undefined
  const tests = [...ownTests(filters, metadata), ...readTests(sources, filters, times), ...exactTimes(times)]
  return {
    ...(agent !== undefined && { agent }),
    ...window(times),
    test: (facets) => mayFit(facets, filters),
    ...(tests.length > 0 && { also: (view) => passes(view, tests) }),
    ...(countsTurns(filters) && { readMost: transcriptsRead }),
  }
}

/** Of a telephone call the turns are in its words alone, which are read for it: so many calls for one page. */
const transcriptsRead = 500

function countsTurns({ user_turn_count_above, user_turn_count_below }: Filters): boolean {
  return isGiven(user_turn_count_above, user_turn_count_below)
}

async function passes(view: SessionView, tests: readonly Test[]): Promise<boolean> {
  for (const test of tests) if (!(await test(view))) return false
  return true
}

/** What the rows of lists say: whatever may fit is looked at. */
function mayFit(facets: Facets, { direction, channel, status, ...filters }: Filters): boolean {
  const { kind, user, own } = facets
  const text = String(user)
  const { user_id: part, user_id_exact: exact, agent_number: number } = filters
  return (
    (direction === undefined || facets['direction'] === direction) &&
    (channel === undefined || channel.some((one) => kindOf[one] === kind)) &&
    (status === undefined || mayBe(facets, status)) &&
    (number === undefined || ((kind === 'email' || kind === 'telephone') && String(own).includes(number))) &&
    (exact === undefined || text === exact) &&
    (part === undefined || includes(text, part))
  )
}

function mayBe({ state, outcome }: Facets, wanted: NonNullable<Filters['status']>): boolean {
  const possible = possibleStatuses(state as SessionState, outcome as SessionOutcome | undefined)
  return wanted.some((one) => possible.has(one))
}

function includes(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase())
}

/** What a session says itself. */
function ownTests(filters: Filters, metadata: Readonly<Record<string, unknown>>): readonly Test[] {
  const { status, agent_id: agent, agent_version_id: version, web_widget_id: widget, custom_metadata: given } = filters
  const tests: (Test | false)[] = [
    status !== undefined && (({ session }) => status.some((one) => one === statusOf(session))),
    agent !== undefined && (({ definition }) => !definition.unlisted),
    version !== undefined && ((view) => versionShown(view) === version),
    widget !== undefined && (({ order }) => keptOf(order).web_widget_id === widget),
    given !== undefined && (({ order }) => contains(keptOf(order).custom_metadata, metadata)),
  ]
  return tests.filter((test) => test !== false)
}

/** What has to be read beside it. */
function readTests(sources: Sources, filters: Filters, times: Moments): readonly Test[] {
  const { duration_above, duration_below, user_turn_count_above, user_turn_count_below } = filters
  const { updated_after, updated_before } = times
  const tests: (Test | false)[] = [
    isGiven(duration_above, duration_below) &&
      (async ({ session }) => within(await durationOf(sources, session), duration_above, duration_below)),
    countsTurns(filters) &&
      (async ({ session }) =>
        within(await userTurnsOf(sources, session), user_turn_count_above, user_turn_count_below)),
    isGiven(updated_after, updated_before) &&
      (async (view) =>
        within(changedAt(sources, view.session, await artefactsOf(sources, view)), updated_after, updated_before)),
  ]
  return tests.filter((test) => test !== false)
}

function isGiven(...bounds: readonly (number | undefined)[]): boolean {
  return bounds.some((bound) => bound !== undefined)
}

/** Both bounds inclusive; what is not known fits none. */
function within(value: number | null, least = -Infinity, most = Infinity): boolean {
  return value !== null && value >= least && value <= most
}

/** The milliseconds that lists go by. */
function window({ created_after: from, created_before: to }: Moments): Pick<Question, 'createdFrom' | 'createdTo'> {
  return {
    ...(from !== undefined && { createdFrom: millisecond(from) }),
    ...(to !== undefined && { createdTo: millisecond(to) }),
  }
}

function millisecond(at: Microseconds): Instant {
  return Math.floor(at / 1_000)
}

/** And to the microsecond, within the first and the last one. */
function exactTimes({ created_after: from, created_before: to }: Moments): readonly Test[] {
  return isGiven(from, to) ? [({ session }) => within(madeAt(session), from, to)] : []
}
