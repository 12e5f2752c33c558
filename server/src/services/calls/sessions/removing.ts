import { agent as agentNoun } from '#domain/agent/agent.ts'
import { conversation } from '#domain/conversation/conversation.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import { isId, type Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type RefusalCode } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Outcome } from '#engine/api.ts'
import { whole } from '../../conversations/communications.ts'
import { read } from '../../reading.ts'
import { unknownSession } from './views.ts'

const readAtOnce = 500
/** Conversations of more communications are kept: nobody has so many of one session alone. */
const most = 10_000

/**
 * Erases a session that has ended, with all it knows, and in the same transaction every conversation that holds its words and nobody
 * else's but those of sessions that are gone already; and the agent that was made for it alone. Where others said something, too, the
 * words stay there, and go with the last of those sessions or with that conversation: nothing of another session, or of traffic, is ever
 * deleted. Refused with `not_found`, or `wrong_state` while it has not ended.
 */
export async function removeSession(engine: Engine, ask: Ask<Id>, id: Id): Promise<Outcome<Id>> {
  const { account } = ask
  const session = await read(engine, account, (unit) => unit.state(noun, id))
  if (!session) return unknownSession()
  if (session.state !== 'ended') return refuse('wrong_state', 'The session has not ended: end it first.')
  const own = await conversationsOf(engine, account, id)
  return engine.execute<Id>(ask, (unit) => {
    for (const { conversationId, version } of own) {
      // Somebody said something there meanwhile.
      if (!unit.state(conversation, conversationId) || unit.version(conversationId) !== version) continue
      const done = unit.run(conversation, conversationId, { type: 'erase' })
      // Another session or stream has come to it: it is not this one's alone any more.
      if (isRefused(done) && !inUse.has(done.refusal.code)) return done
    }
    const agent = unit.state(agentNoun, session.agent.id)
    // Made for this session alone.
    const gone = agent?.unlisted && unit.run(agentNoun, agent.id, { type: 'purge' })
    if (isRefused(gone)) return gone
    const done = unit.run(noun, id, { type: 'erase' })
    return isRefused(done) ? done : id
  })
}

/** How a conversation refuses to be deleted while a stream or a session is live in it. */
const inUse: ReadonlySet<RefusalCode> = new Set(['busy_with_stream', 'in_use'])

interface Own {
  readonly conversationId: Id
  /** As of which nobody else had said anything in it. */
  readonly version: number
}

/** The conversations that hold no words but this session's and of such as are gone; those of earlier attempts included. */
async function conversationsOf(engine: Engine, account: string, session: Id): Promise<readonly Own[]> {
  const own: Own[] = []
  for (const conversationId of await placesOf(engine, account, session)) {
    const version = await read(engine, account, (unit) =>
      unit.state(conversation, conversationId) ? unit.version(conversationId) : undefined,
    )
    if (version !== undefined && (await isAlone(engine, account, session, conversationId)))
      own.push({ conversationId, version })
  }
  return own
}

async function placesOf(engine: Engine, account: string, session: Id): Promise<ReadonlySet<Id>> {
  const places = new Set<Id>()
  for (let after = 0; ;) {
    const parts = await engine.parts<SessionEvent>(account, session, { kind: 'timeline', after, limit: readAtOnce })
    for (const { created } of parts) if (created.type === 'words.placed') places.add(created.conversationId)
    const last = parts.at(-1)
    if (parts.length < readAtOnce || !last) return places
    after = last.n
  }
}

async function isAlone(engine: Engine, account: string, session: Id, conversationId: Id): Promise<boolean> {
  const gone = new Set([session])
  let after = 0
  for (let seen = 0; seen < most; seen += readAtOnce) {
    const question = { kind: 'communication', after, limit: readAtOnce }
    const parts = await engine.parts<ConversationEvent>(account, conversationId, question)
    for (const part of parts) {
      const channelId = whole(conversationId, part)?.communication.channelId
      if (typeof channelId !== 'string') return false
      if (gone.has(channelId)) continue
      if (!(await wasSession(engine, account, channelId))) return false
      gone.add(channelId)
    }
    const last = parts.at(-1)
    if (parts.length < readAtOnce || !last) return true
    after = last.n
  }
  return false
}

/** Words of traffic name a call or a message of their own, if anything; an id of ours that nothing has any more was a session's. */
async function wasSession(engine: Engine, account: string, channelId: string): Promise<boolean> {
  return isId(channelId) && read(engine, account, (unit) => unit.state(noun, channelId) === undefined)
}
