import { createHash, createHmac } from 'node:crypto'

/** How callbacks are signed (specification section 6): base64 of HMAC-SHA1, with the auth token, of the exact URL requested. */

export function signatureOf(authToken: string, url: string): string {
  return createHmac('sha1', authToken).update(url, 'utf8').digest('base64')
}

/**
 * The URL as it will be asked for: normalised as an HTTP client does, without fragment and with `query` at the end of
 * the query it has.
 */
export function requestedUrl(configured: string, query: string): string {
  const url = new URL(configured)
  url.hash = ''
  const { href } = url
  return `${href}${href.includes('?') ? (/[?&]$/.test(href) ? '' : '&') : '?'}${query}`
}

/** The parameter by which receivers tell that the body is the one that was signed. */
export function bodyHash(body: string): string {
  return `bodySHA256=${createHash('sha256').update(body, 'utf8').digest('hex')}`
}
