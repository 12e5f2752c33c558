import type { ArtefactSettled } from '#domain/session/events.ts'
import { hasLeft, isImported, isWritten } from '#domain/session/standing.ts'
import type { Session } from '#domain/session/state.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Services } from '#services/api.ts'
import type { SessionView } from '#services/calls/api.ts'
import type { Talk, TalkItem } from '#services/texts/api.ts'
import { agentIdOf, versionIdOf } from '../agents/agent-ids.ts'
import { conversationId } from '../ids.ts'
import { keptOf } from './kept.ts'
import { organizationId } from '../credentials/keys.ts'
import { madeAt, stamp, type Microseconds } from '../time.ts'
import { transcriptOf } from './transcript.ts'
import { activeStatuses, channelOf, statusOf } from '../vocabulary.ts'
import type { Conversation, WholeConversation } from '../wire/conversations.ts'

type Sources = Pick<Services, 'sessions' | 'texts' | 'clock'>

/** A session as a conversation, with all its columns (3.1). `asOf`: a view of then is shown as it was then. */
export async function wholeConversation(
  sources: Sources,
  view: SessionView,
  asOf?: Instant,
): Promise<WholeConversation> {
  const { session, order } = view
  const [present, artefacts] = await Promise.all([sources.texts.talk(view), artefactsOf(sources, view)])
  const talk = asOf === undefined ? present : talkUntil(present, session, asOf)
  return {
    ...(await safeColumns(sources, view, { artefacts, items: talk.items, asOf })),
    summary: summaryOf(artefacts),
    initial_context: order.context ?? null,
    custom_metadata: { ...keptOf(order).custom_metadata },
    conversation: transcriptOf(talk, madeAt(session)),
    recording_details: {},
  }
}

/** The columns that every reader may see; the others are left out (D5). */
export async function safeConversation(sources: Sources, view: SessionView, asOf?: Instant): Promise<Conversation> {
  return safeColumns(sources, view, { artefacts: await artefactsOf(sources, view), asOf })
}

interface Read {
  readonly artefacts: readonly ArtefactSettled[]
  readonly items?: readonly TalkItem[]
  readonly asOf: Instant | undefined
}

/** Nothing is said any more in what has ended. */
function talkUntil({ items, isAll }: Talk, { state }: Session, asOf: Instant): Talk {
  return { items: state === 'ended' ? items : items.filter(({ at }) => at <= asOf), isAll }
}

async function safeColumns(sources: Sources, view: SessionView, read: Read) {
  const { session, order, definition } = view
  const { agent, kind, direction, user, own } = session
  const agentId = agentIdOf(agent, definition)
  const kept = keptOf(order)
  return {
    id: conversationId(session),
    organization_id: organizationId(session.account),
    direction,
    channel: channelOf(session),
    status: statusOf(session),
    user_id: user,
    agent_id: agentId,
    agent_version_id: versionShown(view),
    agent_number: (kind === 'telephone' || kind === 'email') && own !== '' ? own : null,
    web_widget_id: kept.web_widget_id ?? null,
    duration: await durationOf(sources, session),
    user_turn_count:
      read.asOf !== undefined && mayHaveMore(session)
        ? (session.attempt.userTurns ?? 0)
        : await userTurnsOf(sources, session, read.items),
    created_at: stamp(madeAt(session)),
    updated_at: stamp(changedAt(sources, session, read.artefacts, read.asOf)),
    agent: agentId === null ? null : { id: agentId, name: definition.name },
  }
}

/** Which version talked elsewhere is not known here. */
export function versionShown({ session, definition }: SessionView): string | null {
  return isImported(session) ? null : versionIdOf(session.agent, definition)
}

/** D18: whole seconds, by telephone from the answer, else from the beginning; null until it is over. */
export async function durationOf(sources: Pick<Sources, 'sessions'>, session: Session): Promise<number | null> {
  if (activeStatuses.has(statusOf(session))) return null
  const from = session.kind === 'telephone' ? session.attempt.answeredAt : startOf(session)
  if (from === undefined) return null
  const to = await overAt(sources, session)
  return Math.max(0, Math.floor((to - from) / 1_000))
}

/** What took place elsewhere may say when it really began. */
function startOf({ end, attempt, createdAt }: Session): Instant {
  return isImported({ end }) ? (attempt.answeredAt ?? createdAt) : createdAt
}

/** When it came to its terminal status: when the agent left, though the line may be up still; else at its end. */
async function overAt({ sessions }: Pick<Sources, 'sessions'>, session: Session): Promise<Instant> {
  const { account, id, end, updatedAt } = session
  if (!hasLeft(session)) return end?.at ?? updatedAt
  const timeline = await sessions.timeline(account, id, { after: 0, limit: 1_000 })
  const left = timeline?.items.find(({ event }) => event.type === 'outcome.fixed')
  return left?.event.at ?? end?.at ?? updatedAt
}

/** How often the user spoke; of a call that is over that is in its words alone. */
export async function userTurnsOf(
  { sessions }: Pick<Sources, 'sessions'>,
  session: Session,
  items?: readonly TalkItem[],
): Promise<number> {
  if (session.kind !== 'telephone' || isImported(session)) return session.userTurns ?? 0
  if (session.attempt.userTurns !== undefined) return session.attempt.userTurns
  if (items) return items.filter((item) => item.is === 'turn' && item.who === 'user').length
  if (session.words.length === 0) return 0
  return (await sessions.transcript(session)).filter(({ who }) => who === 'user').length
}

/** Whether there may be turns by now that it had not had then. */
function mayHaveMore({ kind, words, state }: Session): boolean {
  return kind === 'telephone' && words.length > 0 && state !== 'ended'
}

/** What was made at the end of it; before there is nothing. */
export async function artefactsOf(
  { sessions }: Pick<Sources, 'sessions'>,
  { session: { account, id, state }, version }: Pick<SessionView, 'session' | 'version'>,
): Promise<readonly ArtefactSettled[]> {
  return state === 'wrapping' || state === 'ended' ? sessions.artefacts(account, id, version) : []
}

/** D27: with every change, also of what was said and of what was made after the end. */
export function changedAt(
  { clock }: Pick<Sources, 'clock'>,
  session: Session,
  artefacts: readonly ArtefactSettled[],
  asOf?: Instant,
): Microseconds {
  const { account, updatedAt, attempt, createdAt } = session
  const quietFrom = attempt.quietFrom ?? updatedAt
  // What is spoken lasts: until it is over, it is now.
  const said = isWritten(session) ? quietFrom : Math.min(quietFrom, asOf ?? clock.get(account).now)
  const last = Math.max(updatedAt, said, ...artefacts.map(({ at }) => at))
  return madeAt(session) + Math.max(0, last - createdAt) * 1_000
}

export function summaryOf(artefacts: readonly ArtefactSettled[]): string | null {
  const made = artefacts.find(({ artefact, state }) => artefact === 'summary' && state === 'done')
  return typeof made?.value === 'string' ? made.value : null
}
