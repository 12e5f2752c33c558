import { describe, expect, test } from 'vitest'
import { causeAbandoned, causeAnswered, causeUnanswered, enderOf, outcomeOf } from './causes.ts'

describe('B19 why a call that nobody answered is over', () => {
  test.each([
    [486, false, 'busy'],
    [600, true, 'busy'],
    [603, true, 'rejected'],
    [404, false, 'invalid_number'],
    [410, false, 'invalid_number'],
    [484, true, 'invalid_number'],
    [604, false, 'invalid_number'],
    [408, true, 'no_answer'],
    [480, true, 'no_answer'],
    [487, true, 'no_answer'],
    [408, false, 'unreachable'],
    [480, false, 'unreachable'],
    [487, false, 'unreachable'],
    [503, true, 'congestion'],
    [401, false, 'carrier_declined'],
    [403, false, 'carrier_declined'],
    [407, false, 'carrier_declined'],
    [488, false, 'carrier_declined'],
    [499, false, 'carrier_declined'],
    [606, false, 'carrier_declined'],
    [500, false, 'carrier_error'],
    [504, true, 'carrier_error'],
  ] as const)('SIP %d, rang: %s, is %s', (sip, rang, cause) => {
    expect(causeUnanswered({ protocol: { sip } }, rang)).toBe(cause)
  })

  test.each([
    [1, false, 'invalid_number'],
    [17, false, 'busy'],
    [18, true, 'no_answer'],
    [18, false, 'unreachable'],
    [21, true, 'rejected'],
    [34, false, 'congestion'],
    [42, true, 'congestion'],
    [57, false, 'carrier_declined'],
    [27, false, 'carrier_error'],
    [127, false, 'carrier_error'],
    [16, true, 'no_answer'],
    [16, false, 'unreachable'],
  ] as const)('Q.850 %d, rang: %s, is %s', (q850, rang, cause) => {
    expect(causeUnanswered({ protocol: { q850 } }, rang)).toBe(cause)
  })

  test('congestion is told by Q.850 under a SIP status that says less', () => {
    expect(causeUnanswered({ protocol: { sip: 500, q850: 34 } }, false)).toBe('congestion')
    expect(causeUnanswered({ protocol: { sip: 486, q850: 34 } }, false)).toBe('busy')
  })

  test("the carrier's own word comes first", () => {
    expect(causeUnanswered({ verdict: 'no_answer', protocol: { sip: 486 } }, false)).toBe('no_answer')
    expect(causeUnanswered({ verdict: 'hangup', protocol: { sip: 486 } }, false)).toBe('busy')
    expect(causeUnanswered({ verdict: 'dropped' }, true)).toBe('carrier_error')
    expect(causeUnanswered({}, true)).toBe('no_answer')
    expect(causeUnanswered({}, false)).toBe('unreachable')
  })

  test('an inbound caller gave up, unless the network failed', () => {
    expect(causeAbandoned({})).toBe('caller_abandoned')
    expect(causeAbandoned({ verdict: 'hangup', by: 'user' })).toBe('caller_abandoned')
    expect(causeAbandoned({ verdict: 'dropped' })).toBe('carrier_error')
  })
})

describe('B19 why an answered call is over', () => {
  test.each([
    [{}, 'user_hangup'],
    [{ by: 'user' }, 'user_hangup'],
    [{ verdict: 'hangup', by: 'carrier' }, 'user_hangup'],
    [{ protocol: { q850: 16 } }, 'user_hangup'],
    [{ protocol: { sip: 200 } }, 'user_hangup'],
    [{ protocol: { q850: 41 } }, 'carrier_drop'],
    [{ by: 'carrier' }, 'carrier_drop'],
    [{ verdict: 'dropped' }, 'carrier_drop'],
  ] as const)('%j is %s', (heard, cause) => {
    expect(causeAnswered(heard)).toBe(cause)
  })
})

test('rule 3: of a live session trouble is failed, an end that somebody wanted or a clock brought is completed', () => {
  for (const cause of ['media_lost', 'carrier_drop', 'agent_error', 'lost_lease'] as const) {
    expect(outcomeOf(cause)).toBe('failed')
  }
  for (const cause of ['silence', 'max_duration', 'voicemail', 'user_hangup', 'request_hangup'] as const) {
    expect(outcomeOf(cause)).toBe('completed')
  }
  expect([outcomeOf('rejected'), enderOf('rejected')]).toEqual(['no_answer', 'user'])
  expect([outcomeOf('no_response'), enderOf('no_response')]).toEqual(['stopped', 'deadline'])
})
