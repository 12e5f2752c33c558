import type { AgentEvent } from '#domain/agent/events.ts'
import type { BatchEvent } from '#domain/batch/events.ts'
import type { DispatcherEvent } from '#domain/dispatcher/events.ts'
import type { NumberEvent } from '#domain/number/events.ts'
import type { Imported, SessionEvent, SessionCreated, SessionMoved } from '#domain/session/events.ts'
import type { MailEvent } from '#domain/session/mail/events.ts'
import { endsOf } from '#domain/session/requests.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { WalletEvent } from '#domain/wallet/events.ts'
import { showDefinition, showNumber } from './outward/agents.ts'
import { showBatch } from './outward/batches.ts'
import { instantOrNull, showEnd } from './outward/sessions.ts'
import { batchWords, sessionWords, showId, showInstant } from './vocabulary.ts'

type Data = Record<string, unknown>

/** What happened to a session, with its id. What somebody said is in the communications of its conversation. */
export function sessionData(id: Id, event: SessionEvent): Data {
  return { sessionId: showId('session', id), ...told(event) }
}

function told(event: SessionEvent): Data {
  switch (event.type) {
    case 'session.created':
      return createdData(event)
    case 'session.moved':
      return movedData(event)
    case 'session.erased':
      return { by: event.by }
    case 'attempt.ended':
      return {
        attempt: event.attempt,
        outcome: event.outcome,
        end: showEnd(event.end),
        retryAt: showInstant(event.retryAt),
      }
    case 'slot.asked':
      return { ...(event.openings && { openings: event.openings.map(showInstant) }) }
    case 'slot.returned':
      return {
        attempt: event.attempt,
        because: event.because,
        ...(event.openings && { openings: event.openings.map(showInstant) }),
      }
    case 'leg.reported': {
      const { what, sequence, callId, media, digits } = event
      return { what, sequence, callId, media, digits }
    }
    case 'turn.taken':
    case 'tool.called':
    case 'agent.advised':
    case 'model.used':
    case 'words.imported':
    case 'turn.failed':
    case 'words.placed':
      return talkData(event)
    case 'callback.agreed':
      return { dueAt: showInstant(event.dueAt) }
    case 'online.asked':
    case 'parting.asked':
    case 'media.no_audio':
    case 'retry.dropped':
    case 'lease.taken':
      return {}
    case 'voicemail.judged':
      return { verdict: event.verdict }
    case 'artefact.settled': {
      const { artefact, state, attempt, value, cost, because, late } = event
      return { artefact, state, attempt, value, cost, because, late }
    }
    case 'outcome.fixed':
      return { outcome: event.outcome }
    case 'control.changed':
      return { on: event.on }
    case 'control.failed':
      return { command: event.command, because: event.because }
    case 'report.refused':
    case 'control.leg_refused': {
      const { what, sequence, attempt, because } = event
      return { what, sequence, attempt, because }
    }
    case 'mail.composed':
    case 'mail.due':
    case 'mail.settled':
    case 'mail.received':
      return mailData(event)
    case 'mail.turn_due':
      return {}
  }
}

type TalkEvent = Extract<
  SessionEvent,
  {
    type:
      | 'turn.taken'
      | 'tool.called'
      | 'agent.advised'
      | 'model.used'
      | 'words.imported'
      | 'turn.failed'
      | 'words.placed'
  }
>

/** That somebody spoke, and never what they said. */
function talkData(event: TalkEvent): Data {
  switch (event.type) {
    case 'turn.taken':
      return { who: event.who, quietFrom: showInstant(event.quietFrom), speaker: event.speaker }
    case 'agent.advised':
      return {}
    case 'model.used': {
      const { model, promptTokens, completionTokens } = event
      return { model, promptTokens, completionTokens }
    }
    case 'tool.called': {
      // What went in and out of it may be what somebody said.
      const { id, name, isError, latencyMs } = event.call
      return { id, name, isError, latencyMs }
    }
    case 'words.imported':
      return { items: event.items.length }
    case 'turn.failed':
      return { because: event.because }
    case 'words.placed':
      return { conversationId: showId('conversation', event.conversationId) }
  }
}

