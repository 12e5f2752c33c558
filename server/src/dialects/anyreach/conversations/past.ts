import type { ImportedItem, ImportedOutcome } from '#domain/session/events.ts'
import { isE164 } from '#domain/vocabulary/e164.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { PastSession } from '#services/calls/api.ts'
import { readAgentId } from '../agents/agent-ids.ts'
import { canonical } from '../canonical.ts'
import { notFound, plain, wrong, type Problem } from '../errors.ts'
import { importReference } from '../ids.ts'
import { toldOf, type Told } from './told.ts'
import { keptAs } from './kept.ts'
import { limits } from '../limits.ts'
import type { Microseconds } from '../time.ts'
import { kindOf, type Channel } from '../vocabulary.ts'
import type { endedStatuses, ImportedConversation } from '../wire/imports.ts'

type EndedStatus = (typeof endedStatuses)[number]

/** The inverse of what a status is shown for (A10 to A14); total, so that a new one must be placed here. */
const outcomeOf: Readonly<Record<EndedStatus, ImportedOutcome>> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'canceled',
  transferred: 'transferred',
  unanswered: 'no_answer',
}

/** How a conversation of each channel may have ended (2.2). */
const endingsOf: Readonly<Record<Channel, readonly EndedStatus[]>> = {
  telephone: ['completed', 'failed', 'cancelled', 'transferred', 'unanswered'],
  webrtc: ['completed', 'failed', 'cancelled', 'transferred'],
  email: ['completed', 'failed', 'cancelled', 'transferred'],
  text: ['completed', 'failed', 'transferred'],
}

/** What is told of a conversation, in our words, or what is wrong with it. `hash`: of a text, hex. */
export function pastOf(
  given: ImportedConversation,
  { at, now, hash }: { readonly at: Where; readonly now: Instant; readonly hash: (text: string) => string },
): Omit<PastSession, 'place'> | Problem {
  const told = toldOf(given)
  const agentId = told.agent_id === null ? null : readAgentId(told.agent_id)
  if (agentId === undefined) return notFound('Agent')
  const problem =
    wrongNames(given, at) ??
    wrongEnding(told, at) ??
    tooMuch(given, at) ??
    wrongNumber(told, at) ??
    wrongTimes(told, at, now)
  if (problem) return problem
  const { id, channel, direction, user_id: user, agent_number: own, status, summary, initial_context: context } = told
  const began = beganAt(told)
  const past: Omit<PastSession, 'place'> = {
    agentId,
    kind: kindOf[channel],
    direction: direction ?? (channel === 'telephone' || channel === 'email' ? 'outbound' : 'inbound'),
    user,
    ...(own && { own }),
    was: {
      createdAt: millisecond(told.created_at),
      ...(began !== undefined && { answeredAt: millisecond(began) }),
      endedAt: millisecond(told.ended_at),
      outcome: outcomeOf[status],
    },
    items: itemsOf(told),
    ...(summary && { summary }),
    ...(context && { context }),
    vendor: keptAs({ custom_metadata: told.custom_metadata ?? {} }),
  }
  if (!id) return past
  const digest = hash(canonical({ ...past, created_at: told.created_at }))
  return { ...past, reference: { ...importReference(id), digest } }
}

/** Where in the body the conversation is. */
export type Where = readonly (string | number)[]

/** Undefined: it never came to a talk. A text conversation is one from its beginning. */
function beganAt({ channel, status, created_at, started_at, duration }: Told): Microseconds | undefined {
  if (started_at) return started_at
  const talked = status === 'completed' || status === 'transferred'
  // What has a duration has begun, though it failed.
  return talked || channel === 'text' || (status === 'failed' && duration) ? created_at : undefined
}

function wrongNames({ id, conversation_id: uuid }: ImportedConversation, at: Where): Problem | undefined {
  if (!id || !uuid || importReference(id).key === importReference(uuid).key) return undefined
  return wrong([...at, 'conversation_id'], 'Give the same as in id, or leave one of the two out.')
}

function wrongEnding({ channel, status, started_at }: Told, at: Where): Problem | undefined {
  const endings = endingsOf[channel]
  if (!endings.includes(status))
    return wrong([...at, 'status'], `On this channel a conversation ends as ${endings.join(', ')}.`)
  if (started_at && (status === 'cancelled' || status === 'unanswered'))
    return wrong([...at, 'started_at'], `What ended as ${status} never began: leave it out.`)
  return undefined
}

function tooMuch(told: ImportedConversation, at: Where): Problem | undefined {
  const { initial_context: context, custom_metadata: metadata } = told
  if (Buffer.byteLength(JSON.stringify(told)) > limits.importBytes)
    return plain(413, 'One conversation is at most 256 KB as JSON.')
  if (context && Buffer.byteLength(context) > limits.contextBytes)
    return wrong([...at, 'initial_context'], 'Give at most 64 KiB.')
  if (metadata && Buffer.byteLength(JSON.stringify(metadata)) > limits.metadataBytes)
    return wrong([...at, 'custom_metadata'], 'Give at most 64 KiB.')
  return undefined
}

function wrongNumber({ channel, user_id: user, agent_number: number }: Told, at: Where): Problem | undefined {
  if (channel === 'telephone' && !isE164(user))
    return wrong([...at, 'user_id'], 'Give the number of the user in E.164 form, like +14155551234.')
  if (!number || channel === 'telephone' || channel === 'email') return undefined
  return wrong([...at, 'agent_number'], 'Only telephone calls and e-mail have a number or an address of the agent.')
}

function wrongTimes(told: Told, at: Where, now: Instant): Problem | undefined {
  const { created_at: created, started_at: started, ended_at: ended, items } = told
  const latest = (now + 1) * 1_000
  if (created < 0) return wrong([...at, 'created_at'], 'Give a time from 1970 on.')
  if (started && started < created) return wrong([...at, 'started_at'], 'It cannot have begun before it was created.')
  if (ended < (started ?? created)) return wrong([...at, 'ended_at'], 'It cannot have ended before it began.')
  if (ended >= latest) return wrong([...at, 'ended_at'], 'Import it when it is over: its end is still to come.')
  const early = (items ?? []).findIndex((item) => item.created_at >= latest)
  return early < 0 ? undefined : wrong([...at, 'items', early, 'created_at'], 'This is still to come.')
}

/** In order of time; what was at the same one, as it was given. */
function itemsOf({ items }: Told): readonly ImportedItem[] {
  return (items ?? [])
    .map((item): ImportedItem => {
      const at = Math.max(0, millisecond(item.created_at))
      if (item.type === 'turn') {
        const { role: who, text, latency } = item
        return { is: 'turn', who, text, at, ...(latency && { took: tookOf(latency) }) }
      }
      const { call_id: id, name, arguments: given, output = null, is_error: isError, latency_ms: latencyMs } = item
      const call = { id, name, arguments: given ?? {}, output, isError: isError ?? false, latencyMs: latencyMs ?? 0 }
      return { is: 'tool', call, at }
    })
    .toSorted((a, b) => a.at - b.at)
}

type Latency = NonNullable<Extract<NonNullable<ImportedConversation['items']>[number], { type: 'turn' }>['latency']>

function tookOf({ end_to_end_ms: totalMs, llm_ttft_ms: firstWordMs, tools_ms: toolsMs }: Latency) {
  return {
    totalMs,
    ...(typeof firstWordMs === 'number' && { firstWordMs }),
    ...(typeof toolsMs === 'number' && { toolsMs }),
  }
}

function millisecond(at: Microseconds): Instant {
  return Math.floor(at / 1_000)
}
