import { createHmac } from 'node:crypto'
import type { Announcing } from '#domain/agent/state.ts'
import { hourMs, minuteMs, type Instant, type Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Frozen, OutgoingRequest, Vault, Verdict } from '#services/ports.ts'

/** The requests of section 6: headers, signature, schedule. */

export const targetPrefix = 'bolna POST '

export function targetOf(url: string): string {
  return `${targetPrefix}${url}`
}

/** What is opened for one attempt. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>
  readonly secret?: string
  readonly internalTargets: boolean
}

/** Opens what an agent's announcements are sealed with. */
export function openedFor(
  announce: Pick<Announcing, 'sealedHeaders' | 'sealedSecret'> | null,
  vault: Pick<Vault, 'open'>,
): Omit<Credentials, 'internalTargets'> {
  const headers = Object.entries(announce?.sealedHeaders ?? {}).map(([name, value]) => [name, vault.open(value)])
  const sealed = announce?.sealedSecret
  return {
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(sealed !== undefined && { secret: vault.open(sealed) }),
  }
}

const connectTimeoutMs: Milliseconds = 5_000
const totalTimeoutMs: Milliseconds = 10_000

export function webhookRequest(
  { url, body, token }: Frozen,
  { at, number }: { readonly at: Instant; readonly number: number },
  { headers, secret, internalTargets }: Credentials,
): OutgoingRequest {
  const timestamp = String(Math.floor(at / 1000))
  return {
    url,
    method: 'POST',
    body,
    internalTargets,
    connectTimeoutMs,
    totalTimeoutMs,
    headers: {
      ...ownHeaders(headers),
      'content-type': 'application/json',
      'user-agent': 'CallServer-Webhooks/1',
      'x-webhook-id': token,
      'x-webhook-attempt': String(number),
      'x-webhook-timestamp': timestamp,
      ...(secret !== undefined && { 'x-webhook-signature': `v1=${signature(secret, timestamp, body ?? '')}` }),
    },
  }
}

/** Headers of the receiver's own, but those that would say something else about the request than is true. */
function ownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return Object.fromEntries(named.filter(([name]) => !reserved.has(name) && !name.startsWith('x-webhook-')))
}

const reserved = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
])

/** Hex HMAC-SHA256 of `<timestamp>.<raw body>`. */
function signature(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
}

/** Waits after failed tries 1, 2, …: ten attempts over about 23 hours. */
const waits: readonly Milliseconds[] = [
  10_000,
  30_000,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
]

/** `chance`: from 0 to 1; a wait is up to a tenth shorter or longer, so that receivers that were down are not met all at once. */
export function retryAfter(tries: number, chance: number): Milliseconds | undefined {
  const wait = waits[tries - 1]
  return wait === undefined ? undefined : Math.round(wait * (0.9 + 0.2 * chance))
}

/** Section 6: 410 ends early; what will hardly come right soon is tried all the same, but holds nothing back. */
export function judge(status: number): Verdict {
  if (status >= 200 && status < 300) return 'delivered'
  if (status === 410) return 'never'
  return status === 408 || status === 429 || status >= 500 ? 'again' : 'aside'
}

/** Whether a receiver wants this status. */
export function wants({ events }: Pick<Announcing, 'events'>, status: string): boolean {
  return events === undefined || events.includes(status)
}
