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
import type { Talk, TalkItem } from './api.ts'

type Tool = Extract<TalkItem, { is: 'tool' }>

/**
 * What was said and done, oldest first: a view over the communications, with what the session itself knows of them. A tool comes
 * right after what it was used for. Of very much the newest is shown.
 */
export async function talkOf(engine: Engine, session: Session): Promise<Talk> {
  if (isImported(session)) return { items: await historyOf(engine, session), isAll: true }
  const [{ words, isAll }, tools] = await Promise.all([wordsOf(engine, session), toolsOf(engine, session)])
  const items: TalkItem[] = isAll ? [...(tools.after.get(null) ?? [])] : []
  for (const { id, who, text, at, turn: { speaker, took, widgets } = {} } of words) {
    const more = { ...(speaker && { speaker }), ...(took && { took }), ...(widgets && { widgets }) }
    items.push({ is: 'turn', who, text, at, ...more })
    items.push(...(tools.after.get(id) ?? []))
  }
  return { items, isAll: isAll && tools.isAll }
}

interface Tools {
  /** By the communication they came after. */
  readonly after: ReadonlyMap<Id | null, readonly Tool[]>
  readonly isAll: boolean
}

/** As many of the newest as of the words. */
async function toolsOf(engine: Engine, { account, id, attempt }: Session): Promise<Tools> {
  const tools = new Map<Id | null, Tool[]>()
  const upTo = await read(engine, account, (unit) => (unit.state(noun, id) ? unit.version(id) : 0))
  const wanted = { account, aggregate: id, kind: 'tool_call', after: 0, upTo }
  let { words: count, characters: left } = shown
  for await (const { created } of newestParts<SessionEvent>(engine, wanted)) {
    if (created.type !== 'tool.called') continue
    const { after, call, at } = created
    if ((created.attempt ?? attempt.number) !== attempt.number) continue
    left -= JSON.stringify(call).length
    if (count-- === 0 || left < 0) return { after: tools, isAll: false }
    tools.set(after, [{ is: 'tool', call, at }, ...(tools.get(after) ?? [])])
  }
  return { after: tools, isAll: true }
}
