import { createHash, createHmac, type KeyObject } from 'node:crypto'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Frozen, OutgoingRequest } from '#services/ports.ts'

const connectTimeoutMs = 5_000
const totalTimeoutMs = 15_000

/**
 * The request of one attempt. The key is the account's auth token, whatever credential the change was asked for with;
 * nothing in it depends on the attempt, so that a retry is the same request again.
 */
export function signedRequest(frozen: Frozen, authToken: KeyObject, internalTargets: boolean): OutgoingRequest {
  const isPost = frozen.method === 'POST'
  const url = requestedUrl(frozen.url, isPost ? `bodySHA256=${hashOf(frozen.body)}` : asQuery(frozen.body))
  return {
    url,
    method: frozen.method,
    headers: {
      ...(isPost && { 'content-type': 'application/json' }),
      'x-twilio-signature': signatureOf(authToken, url),
      'i-twilio-idempotency-token': frozen.token,
      ...(frozen.request !== null && { 'twilio-request-id': frozen.request }),
      // One agent framework takes the URL for https unless told otherwise, and then computes another signature.
      ...(url.startsWith('http:') && { 'x-forwarded-proto': 'http' }),
    },
    body: isPost ? frozen.body : null,
    internalTargets,
    ...timeoutsOf(frozen.url),
  }
}

/** Base64 of HMAC-SHA1, with the auth token, of the exact URL that is asked for, its query included. */
export function signatureOf(authToken: KeyObject, url: string): string {
  return createHmac('sha1', authToken).update(url, 'utf8').digest('base64')
}

/** The URL as an HTTP client will ask for it: normalised, without fragment, `query` at the end of the query it has. */
export function requestedUrl(configured: string, query: string): string {
  const url = new URL(configured)
  url.hash = ''
  const { href } = url
  const joint = href.includes('?') ? (/[?&]$/.test(href) ? '' : '&') : '?'
  return href + joint + query
}

/** By this parameter receivers tell that the body is the one that was signed (D47). */
function hashOf(body: string): string {
  return createHash('sha256').update(body, 'utf8').digest('hex')
}

/** The GET form: everything in the query, no body. */
function asQuery(body: string): string {
  const { eventType, timestamp, data } = JSON.parse(body) as { eventType: string; timestamp: string; data: unknown }
  return new URLSearchParams({ eventType, timestamp, data: JSON.stringify(data) }).toString()
}

/** D48: `#ct`, `#rt` and `#tt` (milliseconds to connect, to read, in all) shorten our own time-outs; they are never sent. */
function timeoutsOf(url: string): { connectTimeoutMs: Milliseconds; totalTimeoutMs: Milliseconds } {
  const overrides = new URLSearchParams(new URL(url).hash.slice(1))
  const least = (most: Milliseconds, ...names: string[]): Milliseconds =>
    Math.min(
      most,
      ...names.map((name) => Number(overrides.get(name))).filter((ms) => Number.isInteger(ms) && ms >= 100),
    )
  return { connectTimeoutMs: least(connectTimeoutMs, 'ct'), totalTimeoutMs: least(totalTimeoutMs, 'rt', 'tt') }
}
