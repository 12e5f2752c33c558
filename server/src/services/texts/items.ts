import type { SessionEvent } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import { isImported } from '#domain/session/standing.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine } from '#engine/api.ts'
import { historyOf } from '../calls/conversation/history.ts'
import { newestParts } from '../calls/conversation/newest.ts'
import { shown, wordsOf } from '../calls/conversation/transcript.ts'
import { read } from '../reading.ts'
import type { TalkItem } from './api.ts'

type Tool = Extract<TalkItem, { is: 'tool' }>

const mostTools = 10_000

/**
 * What was said and done, oldest first: a view over the communications, with what the session itself knows of them. A tool comes
 * right after what it was used for. Of very much the newest is shown.
 */
export async function itemsOf(engine: Engine, session: Session): Promise<readonly TalkItem[]> {
  if (isImported(session)) return historyOf(engine, session)
  const [words, tools] = await Promise.all([wordsOf(engine, session), toolsOf(engine, session)])
  const isAll = words.length < shown.words
  const items: TalkItem[] = isAll ? [...(tools.get(null) ?? [])] : []
  for (const { id, who, text, at, turn: { took, widgets } = {} } of words) {
    items.push({ is: 'turn', who, text, at, ...(took && { took }), ...(widgets && { widgets }) })
    items.push(...(tools.get(id) ?? []))
  }
  return items
}

/** The newest, by the communication they came after. */
async function toolsOf(engine: Engine, { account, id }: Session): Promise<ReadonlyMap<Id | null, readonly Tool[]>> {
  const tools = new Map<Id | null, Tool[]>()
  const upTo = await read(engine, account, (unit) => (unit.state(noun, id) ? unit.version(id) : 0))
  let count = 0
  for await (const { created } of newestParts<SessionEvent>(engine, {
    account,
    aggregate: id,
    kind: 'tool_call',
    after: 0,
    upTo,
  })) {
    if (created.type !== 'tool.called') continue
    const { after, call, at } = created
    tools.set(after, [{ is: 'tool', call, at }, ...(tools.get(after) ?? [])])
    if (++count === mostTools) break
  }
  return tools
}
