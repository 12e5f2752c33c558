import type { z } from 'zod'
import { saysOf } from '#domain/session/causes.ts'
import type { ArtefactSettled } from '#domain/session/events.ts'
import { endsOf } from '#domain/session/requests.ts'
import type { Attempt, End, PastAttempt, Session } from '#domain/session/state.ts'
import type { Sessions, SessionView, SlotLedger } from '#services/calls/api.ts'
import { sessionWords, showId, showInstant } from '../vocabulary.ts'
import type * as wire from '../wire/sessions.ts'

type Wire<Schema extends z.ZodType> = z.output<Schema>
type Shown = Wire<typeof wire.session>

/** `undefined` and null alike become null. */
export const instantOrNull = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : showInstant(at)

/** A session as everybody sees it. `next`: what time alone will bring. */
export function showSession({ session, order, definition }: SessionView, next: Sessions['nextTransition']): Shown {
  const { id, kind, direction, state, outcome, end, agent, user, route, batch, parent, retries, cost } = session
  const transition = next(session)
  return {
    id: showId('session', id),
    state: sessionWords[state],
    outcome,
    end: end && showEnd(end),
    kind,
    direction,
    ...endsOf(session),
    user,
    agent: { id: showId('agent', agent.id), version: agent.version, name: definition.name },
    route,
    data: order.data && { ...order.data },
    context: order.context ?? null,
    reference: session.reference?.key ?? null,
    mail: order.mail ? { ...order.mail } : null,
    batch: batch ? { id: showId('batch', batch.id), row: batch.row } : null,
    parentId: parent === undefined ? null : showId('session', parent),
    entered: { ...session.entered, at: showInstant(session.entered.at) },
    nextTransition: transition
      ? { to: sessionWords[transition.to], at: showInstant(transition.at), because: transition.because }
      : null,
    waitingFor: waitingFor(session),
    dueAt: instantOrNull(session.dueAt),
    queuedAt: instantOrNull(session.queuedAt),
    openings: (session.openings ?? []).map(showInstant),
    giveUpAt: instantOrNull(session.giveUpAt),
    attempt: showAttempt(session.attempt),
    pastAttempts: session.past.map(showPast),
    retries,
    artefacts: { ...session.artefacts },
    transfer: transferOf(session),
    conversationIds: [...new Set(session.words.map(({ conversationId }) => showId('conversation', conversationId)))],
    userTurns: session.userTurns ?? 0,
    cost,
    createdAt: showInstant(session.createdAt),
    updatedAt: showInstant(session.updatedAt),
  }
}

/** What has to come before it goes on, in one word; null: nothing. */
function waitingFor(session: Session): Shown['waitingFor'] {
  const { state, kind, direction, attempt, dueAt, wantsSlot } = session
  switch (state) {
    case 'prepared':
      return 'batch'
    case 'scheduled':
      return dueAt === undefined ? 'program' : attempt.number > 0 ? 'retry' : 'time'
    case 'queued':
    case 'deferred':
      return wantsSlot ? 'slot' : 'hours'
    case 'joining':
      return 'user'
    case 'dialing':
      return kind === 'email' ? 'mail' : 'carrier'
    case 'ringing':
      return direction === 'outbound' ? 'answer' : 'program'
    case 'wrapping':
      return 'artefacts'
    case 'live':
    case 'ended':
    case 'erasing':
      return null
  }
}

export function showEnd({ cause, by, at, protocol, note }: End): NonNullable<Shown['end']> {
  return {
    cause,
    by,
    at: showInstant(at),
    protocol: protocol ? { ...protocol } : null,
    note: note ?? null,
    says: saysOf(cause),
  }
}

function showAttempt(attempt: Attempt): Shown['attempt'] {
  return {
    number: attempt.number,
    slot: attempt.slot ?? null,
    callId: attempt.callId ?? null,
    dialedAt: instantOrNull(attempt.dialedAt),
    ringingAt: instantOrNull(attempt.ringingAt),
    answeredAt: instantOrNull(attempt.answeredAt),
    endedAt: instantOrNull(attempt.endedAt),
    noAudio: attempt.media?.noAudio ?? false,
    voicemail: attempt.voicemail ?? null,
    dtmf: attempt.dtmf ?? null,
  }
}

function showPast({ number, outcome, cause, at, callId, wasLive, cost }: PastAttempt): Shown['pastAttempts'][number] {
  return { number, outcome, cause, at: showInstant(at), callId: callId ?? null, wasLive, cost }
}

/** To whom the call is being handed, or was. */
function transferOf({ control }: Session): Shown['transfer'] {
  const second = control?.second
  return second ? { to: second.to, state: second.state, cause: second.cause ?? null } : null
}

export function showArtefact({
  artefact,
  state,
  attempt,
  value,
  cost,
  because,
  at,
  late,
}: ArtefactSettled): Wire<typeof wire.sessionWhole>['made'][number] {
  return {
    artefact,
    state,
    attempt,
    value: value ?? cost ?? null,
    because: because ?? null,
    at: showInstant(at),
    late: late ?? false,
  }
}

/** `holders`: the sessions that hold slots, as far as they were looked up. */
export function showSlots(
  { limit, held, waiting }: SlotLedger,
  holders: readonly (Session | undefined)[],
): Wire<typeof wire.slots> {
  return {
    limit,
    held: held.map(({ slot, session, attempt, route, since, until }, i) => ({
      slot,
      sessionId: showId('session', session),
      attempt,
      route,
      since: showInstant(since),
      until: showInstant(until),
      because: becauseOf(holders[i]),
    })),
    waiting,
  }
}

function becauseOf(session: Session | undefined): string | null {
  if (!session) return null
  const { state, entered, user } = session
  return `${sessionWords[state]} with ${user} since ${showInstant(entered.at)}: ${entered.because}`
}

export function showWaiting(
  session: Session,
  position: number | undefined,
): Wire<typeof wire.slotQueue>['waiting'][number] {
  return {
    sessionId: showId('session', session.id),
    agentId: showId('agent', session.agent.id),
    user: session.user,
    state: sessionWords[session.state],
    waitingFor: waitingFor(session),
    position: position ?? null,
    since: instantOrNull(session.queuedAt),
  }
}