/** Subjects are what somebody said, too. */
function mailData(event: Exclude<MailEvent, { type: 'mail.turn_due' }>): Data {
  const { messageId } = event
  switch (event.type) {
    case 'mail.composed':
      return { messageId, answers: event.answers }
    case 'mail.due':
      return { messageId }
    case 'mail.settled': {
      const { is, code, because, retryAt } = event
      return { messageId, is, code, because, ...(retryAt !== undefined && { retryAt: showInstant(retryAt) }) }
    }
    case 'mail.received':
      return { messageId, automatic: event.turn === undefined }
  }
}

function createdData(event: SessionCreated): Data {
  const { to, by, because, kind, direction, agent, batch, parent, dueAt, callId, order, reference, imported } = event
  const ends = endsOf(event)
  return {
    to,
    by,
    because,
    kind,
    direction,
    fromNumber: ends.from,
    toNumber: ends.to,
    agent: { id: showId('agent', agent.id), version: agent.version },
    batch: batch && { id: showId('batch', batch.id), row: batch.row },
    parentId: parent && showId('session', parent),
    dueAt: instantOrNull(dueAt),
    callId,
    reference: reference?.key,
    data: order.data,
    imported: imported && importedData(imported),
  }
}

function importedData({ createdAt, answeredAt, endedAt, outcome, userTurns }: Imported): Data {
  return {
    createdAt: showInstant(createdAt),
    answeredAt: instantOrNull(answeredAt),
    endedAt: showInstant(endedAt),
    outcome,
    userTurns,
  }
}

function movedData({
  from,
  to,
  by,
  because,
  dueAt,
  openings,
  attempt,
  slot,
  callId,
  outcome,
  end,
}: SessionMoved): Data {
  return {
    from: sessionWords[from],
    to,
    by,
    because,
    ...(dueAt !== undefined && { dueAt: showInstant(dueAt) }),
    ...(openings && { openings: openings.map(showInstant) }),
    attempt,
    slot,
    callId,
    outcome,
    ...(end && { end: showEnd(end) }),
  }
}

/** Never a secret, sealed or not. */
export function agentData(id: Id, event: AgentEvent): Data {
  const agentId = showId('agent', id)
  switch (event.type) {
    case 'agent.written':
      return { agentId, version: event.version, by: event.by, definition: showDefinition(event.definition) }
    case 'agent.deleted':
    case 'agent.restored':
    case 'agent.erased':
      return { agentId, by: event.by }
  }
}

export function numberData(id: Id, event: NumberEvent): Data {
  switch (event.type) {
    case 'number.written':
      return { phoneNumber: showNumber(event.number) }
    case 'number.removed':
      return { numberId: showId('number', id), by: event.by }
  }
}

/** Rows are read from the batch: there may be very many. */
export function batchData(id: Id, event: BatchEvent): Data {
  const batchId = showId('batch', id)
  switch (event.type) {
    case 'batch.created':
      return { batchId, by: event.by, batch: showBatch(event.batch) }
    case 'batch.rows':
      return { batchId, count: event.rows.length }
    case 'batch.advanced': {
      const { work, count, missed, done } = event
      return { batchId, work, count, missed, done }
    }
    case 'batch.moved': {
      const { from, to, by, because, dueAt } = event
      return {
        batchId,
        from: batchWords[from],
        to: batchWords[to],
        by,
        because,
        ...(dueAt !== undefined && { dueAt: instantOrNull(dueAt) }),
      }
    }
    case 'batch.row_ended':
      return { batchId, row: event.row }
    case 'batch.erased':
      return { batchId, by: event.by }
  }
}

export function dispatcherData(event: DispatcherEvent): Data {
  switch (event.type) {
    case 'dispatcher.created':
      return {}
    case 'slots.taken':
      return {
        taken: event.taken.map(({ slot, session, attempt, route, until }) => ({
          slot,
          sessionId: showId('session', session),
          attempt,
          route,
          until: showInstant(until),
        })),
      }
    case 'slots.released':
      return {
        released: event.released.map(({ slot, session, attempt }) => ({
          slot,
          sessionId: showId('session', session),
          attempt,
        })),
        because: event.because,
      }
  }
}

/** In cents. */
export function walletData(event: WalletEvent): Data {
  switch (event.type) {
    case 'wallet.opened':
      return { balance: event.balance }
    case 'wallet.credited':
      return { cents: event.cents, because: event.because }
    case 'wallet.held':
    case 'wallet.settled':
      return { key: `session_${event.key}`, cents: event.cents }
  }
}
