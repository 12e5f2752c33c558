import type { AgentView } from '#services/calls/api.ts'
import { aboutAgent } from './about-agent.ts'
import type { AgentsQuery } from '../wire/agents.ts'
import type { Api } from '../api.ts'
import { wrong, type Problem } from '../errors.ts'
import { limits } from '../limits.ts'
import { madeAt, readStamp, stamp, touchedAt, type Microseconds } from '../time.ts'
import { contains, objectIn } from '../containing.ts'

const readAtOnce = 200
/** No id comes before it. */
const firstId = '0'.repeat(26)

/** Newest first; `next`: where to go on, as a cursor, where the page is full. */
export async function findAgents(
  { context: { services } }: Api,
  account: string,
  query: AgentsQuery,
): Promise<{ readonly views: readonly AgentView[]; readonly next?: string } | Problem> {
  const asked = readQuery(query)
  if ('status' in asked) return asked
  const views: AgentView[] = []
  let after = asked.before === undefined ? undefined : { sort: Math.floor(asked.before / 1_000) + 1, id: firstId }
  for (;;) {
    const page = await services.agents.list(account, { limit: readAtOnce, ...(after && { after }) })
    for (const view of page.items) {
      if (madeAt(view.agent) < asked.notBefore) return { views }
      if (!asked.test(view)) continue
      views.push(view)
      if (views.length === asked.limit) return { views, next: cursorOf(view) }
    }
    if (!page.next) return { views }
    after = { sort: Number(page.next.sort), id: page.next.id }
  }
}

function cursorOf({ agent }: AgentView): string {
  return Buffer.from(stamp(madeAt(agent))).toString('base64')
}

interface Asked {
  readonly limit: number
  /** Exclusive. */
  readonly before: Microseconds | undefined
  readonly notBefore: Microseconds
  readonly test: (view: AgentView) => boolean
}

const moments = ['created_after', 'created_before', 'updated_after', 'updated_before'] as const

function readQuery(query: AgentsQuery): Asked | Problem {
  const times: Partial<Record<(typeof moments)[number], Microseconds>> = {}
  for (const name of moments) {
    const text = query[name]
    const at = text === undefined ? undefined : readStamp(text)
    if (text !== undefined && at === undefined)
      return wrong(['query', name], 'Give a moment with its offset, as 2026-11-20T09:00:00Z.')
    if (at !== undefined) times[name] = at
  }
  const before = query.cursor === undefined ? undefined : readCursor(query.cursor)
  if (query.cursor !== undefined && before === undefined)
    return wrong(['query', 'cursor'], "Give the last item's created_at, Base64-encoded.")
  const metadata = query.metadata === undefined ? {} : objectIn(query.metadata)
  if (metadata === undefined) return wrong(['query', 'metadata'], 'Give a JSON object.')
  return {
    limit: Math.min(query.limit, limits.pageMost),
    before,
    notBefore: times.created_after ?? 0,
    test: (view) => fits(view, query, times, metadata) && (before === undefined || madeAt(view.agent) < before),
  }
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

/** Standard and URL-safe Base64, padded or not (4.2); a plus in a query is a space. */
function readCursor(cursor: string): Microseconds | undefined {
  const text = cursor.replaceAll(' ', '+')
  return /^[\w+/-]+={0,2}$/.test(text) ? readStamp(Buffer.from(text, 'base64').toString('latin1')) : undefined
}
