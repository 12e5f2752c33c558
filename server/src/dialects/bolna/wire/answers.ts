import * as z from 'zod'
import { providers, statuses } from '../vocabulary.ts'

/**
 * What answers hold, for the OpenAPI document and the tests. Every key is always there; answers are not checked against these
 * while serving.
 */

const uuid = z.uuid()
const hex = z.string().regex(/^[0-9a-f]{32}$/)
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/)
const maybeTime = time.nullable()
const text = z.string()
const maybeText = text.nullable()
const maybeCode = z.int().nullable()
const status = z.enum(statuses)
const digits = z.string().regex(/^\d+$/)
const anything = z.record(z.string(), z.unknown())
const amounts = (...names: readonly string[]) => z.object(Object.fromEntries(names.map((name) => [name, z.number()])))

export const problemAnswer = z.object({ error: z.int(), message: text, detail: text }).meta({ id: 'Problem' })

const telephonyData = z.object({
  duration: digits,
  to_number: text,
  from_number: text,
  recording_url: maybeText,
  hosted_telephony: z.boolean(),
  provider_call_id: maybeText,
  call_type: z.enum(['outbound', 'inbound']),
  provider: z.enum(providers),
  hangup_by: maybeText,
  hangup_reason: maybeText,
  hangup_provider_code: maybeCode,
  ring_duration: maybeCode,
  post_dial_delay: maybeCode,
  to_number_carrier: maybeText,
})

const transferStatuses = [
  'completed',
  'call-disconnected',
  'no-answer',
  'busy',
  'failed',
  'in-progress',
  'canceled',
  'balance-low',
  'queued',
  'ringing',
  'initiated',
] as const

const transferData = z.object({
  provider_call_id: maybeText,
  status: z.enum(transferStatuses),
  duration: digits,
  cost: z.number(),
  to_number: text,
  from_number: text,
  recording_url: maybeText,
  hangup_by: maybeText,
  hangup_reason: maybeText,
  hangup_provider_code: maybeCode,
  termination_reason: z.null(),
})

const batchRunDetails = z.object({ status, created_at: time, updated_at: time, retried: z.int() })

const costBreakdown = z.object({
  llm: z.number(),
  network: z.number(),
  platform: z.number(),
  synthesizer: z.number(),
  transcriber: z.number(),
  transfer_cost: z.number(),
  llm_breakdown: amounts('conversation', 'hangup', 'analytics', 'voicemail', 'routing', 'extraction', 'summarization'),
  synthesizer_breakdown: amounts('conversation', 'welcome_message'),
  transcriber_breakdown: amounts('conversation', 'analytics'),
})

const usageBreakdown = z.object({
  synthesizer_characters: z.int(),
  synthesizer_model: maybeText,
  transcriber_duration: z.number(),
  transcriber_model: maybeText,
  llm_tokens: z.int(),
  llm_model: anything,
  llmTokens: z.int(),
  llmModel: anything,
  voice_id: maybeText,
  api_tools: z.array(z.unknown()),
  buffer_size: z.null(),
  endpointing: z.null(),
  incremental_delay: z.number(),
  provider_source: z.object({ llm: maybeText, synthesizer: maybeText, transcriber: maybeText }),
  synthesizer_provider: maybeText,
  transcriber_provider: maybeText,
  transcriber_language: maybeText,
  llm_usage_breakdown: anything,
  synthesizer_usage_breakdown: anything,
  transcriber_usage_breakdown: anything,
  voicemail_detection_enabled: z.boolean(),
  hangup_after_silence: z.number().nullable(),
  check_if_user_online: z.boolean(),
  trigger_user_online_message_after: z.number(),
})

const retries = z.object({
  enabled: z.boolean(),
  max_retries: z.int(),
  retry_on_statuses: z.array(text),
  retry_on_voicemail: z.boolean(),
  retry_intervals_minutes: z.array(z.number()),
})

const pastAttempt = z.object({
  attempt: z.int(),
  status,
  at: time,
  provider_call_id: maybeText,
  hangup_reason: maybeText,
  total_cost: z.number(),
})

const phase = z.enum(['pending', 'done', 'skipped', 'failed'])

