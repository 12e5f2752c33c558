import { createHmac } from 'node:crypto'
import type { Instant } from '#domain/vocabulary/instant.ts'

/** The headers of Standard Webhooks: signed is `id.timestamp.body`, with the time in seconds, by the bytes of `whsec_…`. */
export function signatureHeaders(secret: string, id: string, at: Instant, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at / 1_000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
