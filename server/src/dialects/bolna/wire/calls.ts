import * as z from 'zod'
import { statuses } from '../vocabulary.ts'

/** What calls are ordered and asked for by (4.1, 4.2, 5.8). */

export const retryConfig = z.looseObject({
  enabled: z.boolean().default(false),
  max_retries: z.int().min(1).max(3).default(3),
  retry_on_statuses: z
    .array(z.enum(['no-answer', 'busy', 'failed', 'error']))
    .max(4)
    .default(['no-answer', 'busy', 'failed']),
  retry_on_voicemail: z.boolean().default(false),
  retry_intervals_minutes: z.array(z.int().min(1).max(10_080)).min(1).max(10).default([30, 60, 120]),
})

export const placeCall = z.looseObject({
  agent_id: z.string().min(1),
  recipient_phone_number: z.string().optional(),
  from_phone_number: z.string().nullish(),
  scheduled_at: z.string().max(64).nullish(),
  user_data: z.record(z.string(), z.unknown()).nullish(),
  agent_data: z.record(z.string(), z.unknown()).nullish(),
  retry_config: retryConfig.nullish(),
  bypass_call_guardrails: z.boolean().nullish(),
  /** The form of one tutorial. */
  recipient: z.looseObject({ phone_number: z.string().optional(), name: z.string().optional() }).nullish(),
  from_number: z.string().nullish(),
})
export type PlaceCall = z.output<typeof placeCall>

export const hangUp = z.looseObject({ reason: z.string().max(200).optional() }).nullish()

const whole = (least: number) => z.coerce.number().int().min(least)

export const pageQuery = z.looseObject({
  page_number: whole(1).optional(),
  page_size: whole(1).optional(),
})

export const executionsQuery = z.looseObject({
  page_number: whole(1).default(1),
  page_size: whole(1).default(20),
  /** One, or several with commas (ours). */
  status: z
    .string()
    .transform((text) => text.split(',').map((word) => word.trim()))
    .pipe(z.array(z.enum(statuses)))
    .optional(),
  call_type: z.enum(['inbound', 'outbound']).optional(),
  provider: z.string().max(64).optional(),
  answered_by_voice_mail: z.enum(['true', 'false']).optional(),
  batch_id: z.string().max(64).optional(),
  agent_id: z.string().max(64).optional(),
  user_number: z.string().max(32).optional(),
  from: z.string().max(64).optional(),
  to: z.string().max(64).optional(),
  view: z.enum(['summary', 'full']).optional(),
})
export type ExecutionsQuery = z.output<typeof executionsQuery>

export const waitQuery = z.looseObject({
  wait_for: z.enum(['final']).optional(),
  timeout: z.coerce.number().min(1).max(60).default(30),
})

export const replayRequest = z.looseObject({
  from: z.string().max(64),
  to: z.string().max(64),
  agent_id: z.string().max(64).optional(),
  status: z.enum(statuses).optional(),
  only_failed: z.boolean().default(false),
})
export type ReplayRequest = z.output<typeof replayRequest>

export const idParams = z.object({ id: z.string().min(1).max(64) })
export const deliveryParams = z.object({ id: z.string().min(1).max(64), delivery_id: z.string().min(1).max(64) })

export const agentParams = z.object({ agent_id: z.string().min(1).max(64) })
export const agentExecutionParams = z.object({ agent_id: z.string().min(1).max(64), id: z.string().min(1).max(64) })

const flag = z.enum(['true', 'false'])
export const purgeQuery = z.looseObject({ purge: flag.optional() })
export const stopQuery = z.looseObject({ include: z.enum(['scheduled']).optional() })
export const hangUpQuery = z.looseObject({ hangup_live: flag.optional() })

export const inboundSetup = z.looseObject({
  agent_id: z.string().min(1),
  phone_number_id: z.string().min(1),
  allow_multiple: z.boolean().optional(),
  ivr_config: z.looseObject({ enabled: z.boolean().optional() }).nullish(),
})
export const inboundUnlink = z.looseObject({ phone_number_id: z.string().min(1) })