const additions = z.object({
  sequence: z.int(),
  is_final: z.boolean(),
  attempt: z.int(),
  outcome: maybeText,
  waiting_for: z.enum(['schedule', 'guardrail', 'slot', 'retry', 'batch']).nullable(),
  queue_position: maybeCode,
  next_attempt_at: maybeTime,
  hangup_code_scheme: maybeText,
  phases: z.object({ transcript: phase, recording: phase, extraction: phase, summary: phase, cost: phase }),
  media: z.object({
    rx_packets: z.int(),
    tx_packets: z.int(),
    first_rx_ms: z.number().nullable(),
    no_audio: z.boolean(),
  }),
  parent_execution_id: uuid.nullable(),
})

const latencyData = z.object({
  stream_id: z.null(),
  time_to_first_audio: z.null(),
  region: z.null(),
  transcriber: z.null(),
  synthesizer: z.null(),
  llm: z.object({
    time_to_connect: z.null(),
    turns: z.array(
      z.object({ turn: z.int(), time_to_first_token: z.number().nullable(), time_to_last_token: z.number() }),
    ),
  }),
  rag: z.null(),
})

const toolCallLog = z.object({
  id: text,
  name: text,
  arguments: anything,
  output: z.unknown(),
  is_error: z.boolean(),
  latency_ms: z.number(),
  called_at: time,
})

export const execution = z
  .object({
    id: uuid,
    agent_id: uuid,
    batch_id: hex.nullable(),
    status,
    error_message: maybeText,
    conversation_duration: z.number(),
    conversation_time: z.number(),
    total_cost: z.number(),
    answered_by_voice_mail: z.boolean().nullable(),
    transcript: text,
    summary: maybeText,
    created_at: time,
    updated_at: time,
    scheduled_at: maybeTime,
    rescheduled_at: maybeTime,
    initiated_at: maybeTime,
    user_number: maybeText,
    agent_number: maybeText,
    provider: z.enum(providers),
    usage_breakdown: usageBreakdown,
    cost_breakdown: costBreakdown,
    telephony_data: telephonyData.nullable(),
    transfer_call_data: transferData.nullable(),
    batch_run_details: batchRunDetails.nullable(),
    extracted_data: z.unknown(),
    custom_extractions: z.null(),
    agent_extraction: z.null(),
    context_details: z.object({ recipient_data: anything.nullable(), recipient_phone_number: maybeText }).nullable(),
    agent_context_details: z.null(),
    lid_data: z.null(),
    campaign_id: z.null(),
    workflow_retries: z.null(),
    deleted: z.literal(false),
    latency_data: latencyData.nullable(),
    tool_call_logs: z.array(toolCallLog),
    smart_status: z.literal('completed').nullable(),
    retry_config: retries.nullable(),
    retry_count: z.int(),
    retry_history: z.array(pastAttempt).nullable(),
    extraction_webhook_status: z.boolean(),
    termination_reason: z.null(),
    x: additions,
  })
  .meta({ id: 'Execution' })

export const executionArray = z.array(execution)

export const executionList = z
  .object({
    page_number: z.int(),
    page: z.int(),
    page_size: z.int(),
    total: z.int(),
    has_more: z.boolean(),
    data: z.array(execution),
    filters: anything,
    sorts: z.object({ created_at: z.literal('desc') }),
  })
  .meta({ id: 'ExecutionList' })

export const ordered = z
  .object({ message: z.literal('done'), status: z.literal('queued'), execution_id: uuid, run_id: uuid, call_id: uuid })
  .meta({ id: 'Ordered' })

export const steered = z.object({ message: z.literal('done'), status, execution_id: uuid }).meta({ id: 'Steered' })

export const stoppedExecutions = z.object({ stopped_executions: z.array(uuid) })

const logRow = z.object({
  created_at: time,
  timestamp: time,
  type: text,
  component: text,
  provider: text,
  data: text,
})
export const logAnswer = z.object({ status: z.literal('success'), data: z.array(logRow) }).meta({ id: 'Log' })

