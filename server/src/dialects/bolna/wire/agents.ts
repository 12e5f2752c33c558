import * as z from 'zod'
import { statuses } from '../vocabulary.ts'

/** What an agent is written as (3.11). Unknown keys are kept and given back. */

const hour = z.int().min(0).max(23)
const url = z.url({ protocol: /^https?$/ }).max(2048)

const guardrails = z
  .looseObject({ call_start_hour: hour, call_end_hour: hour })
  .refine(({ call_start_hour, call_end_hour }) => call_end_hour >= call_start_hour, {
    path: ['call_end_hour'],
    message: 'must not be before call_start_hour',
  })

export const webhookConfig = z.looseObject({
  statuses: z.array(z.enum(statuses)).optional(),
  headers: z
    .record(
      z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/),
      z
        .string()
        .max(4096)
        .regex(/^[\t\x20-\x7e]*$/),
    )
    .refine((headers) => Object.keys(headers).length <= 20, 'at most 20 headers')
    .optional(),
  secret: z.string().min(1).max(256).optional(),
  amendments: z.boolean().optional(),
  transfer_events: z.boolean().optional(),
})
export type WebhookConfig = z.output<typeof webhookConfig>

const seconds = (least: number, most: number) => z.number().min(least).max(most)

export const taskConfig = z.looseObject({
  hangup_after_silence: seconds(1, 3600).optional(),
  call_terminate: seconds(1, 2400).optional(),
  check_if_user_online: z.boolean().optional(),
  trigger_user_online_message_after: seconds(1, 3600).optional(),
  voicemail: z.boolean().optional(),
  auto_reschedule: z.boolean().nullish(),
  voicemail_detection_duration: seconds(1, 300).optional(),
  voicemail_min_transcript_length: z.int().min(1).max(1000).optional(),
  call_hangup_message: z.union([z.string().max(4000), z.record(z.string(), z.string())]).nullish(),
  inbound_limit: z.int().min(-1).max(1_000_000).optional(),
  whitelist_phone_numbers: z.array(z.string()).max(10_000).nullish(),
  disallow_unknown_numbers: z.boolean().optional(),
})
export type TaskConfig = z.output<typeof taskConfig>

const task = z.looseObject({
  task_type: z.string().optional(),
  toolchain: z
    .looseObject({
      pipelines: z.array(z.array(z.unknown()), { error: 'toolchain.pipelines must be array of arrays' }).optional(),
    })
    .optional(),
  task_config: taskConfig.nullish(),
})

const ingestSource = z.looseObject({
  source_type: z.enum(['api', 'csv', 'google_sheet']),
  source_url: url.optional(),
  source_auth_token: z.string().max(4096).optional(),
  source_name: z.string().max(256).optional(),
})

const telephonyProviders = ['twilio', 'plivo', 'exotel', 'vobiz', 'sip-trunk', 'default'] as const

export const agentConfig = z.looseObject({
  agent_name: z.string().min(1).max(256),
  agent_welcome_message: z.string().max(4000).optional(),
  webhook_url: url.nullish(),
  agent_type: z.string().max(64).optional(),
  tasks: z.array(task, { error: 'tasks is required' }).min(1, 'tasks is required').max(20),
  ingest_source_config: ingestSource.nullish(),
  calling_guardrails: guardrails.nullish(),
  telephony_provider: z.enum(telephonyProviders).optional(),
  webhook_config: webhookConfig.optional(),
})
export type AgentConfig = z.output<typeof agentConfig>

export const agentWrite = z.looseObject({
  agent_config: agentConfig,
  agent_prompts: z.record(z.string(), z.unknown()).optional(),
})
export type AgentWrite = z.output<typeof agentWrite>

/** What a PATCH may hold; other keys are ignored. */
export const agentPatch = z.looseObject({
  agent_config: z
    .object({
      agent_name: agentConfig.shape.agent_name.optional(),
      agent_welcome_message: agentConfig.shape.agent_welcome_message,
      webhook_url: agentConfig.shape.webhook_url,
      synthesizer: z.looseObject({}).optional(),
      ingest_source_config: agentConfig.shape.ingest_source_config,
      telephony_provider: agentConfig.shape.telephony_provider,
      calling_guardrails: agentConfig.shape.calling_guardrails,
      webhook_config: agentConfig.shape.webhook_config,
    })
    .optional(),
  agent_prompts: z.record(z.string(), z.unknown()).optional(),
})
export type AgentPatch = z.output<typeof agentPatch>
