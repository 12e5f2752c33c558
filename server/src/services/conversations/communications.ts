import type { Communication } from '#domain/conversation/communication.ts'
import { conversation as noun } from '#domain/conversation/conversation.ts'
import { communicationOf } from '#domain/conversation/delivery.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Conversation } from '#domain/conversation/state.ts'
import type { Part } from '#domain/noun.ts'
import { isId, partId, partNumber, type Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Done, Engine, Unit } from '#engine/api.ts'
import type { Conversations, Said } from '../api.ts'
import { read } from '../reading.ts'
import { run } from './view.ts'

type CommunicationCalls = Pick<Conversations, 'say' | 'communication' | 'communications'>

/** How many parts are read at once where a filter passes over some. */
const readAtOnce = 200

/** What was said: recording and reading it. */
export function communicationCalls(engine: Engine): CommunicationCalls {
  return {
    say: (ask, id, words) =>
      engine.execute(ask, (unit): Said | Refused => {
        const done = run(unit, id, { type: 'say', ...words })
        return isRefused(done) ? done : (said(id, done) ?? unchanged(unit, id, words.resourceId))
      }),
    communication: (account, id, communicationId) =>
      read(engine, account, (unit) => {
        if (!isId(communicationId) || !unit.state(noun, id)) return undefined
        const found = whole(id, unit.part(noun, id, partNumber(communicationId)))
        return found?.id === communicationId ? found : undefined
      }),
    communications: async (account, id, { channelId, after, limit }) => {
      const exists = await read(engine, account, (unit) => unit.state(noun, id) !== undefined)
      return exists ? page(engine, account, id, { channelId, after, limit }) : undefined
    },
  }
}

/** The communication that a command made or changed, from its events. */
export function said(
  conversationId: Id,
  { events }: Pick<Done<Conversation, ConversationEvent>, 'events'>,
): Said | undefined {
  for (const { n, event } of events) {
    if (event.type === 'communication.created') return named(conversationId, n, event.communication, false)
    if (event.type === 'communication.updated') return named(conversationId, event.n, event.communication, true)
  }
  return undefined
}

/** The communication that a part is, as it stands. */
export function whole(conversationId: Id, part: Part<ConversationEvent> | undefined): Said | undefined {
  const communication = part && communicationOf(part)
  // Every event is a part by its number; an overlay's own number is not the communication's.
  if (!part || !communication || part.created.type !== 'communication.created') return undefined
  return named(conversationId, part.n, communication, part.overlay !== undefined)
}

function named(conversationId: Id, n: number, communication: Communication, updated: boolean): Said {
  return { id: partId(conversationId, n, communication.createdAt), conversationId, n, communication, updated }
}

/** Told again in the very same words: the earlier one, as it is. */
function unchanged(unit: Unit, id: Id, resourceId: string | undefined): Said {
  const n = resourceId === undefined ? undefined : unit.keyed(id, { kind: 'resource', key: resourceId })
  const found = n === undefined ? undefined : whole(id, unit.part(noun, id, n))
  if (!found) throw new Error('A communication was recorded without a trace.')
  return { ...found, updated: true }
}

interface PageQuestion {
  readonly channelId: string | undefined
  readonly after: number
  readonly limit: number
}

async function page(
  engine: Engine,
  account: string,
  id: Id,
  { channelId, after, limit }: PageQuestion,
): Promise<{ readonly items: readonly Said[]; readonly next?: number }> {
  const items: Said[] = []
  const atOnce = channelId === undefined ? limit + 1 : readAtOnce
  for (let from = after; ;) {
    const parts = await engine.parts<ConversationEvent>(account, id, {
      kind: 'communication',
      after: from,
      limit: atOnce,
    })
    for (const part of parts) {
      const item = whole(id, part)
      if (!item || (channelId !== undefined && item.communication.channelId !== channelId)) continue
      const last = items.at(-1)
      if (items.length === limit && last) return { items, next: last.n }
      items.push({ ...item, updated: false })
    }
    const last = parts.at(-1)
    if (parts.length < atOnce || !last) return { items }
    from = last.n
  }
}
