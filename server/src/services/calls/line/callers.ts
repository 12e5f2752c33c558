import { session as noun } from '#domain/session/session.ts'
import type { Engine } from '#engine/api.ts'
import type { AgentView } from '../api.ts'
import type { PhoneNumber } from '#domain/number/state.ts'

/** How many calls a caller has made to one of our numbers, counted up to `most`. */
export async function callsOf(
  engine: Engine,
  {
    account,
    view,
    own,
    user,
  }: { readonly account: string; readonly view: AgentView; readonly own: PhoneNumber; readonly user: string },
  most: number,
): Promise<number> {
  const page = await engine.list({
    account,
    noun,
    list: 'by_agent',
    equals: [view.agent.id],
    descending: true,
    limit: Math.max(1, most),
    test: ({ facets }) => facets['direction'] === 'inbound' && facets['user'] === user && facets['own'] === own.number,
  })
  return page.items.length
}
