import type { Instant } from '#domain/vocabulary/instant.ts'
import type { CallDraft } from '#services/calls/api.ts'
import { notFound, problem, type Problem } from '../errors.ts'
import { readId } from '../ids.ts'
import { limits } from '../limits.ts'
import { policyOf } from '../executions/retries.ts'
import { readInstant } from '../time.ts'
import type { PlaceCall } from '../wire/calls.ts'

const e164 = /^\+[1-9]\d{1,14}$/

/** What `POST /call` orders (4.1), or what is wrong with it. `now` is the account's clock. */
export function draftOf(body: PlaceCall, now: Instant): CallDraft | Problem {
  const agentId = readId(body.agent_id)
  const to = body.recipient_phone_number ?? body.recipient?.phone_number
  const from = body.from_phone_number ?? body.from_number ?? undefined
  if (to === undefined || to === '') return problem(1002)
  if (!e164.test(to)) return problem(1003)
  if (from !== undefined && !e164.test(from)) return problem(1004)
  const dueAt = startOf(body.scheduled_at ?? undefined, now, limits.callAheadMs)
  if (typeof dueAt === 'object') return dueAt
  const data = dataOf(body)
  if (Buffer.byteLength(JSON.stringify(data)) > limits.dataBytes) return problem(1009)
  if (agentId === undefined) return notFound('Agent')
  const { retry_config: retry } = body
  return {
    agentId,
    to,
    ...(from !== undefined && { from }),
    ...(dueAt !== undefined && { dueAt }),
    data,
    ...(retry && { retry: policyOf(retry) }),
    keepsHours: body.bypass_call_guardrails !== true,
    vendor: { bolna: vendorOf(body) },
  }
}

/** What is given back as it was given, and the voice that was asked for. */
function vendorOf({ retry_config, agent_data }: PlaceCall): Readonly<Record<string, unknown>> {
  const voice = agent_data?.['voice_id']
  return { ...(retry_config && { retry_config }), ...(typeof voice === 'string' && { voice_id: voice }) }
}

/** `recipient.name` of the tutorial's form is one of the variables. */
function dataOf({ user_data, recipient }: PlaceCall): CallDraft['data'] {
  const name = recipient?.name
  return name === undefined ? (user_data ?? null) : { ...user_data, name }
}

/** A start that was asked for: with its zone (D9), two minutes ahead at least. Undefined: none was. */
export function startOf(text: string | undefined, now: Instant, longestMs: number): Instant | Problem | undefined {
  if (text === undefined) return undefined
  const at = readInstant(text)
  if (at === undefined) return problem(1006)
  if (at < now + limits.scheduleLeastMs) return problem(1005)
  return at > now + longestMs ? problem(1007) : at
}
