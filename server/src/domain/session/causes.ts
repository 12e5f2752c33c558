import type { Verdict } from './commands.ts'
import type { Cause, Ender, Protocol, SessionOutcome } from './state.ts'

interface Meaning {
  /** What an attempt that ends by it comes to. */
  readonly outcome: SessionOutcome
  /** Who brings it about, unless something else is known. */
  readonly by: Ender
  /** Why, in words for people. */
  readonly says: string
}

/** Every cause with what it means; total, so that a new one must be placed here (B19, rule 3). */
const meanings: Readonly<Record<Cause, Meaning>> = {
  user_hangup: { outcome: 'completed', by: 'user', says: 'the user hung up' },
  agent_hangup: { outcome: 'completed', by: 'agent', says: 'the agent ended it' },
  silence: { outcome: 'completed', by: 'deadline', says: 'nobody said anything for too long' },
  max_duration: { outcome: 'completed', by: 'deadline', says: 'it reached its longest duration' },
  voicemail: { outcome: 'completed', by: 'agent', says: 'a voicemail answered' },
  request_hangup: { outcome: 'completed', by: 'request', says: 'hung up by request' },
  bridge_ended: { outcome: 'transferred', by: 'user', says: 'one of the two it was handed to hung up' },
  agent_error: { outcome: 'failed', by: 'agent', says: 'the agent failed' },
  media_lost: { outcome: 'failed', by: 'server', says: 'no sound came through' },
  carrier_drop: { outcome: 'failed', by: 'carrier', says: 'the carrier dropped the line' },
  lost_lease: { outcome: 'failed', by: 'server', says: 'the process that carried it is gone' },
  idle: { outcome: 'completed', by: 'deadline', says: 'nothing was written for too long' },
  conversation_closed: { outcome: 'completed', by: 'request', says: 'its conversation was closed' },
  handed_over: { outcome: 'transferred', by: 'agent', says: 'the agent handed it to a person' },
  busy: { outcome: 'busy', by: 'carrier', says: 'the called party was busy' },
  ring_timeout: { outcome: 'no_answer', by: 'deadline', says: 'it rang too long' },
  no_answer: { outcome: 'no_answer', by: 'carrier', says: 'the called party did not answer' },
  rejected: { outcome: 'no_answer', by: 'user', says: 'the called party declined' },
  invalid_number: { outcome: 'failed', by: 'carrier', says: 'the number cannot be called' },
  unreachable: { outcome: 'failed', by: 'carrier', says: 'the called party could not be reached' },
  congestion: { outcome: 'failed', by: 'carrier', says: 'the network was congested' },
  carrier_declined: { outcome: 'failed', by: 'carrier', says: 'the carrier declined the call' },
  carrier_error: { outcome: 'failed', by: 'carrier', says: 'the carrier failed' },
  setup_timeout: { outcome: 'failed', by: 'deadline', says: 'it did not begin to ring in time' },
  no_response: { outcome: 'stopped', by: 'deadline', says: 'the carrier reported nothing' },
  caller_abandoned: { outcome: 'canceled', by: 'user', says: 'the caller gave up' },
  inbound_rejected: { outcome: 'failed', by: 'server', says: 'the rules of its agent keep the caller out' },
  canceled_by_request: { outcome: 'canceled', by: 'request', says: 'canceled by request' },
  token_expired: { outcome: 'canceled', by: 'deadline', says: 'nobody joined in time' },
  mail_not_sent: { outcome: 'failed', by: 'deadline', says: 'its first mail was not sent in time' },
  stopped_by_request: { outcome: 'stopped', by: 'request', says: 'stopped by request' },
  batch_stopped: { outcome: 'stopped', by: 'request', says: 'its batch was stopped' },
  batch_expired: { outcome: 'stopped', by: 'deadline', says: 'its batch was not started in time' },
  agent_deleted: { outcome: 'stopped', by: 'request', says: 'its agent was deleted' },
  agent_unusable: { outcome: 'error', by: 'server', says: 'its agent cannot be used' },
  number_unusable: { outcome: 'error', by: 'server', says: 'the number it calls from cannot be used' },
  credentials_refused: { outcome: 'error', by: 'carrier', says: 'the carrier refused the credentials' },
  balance_low: { outcome: 'balance_low', by: 'server', says: 'the balance was too low' },
  queue_timeout: { outcome: 'error', by: 'deadline', says: 'it waited too long for a slot' },
  no_calling_window: { outcome: 'error', by: 'deadline', says: 'there was no time at which it may be called' },
  time_missed: { outcome: 'error', by: 'deadline', says: 'its time had passed' },
  // What is imported says its own outcome.
  imported: { outcome: 'completed', by: 'unknown', says: 'it took place elsewhere, and was imported' },
}

