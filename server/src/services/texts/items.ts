import type { SessionEvent, TurnTaken } from '#domain/session/events.ts'
import { isImported } from '#domain/session/standing.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine } from '#engine/api.ts'
import { historyOf } from '../calls/conversation/history.ts'
import { wordsOf } from '../calls/conversation/transcript.ts'
import type { TalkItem } from './api.ts'

type Tool = Extract<TalkItem, { is: 'tool' }>

const readAtOnce = 500
/** Of more tools and turns nothing is shown beside the words. */
const most = 10_000

/**
 * What was said and done, oldest first: a view over the communications, with what the session itself knows of them. A tool comes
 * right after what it was used for.
 */
export async function itemsOf(engine: Engine, session: Session): Promise<readonly TalkItem[]> {
  if (isImported(session)) return historyOf(engine, session)
  // The turns of a call do not name their words.
  const [words, turns, tools] = await Promise.all([
    wordsOf(engine, session),
    session.kind === 'telephone' ? new Map<Id, TurnTaken>() : turnsOf(engine, session),
    toolsOf(engine, session),
  ])
  const items: TalkItem[] = [...(tools.get(null) ?? [])]
  for (const { id, who, text, at } of words) {
    const { took, widgets } = turns.get(id) ?? {}
    items.push({ is: 'turn', who, text, at, ...(took && { took }), ...(widgets && { widgets }) })
    items.push(...(tools.get(id) ?? []))
  }
  return items
}

/** By the communication that holds their words. */
async function turnsOf(engine: Engine, session: Session): Promise<ReadonlyMap<Id, TurnTaken>> {
  const turns = new Map<Id, TurnTaken>()
  for (const event of await partsOf(engine, session, 'turn')) {
    if (event.type === 'turn.taken' && event.words !== undefined) turns.set(event.words, event)
  }
  return turns
}

/** By the communication they came after. */
async function toolsOf(engine: Engine, session: Session): Promise<ReadonlyMap<Id | null, readonly Tool[]>> {
  const tools = new Map<Id | null, Tool[]>()
  for (const event of await partsOf(engine, session, 'tool_call')) {
    if (event.type !== 'tool.called') continue
    const { after, call, at } = event
    tools.set(after, [...(tools.get(after) ?? []), { is: 'tool', call, at }])
  }
  return tools
}

async function partsOf(engine: Engine, { account, id }: Session, kind: string): Promise<readonly SessionEvent[]> {
  const events: SessionEvent[] = []
  for (let after = 0; events.length < most;) {
    const parts = await engine.parts<SessionEvent>(account, id, { kind, after, limit: readAtOnce })
    events.push(...parts.map(({ created }) => created))
    const last = parts.at(-1)
    if (parts.length < readAtOnce || !last) break
    after = last.n
  }
  return events
}
