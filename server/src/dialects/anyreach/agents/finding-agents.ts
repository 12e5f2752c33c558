import type { AgentView } from '#services/calls/api.ts'
import { aboutAgent } from './about-agent.ts'
import type { AgentsQuery } from '../wire/agents.ts'
import type { Api } from '../api.ts'
import { wrong, type Problem } from '../errors.ts'
import { momentsOf, type Moments } from '../moments.ts'
import { newestOf } from '../newest.ts'
import { madeAt, touchedAt, type Microseconds } from '../time.ts'
import { contains, objectIn } from '../containing.ts'

/** Newest first; `next`: where to go on, as a cursor, where the page is full, or very many were looked at for it. */
export async function findAgents(
  { context: { services } }: Api,
  account: string,
  query: AgentsQuery,
): Promise<{ readonly items: readonly AgentView[]; readonly next?: string } | Problem> {
  const wanted = readQuery(query)
  if ('status' in wanted) return wanted
  return newestOf(
    (page) => services.agents.list(account, page),
    query,
    ({ agent }) => agent,
    wanted,
  )
}

interface Wanted {
  readonly from: Microseconds
  readonly test: (view: AgentView) => boolean
}

function readQuery(query: AgentsQuery): Wanted | Problem {
  const times = momentsOf(query)
  if ('status' in times) return times
  const metadata = query.metadata === undefined ? {} : objectIn(query.metadata)
  if (metadata === undefined) return wrong(['query', 'metadata'], 'Give a JSON object.')
  return { from: times.created_after ?? 0, test: (view) => fits(view, query, times, metadata) }
}

function fits(
  { agent, definition }: AgentView,
  { name = '', active, is_demo: isDemo }: AgentsQuery,
  times: Moments,
  metadata: Readonly<Record<string, unknown>>,
): boolean {
  const about = aboutAgent(definition)
  const updated = touchedAt(agent)
  const { created_before: createdTo = Infinity, updated_after: from = 0, updated_before: to = Infinity } = times
  return (
    definition.name.toLowerCase().includes(name.toLowerCase()) &&
    (active === undefined || about.active === (active === 'true')) &&
    (isDemo === undefined || about.is_demo === (isDemo === 'true')) &&
    madeAt(agent) <= createdTo &&
    updated >= from &&
    updated <= to &&
    contains(about.metadata, metadata)
  )
}