export function outcomeOf(cause: Cause): SessionOutcome {
  return meanings[cause].outcome
}

export function enderOf(cause: Cause): Ender {
  return meanings[cause].by
}

export function saysOf(cause: Cause): string {
  return meanings[cause].says
}

/** Of an error that no further try can mend, no retry follows. */
export function isBeyondRetry(cause: Cause): boolean {
  return cause === 'queue_timeout' || cause === 'no_calling_window' || cause === 'time_missed'
}

interface Heard {
  readonly verdict?: Verdict
  readonly protocol?: Protocol
  readonly by?: 'user' | 'carrier' | 'us'
}

/** Why an outbound call that nobody answered is over: the carrier's own word, else what the protocols say (B19). */
export function causeUnanswered({ verdict, protocol = {} }: Heard, rang: boolean): Cause {
  if (verdict === undefined) return causeOfProtocol(protocol, rang) ?? unheard(rang)
  switch (verdict) {
    case 'busy':
    case 'no_answer':
    case 'rejected':
    case 'invalid_number':
    case 'unreachable':
    case 'congestion':
      return verdict
    case 'hangup':
      return causeOfProtocol(protocol, rang) ?? unheard(rang)
    case 'dropped':
      return causeOfProtocol(protocol, rang) ?? 'carrier_error'
  }
}

/** Why an inbound call that nobody answered is over: its caller gave up, unless the network failed. */
export function causeAbandoned({ verdict, by }: Heard): Cause {
  if (verdict === 'dropped' || verdict === 'congestion' || (verdict === undefined && by === 'carrier'))
    return 'carrier_error'
  return 'caller_abandoned'
}

/** Why an answered call is over. The user hung up, unless something says otherwise. */
export function causeAnswered({ verdict, protocol = {}, by }: Heard): Cause {
  if (verdict === 'hangup' || by === 'user') return 'user_hangup'
  return verdict === undefined && by === undefined && isNormal(protocol) ? 'user_hangup' : 'carrier_drop'
}

/** Q.850 16 and 31, or a SIP status that reports no failure: the line was cleared as it should be. */
function isNormal({ sip, q850 }: Protocol): boolean {
  return q850 === undefined ? sip === undefined || sip < 300 : q850 === 16 || q850 === 31
}

function causeOfProtocol({ sip, q850 }: Protocol, rang: boolean): Cause | undefined {
  const status = sip === undefined || sip < 300 ? (q850 === undefined ? undefined : statusOf(q850)) : sip
  if (status === undefined) return undefined
  const plain = plainly[status]
  if (plain !== undefined) return plain
  if (status === 408 || status === 480 || status === 487) return unheard(rang)
  if (status === 503 || q850 === 34 || q850 === 42) return 'congestion'
  return status >= 500 && status < 600 ? 'carrier_error' : 'carrier_declined'
}

/** Without ringing it was not reached; a phone that rang was not answered. */
function unheard(rang: boolean): Cause {
  return rang ? 'no_answer' : 'unreachable'
}

const plainly: Readonly<Record<number, Cause>> = {
  404: 'invalid_number',
  410: 'invalid_number',
  484: 'invalid_number',
  486: 'busy',
  600: 'busy',
  603: 'rejected',
  604: 'invalid_number',
}

/** The SIP status of a Q.850 cause (RFC 3398 section 8.2.6.1; 21 as the called party's own declining); undefined: normal clearing. */
function statusOf(q850: number): number | undefined {
  if (q850 === 16 || q850 === 31) return undefined
  return statusOfQ850[q850] ?? 500
}

const statusOfQ850: Readonly<Record<number, number>> = {
  1: 404,
  2: 404,
  3: 404,
  17: 486,
  18: 408,
  19: 480,
  20: 480,
  21: 603,
  22: 410,
  26: 404,
  27: 502,
  28: 484,
  29: 501,
  34: 503,
  38: 503,
  41: 503,
  42: 503,
  47: 503,
  55: 403,
  57: 403,
  58: 503,
  65: 488,
  70: 488,
  79: 501,
  87: 403,
  88: 503,
  102: 504,
  111: 500,
  127: 500,
}
