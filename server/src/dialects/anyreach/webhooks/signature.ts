import { createHmac } from 'node:crypto'
import type { Instant } from '#domain/vocabulary/instant.ts'

/**
 * X1: `t=<unix seconds>,v1=<hex HMAC-SHA256(secret, t + "." + body)>`. For a day after a rotation there are two `v1`, the newer
 * secret's first, so that a receiver may change its own any time meanwhile. The key is the secret as it was shown, prefix and all.
 */
export function signatureOf(secrets: readonly string[], at: Instant, body: string): string {
  const t = String(Math.floor(at / 1_000))
  const signatures = secrets.map((secret) => createHmac('sha256', secret).update(`${t}.${body}`).digest('hex'))
  return [`t=${t}`, ...signatures.map((signature) => `v1=${signature}`)].join(',')
}
