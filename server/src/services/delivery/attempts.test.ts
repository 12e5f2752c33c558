import { describe, expect, it } from 'vitest'
import { recordedSender } from '#adapters/delivery/recorded/recorded-sender.ts'
import type { Announcer, Frozen, OutgoingRequest } from '../ports.ts'
import { attempts } from './attempts.ts'

const frozen: Frozen = {
  announcer: 'native',
  account: 'alice',
  url: 'https://hooks.example.com/a',
  method: 'POST',
  body: '{}',
  token: 't',
  request: null,
}
const made: OutgoingRequest = {
  url: frozen.url,
  method: 'POST',
  headers: {},
  body: frozen.body,
  internalTargets: false,
  connectTimeoutMs: 1,
  totalTimeoutMs: 1,
}

describe('an attempt', () => {
  const attempt = async (request: Announcer['request']) => {
    const sender = recordedSender()
    const announcer: Announcer = { name: 'native', announcements: () => [], request, retryAfter: () => undefined }
    const result = await attempts(new Map([['native', announcer]]), sender)(frozen, 0, 1)
    return { result, sent: sender.requests.length }
  }

  it('sends the request that was made', async () => {
    expect(await attempt(() => made)).toEqual({ result: { status: 200 }, sent: 1 })
    expect(await attempt(async () => made)).toEqual({ result: { status: 200 }, sent: 1 })
  })

  it('is made again later where the request could not be made', async () => {
    const failed = await attempt(() => Promise.reject(new Error('not now')))
    expect(failed).toMatchObject({ result: { refused: false }, sent: 0 })
  })

  it('is the last where there is nobody to tell any more', async () => {
    const over = { result: { error: 'There is nobody to tell any more.', refused: true }, sent: 0 }
    expect(await attempt(() => undefined)).toEqual(over)
    expect(await attempt(async () => undefined)).toEqual(over)
  })
})
