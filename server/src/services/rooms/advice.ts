import type { SessionEvent } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Engine } from '#engine/api.ts'
import { newestParts } from '../calls/conversation/newest.ts'
import { read } from '../reading.ts'

/** How much of it an agent is told, the newest. */
export const mostAdvice = 20

/** What supervisors told the agent of a session so far, oldest first. */
export async function adviceOf(engine: Engine, { account, id }: Session): Promise<readonly string[]> {
  const upTo = await read(engine, account, (unit) => (unit.state(noun, id) ? unit.version(id) : 0))
  const advice: string[] = []
  const wanted = { account, aggregate: id, kind: 'advice', after: 0, upTo }
  for await (const { created } of newestParts<SessionEvent>(engine, wanted)) {
    if (created.type === 'agent.advised') advice.unshift(created.text)
    if (advice.length === mostAdvice) break
  }
  return advice
}
