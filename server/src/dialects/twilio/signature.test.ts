import { createSecretKey } from 'node:crypto'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import type { Frozen } from '#services/ports.ts'
import { requestedUrl, signatureOf, signedRequest } from './signature.ts'

const token = 'a-very-secret-auth-token'
const key = createSecretKey(token, 'utf8')
const body = '{"eventType":"CONVERSATION_UPDATED","timestamp":"2026-11-20T09:17:00.000Z","data":{"id":"ü 😀"}}'

function frozen(url: string, method: 'POST' | 'GET' = 'POST'): Frozen {
  return {
    announcer: 'twilio',
    account: 'alice',
    url,
    method,
    body,
    token: '6f2f7a0e-2c0b-4b53-9d1e-7a5f0c3b9e11',
    request: 'RQ1',
  }
}

describe('callback signatures (section 6)', () => {
  it.each([
    'https://care.example.com/hooks/conv',
    'https://care.example.com',
    'https://care.example.com:8443/hooks?tenant=a&x=1',
    'https://care.example.com/hooks?',
    "https://care.example.com/o'brien?name=o'brien",
    'https://care.example.com/ümlaut?q=a b',
    'http://127.0.0.1:9999/hooks#ct=200',
  ])('D47 N9 %s is accepted by the official validator', (url) => {
    const { headers, body: sent, url: requested } = signedRequest(frozen(url), key, true)
    expect(requested).toContain('bodySHA256=')
    expect(requested).not.toContain('#')
    expect(twilio.validateRequestWithBody(token, headers['x-twilio-signature'] ?? '', requested, sent ?? '')).toBe(true)
    expect(twilio.validateRequestWithBody('other', headers['x-twilio-signature'] ?? '', requested, sent ?? '')).toBe(
      false,
    )
    expect(twilio.validateRequestWithBody(token, headers['x-twilio-signature'] ?? '', requested, `${sent} `)).toBe(
      false,
    )
  })

  it('the official validator takes the URL with and without its default port', () => {
    const { headers, url } = signedRequest(frozen('https://care.example.com/hooks'), key, false)
    const withPort = url.replace('.com/', '.com:443/')
    expect(twilio.validateRequestWithBody(token, headers['x-twilio-signature'] ?? '', withPort, body)).toBe(true)
  })

  it('GET carries everything in the query and is signed without a body', () => {
    const {
      headers,
      body: sent,
      url,
      method,
    } = signedRequest(frozen('https://care.example.com/hooks?a=1', 'GET'), key, false)
    expect({ method, sent }).toEqual({ method: 'GET', sent: null })
    const query = new URL(url).searchParams
    expect(Object.fromEntries(query)).toEqual({
      a: '1',
      eventType: 'CONVERSATION_UPDATED',
      timestamp: '2026-11-20T09:17:00.000Z',
      data: '{"id":"ü 😀"}',
    })
    expect(url).not.toContain('bodySHA256')
    expect(twilio.validateRequest(token, headers['x-twilio-signature'] ?? '', url, {})).toBe(true)
  })

  it('a try is the same request as the one before it', () => {
    expect(signedRequest(frozen('https://a.example/'), key, false)).toEqual(
      signedRequest(frozen('https://a.example/'), key, false),
    )
  })

  it('says http where one framework would assume https', () => {
    expect(signedRequest(frozen('http://a.example/'), key, false).headers['x-forwarded-proto']).toBe('http')
    expect(signedRequest(frozen('https://a.example/'), key, false).headers).not.toHaveProperty('x-forwarded-proto')
  })

  it('carries the token and the request id', () => {
    expect(signedRequest(frozen('https://a.example/'), key, false).headers).toMatchObject({
      'content-type': 'application/json',
      'i-twilio-idempotency-token': '6f2f7a0e-2c0b-4b53-9d1e-7a5f0c3b9e11',
      'twilio-request-id': 'RQ1',
    })
  })

  it('D48 a fragment shortens time-outs, never beyond ours', () => {
    const timeouts = ({ connectTimeoutMs, totalTimeoutMs }: { connectTimeoutMs: number; totalTimeoutMs: number }) => [
      connectTimeoutMs,
      totalTimeoutMs,
    ]
    expect(timeouts(signedRequest(frozen('https://a.example/'), key, false))).toEqual([5_000, 15_000])
    expect(timeouts(signedRequest(frozen('https://a.example/#ct=200&rt=3000&tt=900000&rc=2'), key, false))).toEqual([
      200, 3_000,
    ])
    expect(timeouts(signedRequest(frozen('https://a.example/#ct=x&tt=0'), key, false))).toEqual([5_000, 15_000])
  })

  it('is the published algorithm', () => {
    // The vendor's own example of the form variant, with its parameters appended.
    const form = 'CallSidCA1234567890ABCDECaller+14158675309Digits1234From+14158675309To+18005551212'
    expect(signatureOf(createSecretKey('12345', 'utf8'), `https://mycompany.com/myapp.php?foo=1&bar=2${form}`)).toBe(
      'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
    )
    expect(requestedUrl('https://a.example?x', 'b=1')).toBe('https://a.example/?x&b=1')
  })
})
