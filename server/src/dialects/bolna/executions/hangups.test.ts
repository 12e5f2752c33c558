import { describe, expect, it } from 'vitest'
import type { Cause } from '#domain/session/state.ts'
import { errorMessage, hangupOf } from './hangups.ts'

/** Specification 3.9, row by row: what happened, outbound, and what is told. */
const causeMap: readonly (readonly [Cause, by: string | null, reason: string | null, outcome: string])[] = [
  ['user_hangup', 'Callee', 'Call recipient hungup', 'user_hangup'],
  ['agent_hangup', 'API Request', 'llm_prompted_hangup', 'agent_hangup'],
  ['silence', 'API Request', 'inactivity_timeout', 'silence'],
  ['max_duration', 'API Request', 'Call timed out', 'max_duration'],
  ['voicemail', 'API Request', 'voicemail_detected', 'voicemail'],
  ['request_hangup', 'API Request', 'Call ended', 'api_hangup'],
  ['canceled_by_request', 'API Request', 'Call canceled', 'canceled'],
  ['bridge_ended', 'Callee', 'Call recipient hungup', 'transferred'],
  ['agent_error', 'Error', 'Bolna Error', 'agent_error'],
  ['media_lost', 'Error', 'Carrier unable to receive media', 'media_lost'],
  ['carrier_drop', 'Carrier', 'Call ended', 'carrier_drop'],
  ['busy', 'Carrier', 'Call recipient was busy', 'busy'],
  ['no_answer', 'Carrier', 'Call unanswered', 'no_answer'],
  ['ring_timeout', 'Carrier', 'Call unanswered', 'no_answer'],
  ['rejected', 'Callee', 'Call recipient rejected', 'rejected'],
  ['invalid_number', 'Carrier', 'Call recipient number invalid', 'invalid_number'],
  ['unreachable', 'Carrier', 'failed', 'unreachable'],
  ['congestion', 'Carrier', 'Network Congestion From Carrier', 'congestion'],
  ['carrier_declined', 'Carrier', 'Carrier declined', 'carrier_declined'],
  ['carrier_error', 'Error', 'Carrier Internal Error', 'carrier_error'],
  ['no_response', 'Unknown', 'Unknown', 'provider_no_response'],
  ['stopped_by_request', null, null, 'stopped'],
  ['balance_low', null, null, 'balance_low'],
  ['agent_unusable', null, null, 'config_error'],
  ['queue_timeout', null, null, 'queue_timeout'],
  ['inbound_rejected', 'API Request', 'Carrier declined', 'inbound_rejected'],
]

describe('the cause map (3.9, B19)', () => {
  it.each(causeMap)('%s is told as hung up by %s: %s', (cause, by, reason, outcome) => {
    expect(hangupOf(cause, 'outbound')).toEqual({ by, reason, outcome })
  })

  it('names the person by the direction of the call', () => {
    expect(hangupOf('user_hangup', 'inbound').by).toBe('Caller')
    expect(hangupOf('caller_abandoned', 'inbound')).toEqual({
      by: 'Caller',
      reason: 'Call canceled',
      outcome: 'caller_abandoned',
    })
  })
})

describe('B1 error_message', () => {
  it('is null where nothing went wrong', () => {
    for (const cause of [
      'user_hangup',
      'agent_hangup',
      'silence',
      'max_duration',
      'voicemail',
      'request_hangup',
    ] as const)
      expect(errorMessage({ cause }, 60_000)).toBeNull()
  })

  it.each([
    ['no_response', undefined, 'No response from telephony provider within 60 s'],
    ['stopped_by_request', undefined, 'Stopped by user'],
    ['balance_low', undefined, 'Insufficient balance to initiate the call'],
    ['no_answer', undefined, 'Call unanswered'],
    ['time_missed', undefined, 'Scheduled time missed'],
    ['queue_timeout', undefined, 'Waited too long for a free slot'],
    ['lost_lease', undefined, 'Call lost by a restart of the server'],
    ['number_unusable', undefined, 'from_phone_number not owned by account'],
    ['credentials_refused', undefined, 'provider auth failed'],
    ['inbound_rejected', 'inbound_limit', 'Inbound call rejected: inbound_limit'],
    ['inbound_rejected', undefined, 'Inbound call rejected: not allowed'],
    ['agent_error', 'the model timed out', 'the model timed out'],
    ['agent_unusable', undefined, 'Agent cannot be used'],
  ] as const)('%s (%s): %s', (cause, note, text) => {
    expect(errorMessage({ cause, ...(note !== undefined && { note }) }, 60_000)).toBe(text)
  })

  it('never holds a note of what ended a good call', () => {
    expect(errorMessage({ cause: 'request_hangup', note: 'the customer asked' }, 60_000)).toBeNull()
  })
})
