import type { Endpoint } from '#domain/endpoint/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type * as z from 'zod'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import { readPrefixed } from '../ids.ts'
import type { webhookEvents } from './telling.ts'
import { stampOf } from '../time.ts'
import type { delivery, webhook } from '../wire/webhooks.ts'

type WebhookEvent = (typeof webhookEvents)[number]

/** Ids and shapes of webhooks and of what became of them (X1). */

const prefix = 'webhook_'

/** What a webhook is called; also what its deliveries are told to. */
export function webhookId({ id }: Pick<Endpoint, 'id'>): string {
  return `${prefix}${id}`
}

/** Undefined: no webhook is called that. */
export function readWebhookId(text: string): Id | undefined {
  return readPrefixed(prefix, text)
}

/** An event's id, the same on every try and for every receiver. */
export function eventId(id: string): string {
  return `event_${id.replace('.', '_')}`
}

export function showWebhook(endpoint: Endpoint): z.output<typeof webhook> {
  return {
    id: webhookId(endpoint),
    url: endpoint.url,
    description: endpoint.description,
    events: endpoint.events as WebhookEvent[],
    active: endpoint.status === 'enabled',
    sensitive: endpoint.sensitive === true,
    created_at: stampOf(endpoint.createdAt),
    updated_at: stampOf(endpoint.updatedAt),
  }
}

const stateWords = { delivered: 'delivered', parked: 'pending', dead: 'failed' } as const
export const stateOf = { delivered: 'delivered', pending: 'parked', failed: 'dead' } as const

/** Times are real ones, whatever the clock of the account is. */
export function showDelivery(row: DeliveryRow): z.output<typeof delivery> {
  return {
    id: row.id,
    event_id: eventId(row.event),
    type: row.eventType as WebhookEvent,
    state: stateWords[row.state],
    attempts: row.tries,
    last_status: row.lastStatus,
    last_error: row.lastError,
    next_attempt_at: row.nextAt === null ? null : stampOf(row.nextAt),
    created_at: stampOf(row.createdAt),
    updated_at: stampOf(row.updatedAt),
  }
}
