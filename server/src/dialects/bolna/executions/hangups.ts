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
  queue_timeout: [null, null, 'queue_timeout'],
  no_calling_window: [null, null, 'config_error'],
  time_missed: [null, null, 'config_error'],
  imported: [null, null, 'completed'], // never shown here
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

/** The sentences for `error_message`; null: nothing went wrong. */
const sentences: Readonly<Record<Cause, string | null>> = {
  user_hangup: null,
  agent_hangup: null,
  silence: null,
  max_duration: null,
  voicemail: null,
  request_hangup: null,
  bridge_ended: null,
  handed_over: null,
  idle: null,
  conversation_closed: null,
  agent_error: 'The agent failed',
  media_lost: 'Carrier unable to receive media',
  carrier_drop: 'Call dropped by the carrier',
  lost_lease: 'Call lost by a restart of the server',
  busy: 'Call recipient was busy',
  rejected: 'Call recipient rejected',
  ring_timeout: 'Call unanswered',
  no_answer: 'Call unanswered',
  invalid_number: 'Call recipient number invalid',
  unreachable: 'Call recipient could not be reached',
  congestion: 'Network Congestion From Carrier',
  carrier_declined: 'Carrier declined',
  carrier_error: 'Carrier Internal Error',
  setup_timeout: 'Call could not be set up in time',
  no_response: 'No response from telephony provider',
  canceled_by_request: 'Call canceled',
  caller_abandoned: 'Call canceled',
  token_expired: 'Call canceled',
  inbound_rejected: 'Inbound call rejected: not allowed',
  mail_not_sent: 'Mail could not be sent',
  stopped_by_request: 'Stopped by user',
  batch_stopped: 'Stopped with its batch',
  batch_expired: 'Batch was not scheduled in time',
  agent_deleted: 'Stopped because its agent was deleted',
  agent_unusable: 'Agent cannot be used',
  number_unusable: 'from_phone_number not owned by account',
  credentials_refused: 'provider auth failed',
  balance_low: 'Insufficient balance to initiate the call',
  queue_timeout: 'Waited too long for a free slot',
  no_calling_window: 'No allowed calling time within 14 days',
  time_missed: 'Scheduled time missed',
  imported: null,
}

/** What to say went wrong. `setupMs`: how long the carrier may stay silent. */
export function errorMessage({ cause, note }: Pick<End, 'cause' | 'note'>, setupMs: number): string | null {
  if (cause === 'no_response') return `${sentences[cause]} within ${Math.round(setupMs / 1000)} s`
  if (cause === 'inbound_rejected' && note !== undefined) return `Inbound call rejected: ${note}`
  const isNoted = cause === 'agent_error' || cause === 'agent_unusable'
  return isNoted && note !== undefined ? note : sentences[cause]
}
