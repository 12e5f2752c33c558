import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Services } from '#services/api.ts'
import { conversationId } from '../ids.ts'
import { organizationId } from '../credentials/keys.ts'
import { detailsOf, tellingOf, type Telling } from '../webhooks/telling.ts'
import { stampOf } from '../time.ts'
import { activeStatuses, statusOf } from '../vocabulary.ts'
import { eventId } from '../webhooks/webhooks.ts'

type Sources = Pick<Services, 'sessions' | 'events' | 'conversations'>

export interface Watched {
  readonly account: string
  readonly session: Id
  /** The number of the last event seen; absent: only what happens from now on is told, and the status as it is now. */
  readonly from: number | undefined
  /** Whether what was said may be told now. */
  isSensitive(): boolean
  isOver(): boolean
  tell(frame: Frame): Promise<void>
}

/** `id`: the number of the event within the conversation; a reader goes on behind it. */
export interface Frame {
  readonly id: number
  readonly event: string
  readonly data: object
}

const readAtOnce = 200

/** Waits until something happens to a session, or until it is woken. */
export class Bell {
  #rung = false
  #wake = (): void => {}

  ring(): void {
    this.#rung = true
    this.#wake()
  }

  async heard(): Promise<void> {
    if (!this.#rung) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#rung = false
  }
}

/**
 * Tells what happens to a conversation (X9), in order and each once, until it is over: read from its own log, however it is
 * woken, so that nothing is missed or told twice between what was and what comes. Resolves when there is nothing more to tell.
 */
export async function watch(sources: Sources, bell: Bell, watched: Watched): Promise<void> {
  const { account, session: id, isOver } = watched
  const follow = sources.events.follow(account, sources.events.lastSeq(), (batch) => {
    if (batch.some(({ recorded }) => recorded.aggregate === id)) bell.ring()
  })
  try {
    let seen: Seen = { session: undefined, n: 0, from: watched.from ?? Number.POSITIVE_INFINITY }
    while (!isOver()) {
      const caughtUp = await catchUp(sources, watched, seen)
      if (!caughtUp?.session) return
      seen = caughtUp
      if (seen.from === Number.POSITIVE_INFINITY) {
        seen = { ...seen, from: seen.n }
        await tellStatus(watched, caughtUp.session, seen.n)
      }
      if (isDone(caughtUp.session)) return
      await bell.heard()
    }
  } finally {
    follow()
  }
}

interface Seen {
  readonly session: Session | undefined
  readonly n: number
  /** What is numbered up to here is not told. */
  readonly from: number
}

/** Undefined: it was deleted. */
async function catchUp(sources: Sources, watched: Watched, seen: Seen): Promise<Seen | undefined> {
  let { session, n } = seen
  const { account, session: id } = watched
  for (let more = true; more && !watched.isOver();) {
    const page = await sources.sessions.timeline(account, id, { after: n, limit: readAtOnce })
    if (!page) return undefined
    for (const { event, n: number, id: recorded } of page.items) {
      const before = session
      session = noun.evolve(before, event)
      n = number
      const telling = n > seen.from ? tellingOf(before, event, session) : undefined
      if (telling && !watched.isOver()) await tellOne(sources, watched, { session, n, recorded, at: event.at, telling })
    }
    more = page.next !== undefined
  }
  return { ...seen, session, n }
}

interface One {
  readonly session: Session
  readonly n: number
  readonly recorded: string
  readonly at: number
  readonly telling: Telling
}

async function tellOne(sources: Sources, watched: Watched, { session, n, recorded, at, telling }: One): Promise<void> {
  const { account } = watched
  const details = await detailsOf(sources, telling, { account, at, sensitive: watched.isSensitive() })
  const data = { id: eventId(recorded), ...aboutOf(session, telling.type, at), ...details }
  await watched.tell({ id: n, event: telling.type, data })
}

function tellStatus(watched: Watched, session: Session, n: number): Promise<void> {
  const type = 'conversation.status'
  const data = { ...aboutOf(session, type, session.updatedAt), status: statusOf(session) }
  return watched.tell({ id: n, event: type, data })
}

function aboutOf(session: Session, type: string, at: number) {
  const organization_id = organizationId(session.account)
  return { type, created_at: stampOf(at), organization_id, conversation_id: conversationId(session) }
}

/** Over, and its summary with it: what is settled still comes within minutes. */
function isDone(session: Session): boolean {
  return session.state !== 'wrapping' && !activeStatuses.has(statusOf(session))
}
