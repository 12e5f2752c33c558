import * as z from 'zod'
import { webhookEvents } from '../webhooks/telling.ts'
import { conversation } from './conversations.ts'

/** Webhooks on the wire (X1). */

const time = z.iso.datetime()
const events = z.array(z.enum(webhookEvents)).max(20).meta({ description: 'What it is told of; empty: everything' })
const url = z.url({ protocol: /^https?$/, error: 'Give an http or https URL.' }).max(2048)
const description = z.string().max(256)

export const webhookDraft = z
  .looseObject({ url, description: description.default(''), events: events.default([]) })
  .meta({ id: 'CreateWebhook' })
export const webhookChange = z
  .looseObject({
    url: url.optional(),
    description: description.optional(),
    events: events.optional(),
    active: z.boolean().optional().meta({ description: 'While it is not, what happens is not told to it' }),
  })
  .meta({ id: 'UpdateWebhook' })

export const webhookParams = z.object({ webhook_id: z.string().max(100) })
export const deliveryParams = webhookParams.extend({ delivery_id: z.string().max(100) })
export const deliveriesQuery = z.looseObject({
  state: z.enum(['delivered', 'pending', 'failed']).optional(),
  cursor: z.string().max(500).optional().meta({ description: "The last answer's X-Next-Cursor" }),
  limit: z
    .string()
    .regex(/^0*[1-9]\d{0,8}$/, 'Give a whole number from 1 on.')
    .transform(Number)
    .optional()
    .meta({ override: { type: 'integer', minimum: 1, default: 50, description: 'At most 200 are given' } }),
})

const shape = {
  id: z.string(),
  url: z.string(),
  description: z.string(),
  events: z.array(z.enum(webhookEvents)),
  active: z.boolean(),
  sensitive: z.boolean().meta({
    description: 'Whether it is told what was said: the token that made it has conversations:read_sensitive',
  }),
  created_at: time,
  updated_at: time,
}
export const webhook = z.looseObject(shape).meta({ id: 'Webhook' })
export const webhooks = z.array(webhook)
export const newWebhook = z
  .looseObject({ ...shape, secret: z.string().meta({ description: 'Signs what is sent; shown once' }) })
  .meta({ id: 'NewWebhook' })

export const delivery = z
  .looseObject({
    id: z.string(),
    event_id: z.string().meta({ description: 'The same on every try, as in the body' }),
    type: z.enum(webhookEvents),
    state: z.enum(['delivered', 'pending', 'failed']),
    attempts: z.int(),
    last_status: z.int().nullable().meta({ description: 'What the receiver answered last' }),
    last_error: z.string().nullable(),
    next_attempt_at: time.nullable(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'WebhookDelivery' })
export const deliveries = z.array(delivery)
export const queued = z.looseObject({ queued: z.int() }).meta({ id: 'WebhookReplay' })

/** What is sent. */
export const webhookBody = z
  .looseObject({
    id: z.string(),
    type: z.enum(webhookEvents),
    created_at: time,
    organization_id: z.string(),
    data: z.looseObject({ conversation }),
  })
  .meta({ id: 'WebhookEvent' })
