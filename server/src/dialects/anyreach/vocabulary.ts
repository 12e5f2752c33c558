import { voicemailRetryDue } from '#domain/session/ending.ts'
import type { Session, SessionKind, SessionOutcome, SessionState } from '#domain/session/state.ts'

/** Where the metadata of a campaign's conversation has the name of the campaign. */
export const campaignKey = 'anyreach_campaign'

/** A3: exactly these, in this order. */
export const statuses = [
  'token_created',
  'triggered',
  'ringing',
  'in_progress',
  'completed',
  'failed',
  'cancelled',
  'transferred',
  'unanswered',
] as const

export type Status = (typeof statuses)[number]

/** A4: live; in no other state a message can be sent. */
export const activeStatuses: ReadonlySet<Status> = new Set(['token_created', 'triggered', 'ringing', 'in_progress'])

export const channels = ['telephone', 'webrtc', 'email', 'text'] as const

export type Channel = (typeof channels)[number]

const channelOfKind: Readonly<Record<SessionKind, Channel>> = {
  telephone: 'telephone',
  browser: 'webrtc',
  email: 'email',
  text: 'text',
}

export const kindOf: Readonly<Record<Channel, SessionKind>> = {
  telephone: 'telephone',
  webrtc: 'browser',
  email: 'email',
  text: 'text',
}

export function channelOf({ kind }: Pick<Session, 'kind'>): Channel {
  return channelOfKind[kind]
}

type Ending = 'wrapping' | 'ended' | 'erasing'

/** Their word for each state before the end of the talk. Total, so that a new state must be placed here. */
const whileOpen: Readonly<Record<Exclude<SessionState, Ending>, Status>> = {
  prepared: 'triggered',
  scheduled: 'triggered',
  deferred: 'triggered',
  queued: 'triggered',
  joining: 'token_created', // A5
  dialing: 'triggered', // A6
  ringing: 'ringing', // A7
  live: 'in_progress', // A8
}

/** How a talk ended (A10, A11, A13); the others come before one. */
const afterTalk: Readonly<Record<SessionOutcome, Status>> = {
  completed: 'completed',
  transferred: 'transferred',
  no_answer: 'completed',
  busy: 'completed',
  canceled: 'completed',
  stopped: 'completed',
  failed: 'failed',
  error: 'failed',
  balance_low: 'failed',
}

/** How what never came to a talk ended (A11, A12, A14). */
const withoutTalk: Readonly<Record<SessionOutcome, Status>> = {
  completed: 'completed',
  transferred: 'transferred',
  no_answer: 'unanswered',
  busy: 'unanswered',
  canceled: 'cancelled',
  stopped: 'cancelled',
  failed: 'failed',
  error: 'failed',
  balance_low: 'failed',
}

/** Where an earlier attempt was a talk, and only the last one came to nothing: the conversation took place. */
const afterEarlierTalk: Readonly<Record<SessionOutcome, Status>> = { ...withoutTalk, ...onlyThese(afterTalk) }

function onlyThese(ended: Readonly<Record<SessionOutcome, Status>>) {
  const { no_answer, busy, canceled, stopped } = ended
  return { no_answer, busy, canceled, stopped, failed: ended.completed }
}

/** A session as one word of theirs (lifecycle section 3). Once a terminal one was shown, no other follows (A9). */
export function statusOf(session: Session): Status {
  const { state } = session
  switch (state) {
    case 'prepared':
    case 'scheduled':
    case 'deferred':
    case 'queued':
    case 'joining':
    case 'dialing':
    case 'ringing':
      return hasTalkedBefore(session) ? 'in_progress' : whileOpen[state]
    case 'live':
      // The agent has left: for its side the conversation is over, though caller and callee talk on.
      return session.outcome === null ? whileOpen.live : afterTalk[session.outcome]
    case 'wrapping':
      return isTriedAgain(session) ? 'in_progress' : afterTalk[session.outcome ?? 'completed']
    case 'ended':
    case 'erasing':
      return endedStatus(session)
  }
}

/** Another attempt will follow, or follows with the next event of the same decision. */
function isTriedAgain(session: Session): boolean {
  return voicemailRetryDue(session) || session.past.some(({ number }) => number === session.attempt.number)
}

function endedStatus(session: Session): Status {
  const outcome = session.outcome ?? 'failed'
  if (session.attempt.answeredAt !== undefined) return afterTalk[outcome]
  if (hasTalkedBefore(session)) return afterEarlierTalk[outcome]
  // The carrier never said a word about it: nobody cancelled it.
  if (session.end?.cause === 'no_response') return 'failed'
  return withoutTalk[outcome]
}

/** An earlier attempt was live: one that a voicemail answered, and that is or was tried again. */
function hasTalkedBefore({ past }: Pick<Session, 'past'>): boolean {
  return past.some(({ wasLive }) => wasLive)
}

/** Of what lists keep of a session: every status it may have. */
export function possibleStatuses(state: SessionState, outcome: SessionOutcome | undefined): ReadonlySet<Status> {
  switch (state) {
    case 'prepared':
    case 'scheduled':
    case 'deferred':
    case 'queued':
    case 'joining':
    case 'dialing':
    case 'ringing':
      return new Set([whileOpen[state], 'in_progress'])
    case 'live':
      return new Set([outcome === undefined ? whileOpen.live : afterTalk[outcome]])
    case 'wrapping':
      return new Set(['in_progress', afterTalk[outcome ?? 'completed']])
    case 'ended':
    case 'erasing': {
      const ended = outcome ?? 'failed'
      return new Set(['failed', afterTalk[ended], afterEarlierTalk[ended], withoutTalk[ended]])
    }
  }
}
