import type { ImportedItem, SessionEvent } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import type { Engine } from '#engine/api.ts'

/** What was said and done in a session that took place elsewhere, oldest first: all of it is one part of the session. */
export async function historyOf(engine: Engine, { account, id }: Session): Promise<readonly ImportedItem[]> {
  const [part] = await engine.parts<SessionEvent>(account, id, { kind: 'history', after: 0, limit: 1 })
  return part?.created.type === 'words.imported' ? part.created.items : []
}
