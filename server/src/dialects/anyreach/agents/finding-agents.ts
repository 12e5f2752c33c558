import type { AgentView } from '#services/calls/api.ts'
import { aboutAgent } from './about-agent.ts'
import type { AgentsQuery } from '../wire/agents.ts'
import type { Api } from '../api.ts'
import { wrong, type Problem } from '../errors.ts'
import { newestOf } from '../newest.ts'
import { madeAt, readStamp, touchedAt, type Microseconds } from '../time.ts'
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

const moments = ['created_after', 'created_before', 'updated_after', 'updated_before'] as const

function readQuery(query: AgentsQuery): Wanted | Problem {
  const times: Partial<Record<(typeof moments)[number], Microseconds>> = {}
  for (const name of moments) {
    const text = query[name]
    const at = text === undefined ? undefined : readStamp(text)
    if (text !== undefined && at === undefined)
      return wrong(['query', name], 'Give a moment with its offset, as 2026-11-20T09:00:00Z.')
    if (at !== undefined) times[name] = at
  }
  const metadata = query.metadata === undefined ? {} : objectIn(query.metadata)
  if (metadata === undefined) return wrong(['query', 'metadata'], 'Give a JSON object.')
  return { from: times.created_after ?? 0, test: (view) => fits(view, query, times, metadata) }
}

function fits(
  { agent, definition }: AgentView,
  { name = '', active, is_demo: isDemo }: AgentsQuery,
  times: Partial<Record<(typeof moments)[number], Microseconds>>,
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
