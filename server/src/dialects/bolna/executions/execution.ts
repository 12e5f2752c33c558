import type { AgentDefinition } from '#domain/agent/state.ts'
import type { ArtefactSettled, Order } from '#domain/session/events.ts'
import { endsOf } from '#domain/session/requests.ts'
import type { End, Session, SessionOutcome } from '#domain/session/state.ts'
import type { SaidTurn } from '#services/calls/ports.ts'
import type { TalkItem } from '#services/texts/api.ts'
import { costOf, transferCost } from './costs.ts'
import { errorMessage, hangupOf, isCause, type Hangup } from './hangups.ts'
import { hexOf, uuidOf } from '../ids.ts'
import { retryConfigOf } from './retries.ts'
import { seconds, stamp, stampOrNull, startedSeconds } from '../time.ts'
import { isSaid, latencyOf, toolCallLogs } from './turns.ts'
import { usageOf } from './usage.ts'
import { endingStatus, finalStatuses, providerOf, statusOf, type ExecutionStatus } from '../vocabulary.ts'

/** Everything an execution is made of, all as of one moment. */
export interface ExecutionParts {
  readonly session: Session
  readonly order: Order
  readonly definition: AgentDefinition
  /** What was said and done in the present attempt; only looked at from `call-disconnected` on. */
  readonly talk: readonly TalkItem[]
  /** The newest of each artefact of the last attempt. */
  readonly artefacts: readonly ArtefactSettled[]
  /** What earlier attempts cost, as the values of their artefact `cost`: retries add up (3.5). */
  readonly earlierCosts: readonly unknown[]
  readonly baseUrl: string
  readonly queuePosition?: number
  /** Whether the receiver took the `completed` webhook (D60). */
  readonly completedTold: boolean
  /** The ending of an attempt that will be retried: shown in its webhook instead of the session's own status (D37). */
  readonly ending?: { readonly end: End; readonly retryAt: number }
}

/** An execution, the one object of reads, lists and webhooks (B17); every key is always present. */
export type Execution = ReturnType<typeof executionOf>

// oxlint-disable-next-line max-lines-per-function -- one object of the vendor's, key by key in its order
export function executionOf(parts: ExecutionParts) {
  const { session, order } = parts
  const { attempt } = session
  const status = shownStatus(parts)
  const completed = status === 'completed'
  const over = finalStatuses.has(status)
  const talked = talkedSeconds(session)
  const spoken = talked !== undefined
  const end = parts.ending?.end ?? session.end
  const usage = usageOf(parts, valueOf(parts, 'cost'), completed)
  const vendor = order.vendor?.['bolna'] as { readonly retry_config?: unknown } | undefined

  return {
    id: uuidOf(session.id),
    agent_id: uuidOf(session.agent.id),
    batch_id: session.batch ? hexOf(session.batch.id) : null,
    status,
    error_message: messageOf(parts, status),
    conversation_duration: talked ?? 0,
    conversation_time: talked ?? 0, // D5
    total_cost: over ? cents(session.cost) : 0,
    answered_by_voice_mail: voicemailOf(parts),
    transcript: spoken ? transcriptOf(parts.talk.filter(isSaid)) : '',
    summary: completed ? textOf(valueOf(parts, 'summary')) : null,
    created_at: stamp(session.createdAt),
    updated_at: stamp(session.updatedAt),
    scheduled_at: scheduledAt(parts, status),
    rescheduled_at: stampOrNull(session.state === 'deferred' ? session.openings?.[0] : session.callBackAt),
    initiated_at: stampOrNull(session.direction === 'outbound' ? attempt.dialedAt : undefined),
    user_number: session.user,
    agent_number: session.own,
    provider: providerOf(session.route),
    usage_breakdown: usage,
    cost_breakdown: costOf(over ? [...parts.earlierCosts, valueOf(parts, 'cost')] : []),
    telephony_data: telephonyOf(parts, end),
    transfer_call_data: transferOf(parts),
    batch_run_details: session.batch
      ? {
          status,
          created_at: stamp(session.createdAt),
          updated_at: stamp(session.updatedAt),
          retried: retriesOf(parts),
        }
      : null,
    extracted_data: completed ? (valueOf(parts, 'extraction') ?? null) : null,
    custom_extractions: null,
    agent_extraction: null,
    context_details: {
      recipient_data: order.data,
      recipient_phone_number: session.direction === 'outbound' ? session.user : session.own,
    },
    agent_context_details: null,
    lid_data: null,
    campaign_id: null,
    workflow_retries: null,
    deleted: false,
    latency_data: completed ? latencyOf(parts.talk) : null,
    tool_call_logs: spoken ? toolCallLogs(parts.talk) : [],
    smart_status: completed ? 'completed' : null, // D22
    retry_config: retryConfigOf(session.policy.retry ?? null, vendor?.retry_config),
    retry_count: retriesOf(parts),
    retry_history: historyOf(parts),
    extraction_webhook_status: completed && parts.completedTold,
    termination_reason: null, // D21
    x: {
      sequence: session.sequence,
      is_final: parts.ending === undefined && session.state === 'ended',
      attempt: Math.max(1, attempt.number),
      outcome: end && (parts.ending || session.end) ? hangupOf(end.cause, session.direction).outcome : null,
      waiting_for: parts.ending ? null : waitingFor(session),
      queue_position: parts.queuePosition ?? null,
      next_attempt_at: stampOrNull(parts.ending?.retryAt ?? nextAttemptAt(session)),
      hangup_code_scheme: end?.protocol ? schemeOf(end) : null,
      phases: phasesOf(session, over || status === 'call-disconnected'),
      media: mediaOf(session),
      parent_execution_id: session.parent === undefined ? null : uuidOf(session.parent),
    },
  }
}

