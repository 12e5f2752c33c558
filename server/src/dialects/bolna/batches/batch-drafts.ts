import { isRefused, type Refusal } from '#domain/vocabulary/refusal.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { BatchDraft } from '#services/calls/api.ts'
import { readRows } from '#services/calls/batches/csv.ts'
import { roundedStart } from './batches.ts'
import { problem, type Problem } from '../errors.ts'
import { limits } from '../limits.ts'
import { startOf } from '../calls/ordering.ts'
import { policyOf } from '../executions/retries.ts'
import type { CreateBatch, ScheduleBatch } from '../wire/batches.ts'
import { retryConfig } from '../wire/calls.ts'

/** What `POST /batches` asks for, and what of it was passed over. */
export interface Drafted {
  readonly draft: BatchDraft
  readonly warnings: readonly string[]
}

/** The column of the number to call. */
const column = 'contact_number'

export async function draftOf(form: CreateBatch, agentId: Id): Promise<Drafted | Problem> {
  const retry = retryOf(form.retry_config)
  if (retry !== null && 'error' in retry) return retry
  const rows = await readRows(form.file.data, column)
  if (isRefused(rows)) return unreadable(rows.refusal)
  const { url, warnings } = webhookOf(form.webhook_url)
  const from = numbersOf(form)
  return { draft: { agentId, fileName: form.file.name, from, retry, webhook: url, rows }, warnings }
}

function unreadable({ field, message }: Refusal): Problem {
  return field === 'column'
    ? problem(1031)
    : problem(1032, `${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.$/, '')}`)
}

/** In a form it is JSON as text; null: none, or not enabled. */
function retryOf(given: CreateBatch['retry_config']): BatchDraft['retry'] | Problem {
  if (given === undefined || given === null || given === '') return null
  const config = retryConfig.safeParse(typeof given === 'string' ? parsed(given) : given)
  if (config.success) return policyOf(config.data)
  const [issue] = config.error.issues
  return problem(1008, issue && issue.path.length > 0 ? issue.path.map(String).join('.') : 'it is not a JSON object')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Repeated, or as a JSON list, or the one of the older name. */
function numbersOf({ from_phone_numbers: several = [], from_phone_number: one }: CreateBatch): readonly string[] {
  const listed = several.flatMap((text) => {
    const list = text.trimStart().startsWith('[') ? parsed(text) : undefined
    return Array.isArray(list) ? list.map(String) : [text]
  })
  const named = one === undefined || listed.length > 0 ? listed : [one]
  return named.map((number) => number.trim()).filter((number) => number !== '')
}

/** Section 6: one that cannot be is ignored, and named in the warnings. */
function webhookOf(url: string | undefined): { readonly url: string | null; readonly warnings: readonly string[] } {
  if (url === undefined || url === '') return { url: null, warnings: [] }
  const isGood = url.length <= 2048 && /^https?:$/.test(URL.parse(url)?.protocol ?? '')
  return isGood ? { url, warnings: [] } : { url: null, warnings: ['webhook_url is not an http or https URL: ignored'] }
}

/** When a batch is to start: the next ten-minute mark (5.10). */
export function batchStartOf(
  { scheduled_at, bypass_call_guardrails: bypass }: ScheduleBatch,
  now: Instant,
): { readonly dueAt: Instant; readonly keepsHours: boolean } | Problem {
  const at = startOf(scheduled_at, now, limits.batchAheadMs)
  if (at === undefined) return problem(1006)
  if (typeof at === 'object') return at
  return { dueAt: roundedStart(at), keepsHours: bypass !== true && bypass !== 'true' && bypass !== 'True' }
}