const change = z.object({
  sequence: z.int(),
  status,
  at: time,
  attempt: z.int(),
  by: text,
  because: text,
  outcome: maybeText,
  hangup_by: maybeText,
  hangup_reason: maybeText,
  next_attempt_at: maybeTime,
})
const attempt = z.object({
  attempt: z.int(),
  status: status.nullable(),
  initiated_at: maybeTime,
  ringing_at: maybeTime,
  answered_at: maybeTime,
  ended_at: maybeTime,
  provider_call_id: maybeText,
  hangup_by: maybeText,
  hangup_reason: maybeText,
  hangup_provider_code: maybeCode,
  outcome: maybeText,
  conversation_duration: z.number(),
  transcript: text,
  total_cost: z.number(),
})
const refused = z.object({
  at: time,
  what: text,
  attempt: maybeCode,
  provider_sequence: maybeCode,
  because: text,
})
export const eventList = z
  .object({ id: uuid, data: z.array(change), attempts: z.array(attempt), refused: z.array(refused) })
  .meta({ id: 'Events' })

const delivery = z.object({
  delivery_id: text,
  webhook_id: uuid,
  status,
  sequence: z.int(),
  at: time,
  url: text,
  state: z.enum(['delivered', 'retrying', 'failed', 'unknown']),
  attempts: maybeCode,
  last_status: maybeCode,
  last_error: maybeText,
  next_attempt_at: maybeTime,
  updated_at: maybeTime,
})
export const deliveryList = z.object({ data: z.array(delivery) }).meta({ id: 'Deliveries' })
export const queuedAnswer = z.object({ message: text, queued: z.int() })
export const sourceIps = z.object({ source_ips: z.array(text) })
export const sampleAnswer = z.object({
  url: text,
  delivered: z.boolean(),
  status: maybeCode,
  reason: maybeText,
})

export const agent = z
  .looseObject({
    id: uuid,
    agent_name: text,
    agent_type: text,
    agent_status: z.enum(['seeding', 'processed']),
    created_at: time,
    updated_at: time,
    tasks: z.array(z.unknown()),
    ingest_source_config: z.unknown(),
    agent_prompts: anything,
    agent_welcome_message: text,
    webhook_url: maybeText,
    calling_guardrails: z.object({ call_start_hour: z.int(), call_end_hour: z.int() }).nullable(),
    telephony_provider: text,
    webhook_config: z.unknown(),
  })
  .meta({ id: 'Agent' })
export const agentList = z.array(agent)
export const agentCreated = z.object({ agent_id: uuid, state: text, status: text })
export const agentDone = z.object({ message: z.literal('success'), state: text })
export const agentPut = z.object({ agent_id: uuid, status: text, state: text })

export const batch = z
  .object({
    batch_id: hex,
    humanized_created_at: text,
    created_at: time,
    updated_at: time,
    status: text,
    scheduled_at: maybeTime,
    from_phone_number: z.null(),
    from_phone_numbers: z.array(text),
    file_name: text,
    valid_contacts: z.int(),
    total_contacts: z.int(),
    execution_status: z.record(z.string(), z.int()),
  })
  .meta({ id: 'Batch' })
export const batchList = z.array(batch)
export const batchCreated = z.object({
  batch_id: hex,
  state: z.literal('created'),
  warnings: z.array(text).optional(),
})
export const batchDone = z.object({
  message: z.literal('success'),
  state: text,
  scheduled_at: time.optional(),
})
export const rejectedList = z.object({
  data: z.array(z.object({ row: z.int(), reason: text, line: maybeText })),
})

const phoneNumber = z
  .object({
    id: hex,
    humanized_created_at: text,
    created_at: time,
    humanized_updated_at: text,
    updated_at: time,
    renewal_at: text,
    phone_number: text,
    agent_id: text,
    price: text,
    telephony_provider: text,
    rented: z.boolean(),
  })
  .meta({ id: 'PhoneNumber' })
export const numberList = z.array(phoneNumber)
export const inboundAnswer = z.object({ url: maybeText, phone_number: text, id: hex })

export const user = z
  .object({
    id: uuid,
    name: text,
    email: text,
    wallet: z.number(),
    concurrency: z.object({ max: z.number(), current: z.number() }),
  })
  .meta({ id: 'User' })

export const errorCatalogue = z.object({
  errors: z.array(z.object({ error: z.int(), status: z.int(), message: text, advice: text })),
})