/** An attempt's ending comes before the retry it leads to is counted (5.8). */
function retriesOf({ session: { retries }, ending }: ExecutionParts): number {
  return ending ? Math.max(0, retries - 1) : retries
}

function shownStatus({ session, ending }: ExecutionParts): ExecutionStatus {
  if (!ending) return statusOf(session)
  const last = session.past.at(-1)
  return endingStatus(last?.outcome ?? session.outcome ?? 'failed', last?.wasLive ?? false)
}

/** The human's and the agent's talk, from answer to the dropped line; undefined: none yet. */
function talkedSeconds({ attempt }: Session): number | undefined {
  const { answeredAt, endedAt } = attempt
  return answeredAt === undefined || endedAt === undefined ? undefined : seconds(endedAt - answeredAt)
}

function messageOf({ session, definition, ending }: ExecutionParts, status: ExecutionStatus): string | null {
  const end = ending?.end ?? session.end
  const setupMs = session.policy.setupMs ?? definition.limits.setupMs ?? defaultSetupMs
  const own = end && (finalStatuses.has(status) || status === 'call-disconnected') ? errorMessage(end, setupMs) : null
  if (status !== 'completed') return own
  const open = Object.entries(session.artefacts).flatMap(([phase, state]) => (state === 'failed' ? [phase] : []))
  const incomplete = open.length > 0 ? `Post-processing incomplete: ${open.join(', ')}` : null
  return own && incomplete ? `${own}. ${incomplete}` : (own ?? incomplete)
}

const defaultSetupMs = 60_000

/** Null: detection is off, nobody answered, or the call is not over yet (3.10). */
function voicemailOf({ session: { attempt }, definition }: ExecutionParts): boolean | null {
  const isOff = (definition.limits.voicemailMs ?? null) === null
  if (isOff || attempt.answeredAt === undefined || attempt.endedAt === undefined) return null
  return attempt.voicemail === 'found'
}

/** Until a call is over nobody knows what is made of it. */
function phasesOf({ artefacts }: Session, isOver: boolean): Session['artefacts'] {
  return isOver ? artefacts : unknownPhases
}

const unknownPhases: Session['artefacts'] = {
  recording: 'pending',
  transcript: 'pending',
  summary: 'pending',
  extraction: 'pending',
  cost: 'pending',
}

/** Lines `assistant: …` and `user: …`, each ended by a line feed. */
export function transcriptOf(said: readonly SaidTurn[]): string {
  return said.map(({ who, text }) => `${who === 'agent' ? 'assistant' : 'user'}: ${text}\n`).join('')
}

const waiting: ReadonlySet<ExecutionStatus> = new Set(['scheduled', 'queued', 'rescheduled', 'prepared'])

function scheduledAt({ session }: ExecutionParts, status: ExecutionStatus): string | null {
  return stampOrNull(waiting.has(status) ? session.dueAt : undefined)
}

function valueOf({ artefacts }: ExecutionParts, wanted: ArtefactSettled['artefact']): unknown {
  return artefacts.find(({ artefact, state }) => artefact === wanted && state === 'done')?.value
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : value === undefined ? null : JSON.stringify(value)
}

function telephonyOf(parts: ExecutionParts, end: End | null) {
  const { session, baseUrl } = parts
  const { attempt } = session
  const hangup = end ? hangupOf(end.cause, session.direction) : undefined
  const rang = ringSeconds(session)
  const { from, to } = endsOf(session)
  const talk =
    attempt.answeredAt !== undefined && attempt.endedAt !== undefined ? attempt.endedAt - attempt.answeredAt : 0
  const recorded = session.state === 'ended' && session.artefacts.recording === 'done'
  return {
    duration: String(startedSeconds(talk)), // D7
    to_number: to,
    from_number: from,
    recording_url: recorded ? `${baseUrl}/recordings/call/${uuidOf(session.id)}` : null,
    hosted_telephony: true,
    provider_call_id: attempt.callId ?? null,
    call_type: session.direction,
    provider: providerOf(session.route),
    hangup_by: hangup?.by ?? null,
    hangup_reason: hangup?.reason ?? null,
    hangup_provider_code: providerCode(end),
    ring_duration: rang,
    post_dial_delay: postDialSeconds(session),
    to_number_carrier: null,
  }
}

