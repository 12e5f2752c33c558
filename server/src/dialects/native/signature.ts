import { createHmac } from 'node:crypto'
import type { Instant } from '#domain/vocabulary/instant.ts'

/** The secret bytes of `whsec_…`. */
function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
}

/**
 * The headers of Standard Webhooks: one signature for each secret, so that a receiver may change its own any time while a
 * rotation lasts. Signed is `id.timestamp.body`, with the time in seconds.
 */
export function signatureHeaders(
  secrets: readonly string[],
  id: string,
  at: Instant,
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const signed = `${id}.${timestamp}.${body}`
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`,
  )
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
