import type { Cause, Direction, End } from '#domain/session/state.ts'

/** How an end is told (specification 3.9): who hung up, the reason in their words, and our finer word in `x.outcome`. */
export interface Hangup {
  readonly by: string | null
  readonly reason: string | null
  readonly outcome: string
}

type Row = readonly [by: string | null, reason: string | null, outcome: string]

/** The cause map, total over our causes; `human` stands for the person, `Callee` or `Caller` by direction. */
const rows: Readonly<Record<Cause, Row>> = {
  user_hangup: ['human', 'Call recipient hungup', 'user_hangup'],
  agent_hangup: ['API Request', 'llm_prompted_hangup', 'agent_hangup'],
  silence: ['API Request', 'inactivity_timeout', 'silence'],
  max_duration: ['API Request', 'Call timed out', 'max_duration'],
  voicemail: ['API Request', 'voicemail_detected', 'voicemail'],
  request_hangup: ['API Request', 'Call ended', 'api_hangup'],
  bridge_ended: ['human', 'Call recipient hungup', 'transferred'],
  handed_over: ['API Request', 'Call ended', 'transferred'],
  agent_error: ['Error', 'Bolna Error', 'agent_error'],
  media_lost: ['Error', 'Carrier unable to receive media', 'media_lost'],
  carrier_drop: ['Carrier', 'Call ended', 'carrier_drop'],
  lost_lease: ['Error', 'Bolna Error', 'agent_error'],
  idle: ['API Request', 'inactivity_timeout', 'silence'],
  conversation_closed: ['API Request', 'Call ended', 'api_hangup'],
  busy: ['Carrier', 'Call recipient was busy', 'busy'],
  ring_timeout: ['Carrier', 'Call unanswered', 'no_answer'],
  no_answer: ['Carrier', 'Call unanswered', 'no_answer'],
  rejected: ['human', 'Call recipient rejected', 'rejected'],
  invalid_number: ['Carrier', 'Call recipient number invalid', 'invalid_number'],
  unreachable: ['Carrier', 'failed', 'unreachable'],
  congestion: ['Carrier', 'Network Congestion From Carrier', 'congestion'],
  carrier_declined: ['Carrier', 'Carrier declined', 'carrier_declined'],
  carrier_error: ['Error', 'Carrier Internal Error', 'carrier_error'],
  setup_timeout: ['Carrier', 'failed', 'unreachable'],
  no_response: ['Unknown', 'Unknown', 'provider_no_response'],
  caller_abandoned: ['Caller', 'Call canceled', 'caller_abandoned'],
  inbound_rejected: ['API Request', 'Carrier declined', 'inbound_rejected'],
  canceled_by_request: ['API Request', 'Call canceled', 'canceled'],
  token_expired: ['API Request', 'Call canceled', 'canceled'],
  mail_not_sent: [null, null, 'config_error'],
  stopped_by_request: [null, null, 'stopped'],
  batch_stopped: [null, null, 'stopped'],
  batch_expired: [null, null, 'stopped'],
  agent_deleted: [null, null, 'stopped'],
  agent_unusable: [null, null, 'config_error'],
  number_unusable: [null, null, 'config_error'],
  credentials_refused: [null, null, 'config_error'],
  balance_low: [null, null, 'balance_low'],
  queue_timeout: [null, null, 'config_error'],
  no_calling_window: [null, null, 'config_error'],
  time_missed: [null, null, 'config_error'],
}

export function isCause(word: string): word is Cause {
  return Object.hasOwn(rows, word)
}

/** What to say of a cause, for a call of this direction. */
export function hangupOf(cause: Cause, direction: Direction): Hangup {
  const [by, reason, outcome] = rows[cause]
  const human = direction === 'outbound' ? 'Callee' : 'Caller'
  return { by: by === 'human' ? human : by, reason, outcome }
}

/** The sentence for `error_message`; null: nothing went wrong. `setupMs`: how long the carrier may stay silent. */
export function errorMessage({ cause, note }: Pick<End, 'cause' | 'note'>, setupMs: number): string | null {
  switch (cause) {
    case 'user_hangup':
    case 'agent_hangup':
    case 'silence':
    case 'max_duration':
    case 'voicemail':
    case 'request_hangup':
    case 'bridge_ended':
    case 'handed_over':
    case 'idle':
    case 'conversation_closed':
      return null
    case 'agent_error':
      return note ?? 'The agent failed'
    case 'media_lost':
      return 'Carrier unable to receive media'
    case 'carrier_drop':
      return 'Call dropped by the carrier'
    case 'lost_lease':
      return 'Call lost by a restart of the server'
    case 'no_response':
      return `No response from telephony provider within ${Math.round(setupMs / 1000)} s`
    case 'stopped_by_request':
      return 'Stopped by user'
    case 'batch_stopped':
      return 'Stopped with its batch'
    case 'batch_expired':
      return 'Batch was not scheduled in time'
    case 'agent_deleted':
      return 'Stopped because its agent was deleted'
    case 'agent_unusable':
      return note ?? 'Agent cannot be used'
    case 'number_unusable':
      return 'from_phone_number not owned by account'
    case 'credentials_refused':
      return 'provider auth failed'
    case 'balance_low':
      return 'Insufficient balance to initiate the call'
    case 'queue_timeout':
      return 'Waited too long for a free slot'
    case 'no_calling_window':
      return 'No allowed calling time within 14 days'
    case 'time_missed':
      return 'Scheduled time missed'
    case 'inbound_rejected':
      return `Inbound call rejected: ${note ?? 'not allowed'}`
    case 'canceled_by_request':
    case 'caller_abandoned':
    case 'token_expired':
      return 'Call canceled'
    case 'setup_timeout':
      return 'Call could not be set up in time'
    case 'mail_not_sent':
      return 'Mail could not be sent'
    case 'invalid_number':
      return 'Call recipient number invalid'
    case 'busy':
      return 'Call recipient was busy'
    case 'rejected':
      return 'Call recipient rejected'
    case 'ring_timeout':
    case 'no_answer':
      return 'Call unanswered'
    case 'unreachable':
      return 'Call recipient could not be reached'
    case 'congestion':
      return 'Network Congestion From Carrier'
    case 'carrier_declined':
      return 'Carrier declined'
    case 'carrier_error':
      return 'Carrier Internal Error'
  }
}
