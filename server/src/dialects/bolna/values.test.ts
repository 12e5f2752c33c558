import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeId } from '#domain/vocabulary/id.ts'
import { ago, executionStatus, roundedStart } from './batches/batches.ts'
import { hexOf, readId, uuidOf } from './ids.ts'
import { bolnaKey, readBolnaKey } from './credentials/keys.ts'
import { policyOf, retryConfigOf, retryDefaults } from './executions/retries.ts'
import { readInstant, readUtc, seconds, stamp, startedSeconds } from './time.ts'
import { retryConfig } from './wire/calls.ts'

describe('D4 ids', () => {
  it('are written as UUIDs and as 32 digits, and read in both spellings', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const id = encodeId(bytes)
        expect(uuidOf(id)).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/)
        expect(hexOf(id)).toMatch(/^[0-9a-f]{32}$/)
        for (const spelling of [uuidOf(id), hexOf(id), uuidOf(id).toUpperCase()]) expect(readId(spelling)).toBe(id)
      }),
    )
  })

  it.each(['', 'x', '0'.repeat(31), '0'.repeat(33), 'g'.repeat(32), '01a1f82f1e80-7000-8005-e9ad25e55a28', '..'])(
    '%j is none',
    (text) => expect(readId(text)).toBeUndefined(),
  )
})

describe('keys', () => {
  it('begin with bn- and hold the key and its secret', () => {
    const [sid, secret] = [`SK${'1a'.repeat(16)}`, 'b2'.repeat(16)]
    expect(bolnaKey(sid, secret)).toMatch(/^bn-[0-9a-f]{64}$/)
    expect(readBolnaKey(bolnaKey(sid, secret))).toEqual({ sid, secret })
  })

  it.each(['', 'bn-', `bn-${'0'.repeat(63)}`, 'SK1.secret', `sa-${'0'.repeat(64)}`])('%j is none', (token) =>
    expect(readBolnaKey(token)).toBeUndefined(),
  )
})

describe('D6 times', () => {
  it('have six digits of a second and a numeric zone', () => {
    expect(stamp(Date.UTC(2026, 10, 12, 9, 30, 0, 118))).toBe('2026-11-12T09:30:00.118000+00:00')
  })

  it('D9 are read with Z and with an offset, never without a zone', () => {
    const at = Date.UTC(2026, 10, 13, 9, 2)
    for (const text of ['2026-11-13T09:02:00Z', '2026-11-13T14:32:00+05:30', '2026-11-13T09:02:00.000000+00:00'])
      expect(readInstant(text)).toBe(at)
    for (const text of ['2026-11-13T09:02:00', '2026-11-13', 'tomorrow', '', '2026-13-45T00:00:00Z'])
      expect(readInstant(text)).toBeUndefined()
  })

  it('of a list may leave out the zone: they are in UTC', () => {
    expect(readUtc('2026-11-13T09:02:00')).toBe(Date.UTC(2026, 10, 13, 9, 2))
    expect(readUtc('2026-11-13')).toBe(Date.UTC(2026, 10, 13))
    expect(readUtc('soon')).toBeUndefined()
  })

  it('D7 the carrier counts started seconds, the talk has one decimal', () => {
    expect([startedSeconds(27_200), startedSeconds(0), startedSeconds(68_400)]).toEqual([28, 0, 69])
    expect([seconds(27_240), seconds(0)]).toEqual([27.2, 0])
  })
})

describe('retry_config (5.8)', () => {
  it('has the documented defaults', () => {
    expect(retryConfig.parse({})).toEqual(retryDefaults)
  })

  it.each([
    [{ max_retries: 0 }],
    [{ max_retries: 4 }],
    [{ max_retries: 1.5 }],
    [{ retry_on_statuses: ['balance-low'] }],
    [{ retry_on_statuses: ['stopped'] }],
    [{ retry_on_statuses: ['canceled'] }],
    [{ retry_intervals_minutes: [0] }],
    [{ retry_intervals_minutes: [10_081] }],
    [{ retry_intervals_minutes: [] }],
    [{ enabled: 'yes' }],
  ])('%j is refused', (config) => expect(retryConfig.safeParse(config).success).toBe(false))

  it('becomes a policy, or none where it is not enabled', () => {
    expect(policyOf(retryDefaults)).toBeNull()
    const config = retryConfig.parse({ enabled: true, max_retries: 2, retry_on_statuses: ['no-answer', 'error'] })
    expect(policyOf(config)).toEqual({
      max: 2,
      on: ['no_answer', 'error'],
      onVoicemail: false,
      afterMs: [1_800_000, 3_600_000],
    })
  })

  it('is given back as it was given, with the defaults filled; or as the policy says', () => {
    expect(retryConfigOf(null, { enabled: true })).toEqual({ ...retryDefaults, enabled: true })
    expect(retryConfigOf(null, undefined)).toBeNull()
    const policy = { max: 1, on: ['busy'], onVoicemail: true, afterMs: [600_000] } as const
    expect(retryConfigOf(policy, undefined)).toEqual({
      enabled: true,
      max_retries: 1,
      retry_on_statuses: ['busy'],
      retry_on_voicemail: true,
      retry_intervals_minutes: [10],
    })
  })
})

describe('batches (5.10)', () => {
  it('start at the next ten-minute mark', () => {
    expect(roundedStart(Date.UTC(2026, 10, 13, 9, 2))).toBe(Date.UTC(2026, 10, 13, 9, 10))
    expect(roundedStart(Date.UTC(2026, 10, 13, 9, 10))).toBe(Date.UTC(2026, 10, 13, 9, 10))
  })

  it('say how long ago', () => {
    expect([0, 999, 1_000, 59_000, 300_000, 3_600_000, 90_000_000].map(ago)).toEqual([
      'just now',
      'just now',
      '1 second ago',
      '59 seconds ago',
      '5 minutes ago',
      '1 hour ago',
      '1 day ago',
    ])
  })

  it('count their executions by the status each shows', () => {
    const tally = [
      { state: 'prepared', outcome: null, wasLive: false, count: 7 },
      { state: 'ended', outcome: 'completed', wasLive: true, count: 2 },
      { state: 'ended', outcome: 'failed', wasLive: true, count: 1 },
      { state: 'ended', outcome: 'failed', wasLive: false, count: 4 },
      { state: 'wrapping', outcome: 'completed', wasLive: true, count: 1 },
    ] as const
    expect(executionStatus(tally)).toEqual({ prepared: 7, completed: 3, failed: 4, 'call-disconnected': 1 })
  })
})