/** From the first ring to the answer or the end; known from then on. */
function ringSeconds({ attempt, past, state }: Session): number | null {
  const { ringingAt, answeredAt, endedAt } = attempt
  if (ringingAt === undefined) return null
  const until = answeredAt ?? endedAt ?? (state === 'scheduled' ? past.at(-1)?.at : undefined)
  return until === undefined ? null : Math.round((until - ringingAt) / 1000)
}

function postDialSeconds({ attempt }: Session): number | null {
  const { dialedAt, ringingAt } = attempt
  return dialedAt === undefined || ringingAt === undefined ? null : Math.round((ringingAt - dialedAt) / 1000)
}

/** D56: the provider's own code, never translated into another's. */
export function providerCode(end: End | null | undefined): number | null {
  const { code, sip, q850 } = end?.protocol ?? {}
  return code ?? sip ?? q850 ?? null
}

function schemeOf({ protocol }: End): string | null {
  if (protocol?.code !== undefined) return protocol.scheme ?? 'other'
  return protocol?.sip !== undefined || protocol?.q850 !== undefined ? 'sip' : null
}

/** 3.3; the second leg of a transfer as its own status, until the call is over. */
function transferOf(parts: ExecutionParts) {
  const { session, baseUrl } = parts
  const second = session.control?.second
  if (second?.purpose !== 'transfer') return null
  const { answeredAt, endedAt, cause } = second
  const over = session.state === 'ended'
  const hangup = endedAt === undefined ? undefined : transferHangup(cause, answeredAt !== undefined)
  return {
    provider_call_id: second.callId ?? null,
    status: transferStatus(second.state, answeredAt !== undefined, over, cause),
    duration: String(answeredAt === undefined || endedAt === undefined ? 0 : startedSeconds(endedAt - answeredAt)), // D7
    cost: over ? transferCost(valueOf(parts, 'cost')) : 0,
    to_number: second.to,
    from_number: second.from,
    recording_url:
      over && session.artefacts.recording === 'done' ? `${baseUrl}/recordings/transfer/${uuidOf(session.id)}` : null,
    hangup_by: hangup?.by ?? null,
    hangup_reason: hangup?.reason ?? null,
    hangup_provider_code: null,
    termination_reason: null,
  }
}

function transferHangup(cause: string | undefined, wasAnswered: boolean): Pick<Hangup, 'by' | 'reason'> {
  if (cause !== undefined && isCause(cause)) return hangupOf(cause, 'outbound')
  return hangupOf(wasAnswered ? 'user_hangup' : 'no_answer', 'outbound')
}

function transferStatus(state: string, wasAnswered: boolean, completed: boolean, cause: string | undefined): string {
  if (state === 'dialing') return 'initiated'
  if (state === 'ringing') return 'ringing'
  if (state === 'answered') return 'in-progress'
  if (wasAnswered) return completed ? 'completed' : 'call-disconnected'
  if (cause === 'busy') return 'busy'
  if (cause === 'canceled_by_request') return 'canceled'
  return cause === 'no_answer' || cause === 'ring_timeout' || cause === 'rejected' ? 'no-answer' : 'failed'
}

function historyOf({ session }: ExecutionParts) {
  if (session.past.length === 0) return null
  return session.past.map(({ number, outcome, cause, at, callId, wasLive, cost }) => ({
    attempt: number,
    status: pastStatus(outcome, wasLive),
    at: stamp(at),
    provider_call_id: callId ?? null,
    hangup_reason: hangupOf(cause, session.direction).reason,
    total_cost: cents(cost),
  }))
}

/** What an attempt that another followed came to: only the last one completes (B6). */
export function pastStatus(outcome: SessionOutcome, wasLive: boolean): ExecutionStatus {
  return wasLive ? 'call-disconnected' : endingStatus(outcome, false)
}

function waitingFor({ state, retries }: Session): string | null {
  if (state === 'prepared') return 'batch'
  if (state === 'scheduled') return retries > 0 ? 'retry' : 'schedule'
  if (state === 'deferred') return 'guardrail'
  return state === 'queued' ? 'slot' : null
}

function nextAttemptAt({ state, dueAt, openings }: Session): number | undefined {
  if (state === 'scheduled') return dueAt
  return state === 'deferred' ? openings?.[0] : undefined
}

function mediaOf({ attempt: { media, answeredAt } }: Session) {
  return {
    rx_packets: media?.receivedPackets ?? 0,
    tx_packets: media?.sentPackets ?? 0,
    first_rx_ms:
      media?.firstReceivedAt === undefined || answeredAt === undefined ? null : media.firstReceivedAt - answeredAt,
    no_audio: media?.noAudio ?? false,
  }
}

/** Two decimals. */
export function cents(amount: number): number {
  return Math.round(amount * 100) / 100
}
