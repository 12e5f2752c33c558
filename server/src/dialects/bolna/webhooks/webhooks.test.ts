import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { judge, openedFor, retryAfter, targetOf, wants, webhookRequest } from './webhooks.ts'

const frozen = {
  announcer: 'bolna',
  account: 'alice',
  url: 'https://hooks.example.com/calls',
  method: 'POST',
  body: '{"id":"x","name":"ü"}',
  token: '0e0c6c52-7a3f-8a19-9d55-1b7f5c2f4a83',
  request: null,
} as const

describe('the request of a webhook (section 6)', () => {
  const request = webhookRequest(
    frozen,
    { at: 1_794_475_862_999, number: 3 },
    { headers: {}, secret: 'shh', internalTargets: false },
  )

  it('names itself, the event, the attempt and the time', () => {
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'CallServer-Webhooks/1',
      'x-webhook-id': frozen.token,
      'x-webhook-attempt': '3',
      'x-webhook-timestamp': '1794475862',
    })
    expect(request).toMatchObject({
      method: 'POST',
      body: frozen.body,
      connectTimeoutMs: 5_000,
      totalTimeoutMs: 10_000,
    })
  })

  it('is signed with HMAC-SHA256 over timestamp, dot and raw body', () => {
    const expected = createHmac('sha256', 'shh').update(`1794475862.${frozen.body}`, 'utf8').digest('hex')
    expect(request.headers['x-webhook-signature']).toBe(`v1=${expected}`)
  })

  it('is not signed without a secret', () => {
    const plain = webhookRequest(frozen, { at: 0, number: 1 }, { headers: {}, internalTargets: false })
    expect(plain.headers).not.toHaveProperty('x-webhook-signature')
  })

  it("takes the receiver's own headers, but none that would say something else about the request", () => {
    const headers = { Authorization: 'Bearer x', 'Content-Type': 'text/plain', Host: 'evil', 'X-Webhook-Id': '1' }
    const own = webhookRequest(frozen, { at: 0, number: 1 }, { headers, internalTargets: false })
    expect(own.headers).toMatchObject({
      authorization: 'Bearer x',
      'content-type': 'application/json',
      'x-webhook-id': frozen.token,
    })
    expect(Object.keys(own.headers).map((name) => name.toLowerCase())).not.toContain('host')
  })
})

it('opens what is sealed', () => {
  const vault = { open: (sealed: string) => sealed.replace('sealed ', '') }
  expect(openedFor({ sealedHeaders: { a: 'sealed 1' }, sealedSecret: 'sealed shh' }, vault)).toEqual({
    headers: { a: '1' },
    secret: 'shh',
  })
  expect(openedFor(null, vault)).toEqual({ headers: {} })
})

describe('the schedule', () => {
  it('is ten attempts over about 23 hours, with a tenth of jitter', () => {
    const waits = Array.from({ length: 10 }, (_, i) => retryAfter(i + 1, 0.5))
    const [second, minute, hour] = [1_000, 60_000, 3_600_000]
    expect(waits).toEqual([
      10 * second,
      30 * second,
      2 * minute,
      10 * minute,
      30 * minute,
      hour,
      3 * hour,
      6 * hour,
      12 * hour,
      undefined,
    ])
    expect([retryAfter(1, 0), retryAfter(1, 1)]).toEqual([9_000, 11_000])
  })
})

describe('what an answer means', () => {
  it.each([
    ['delivered', [200, 201, 202, 204, 299]],
    ['never', [410]],
    ['again', [408, 429, 500, 502, 503, 599]],
    ['aside', [301, 302, 307, 400, 401, 403, 404, 422]],
  ])('%s', (verdict, statuses) => {
    for (const status of statuses) expect([status, judge(status)]).toEqual([status, verdict])
  })
})

it('D35 all statuses are wanted unless some are named', () => {
  expect(wants({}, 'queued')).toBe(true)
  expect([wants({ events: ['completed'] }, 'completed'), wants({ events: ['completed'] }, 'queued')]).toEqual([
    true,
    false,
  ])
  expect(targetOf('https://a')).not.toBe(targetOf('https://b'))
})
