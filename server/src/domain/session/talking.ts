import type { Context, Decision } from '../noun.ts'
import { isLonger } from '../vocabulary/characters.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type {
  Advise,
  AgentEnds,
  CallBack,
  FailTurn,
  NoteTool,
  NoteUsage,
  PlaceWords,
  TakeLease,
  Turn,
  VoicemailSign,
} from './commands.ts'
import { endLive } from './ending.ts'
import type { SessionEvent } from './events.ts'
import { callBackMs, limits, policyOf, turnMs } from './limits.ts'
import { failMail } from './mail/decide.ts'
import { hasLeft, isInFlight, isWritten } from './standing.ts'
import type { Session } from './state.ts'

type Deciding = Decision<SessionEvent> | Refused
type Deciders = Context<SessionEvent>

/** Somebody spoke, or speaks until `quietFrom`: silence counts from there (rule 10). Written messages take no time. */
export function decideTurn(session: Session, turn: Turn, { now: at }: Deciders): Deciding {
  const isGreeting = turn.who === 'agent' && isBeingMailed(session)
  if (session.state !== 'live' && !isGreeting) return notLive(session)
  const { type: _type, quietFrom, ...told } = turn
  const until = isWritten(session) ? at : Math.min(Math.max(at, quietFrom), at + turnMs)
  return { events: [{ type: 'turn.taken', at, ...told, quietFrom: until }] }
}

/** What the agent's tools did is kept beside what was said, also where the session ended meanwhile: it was done. */
export function decideTool(session: Session, { after, call }: NoteTool, { now: at }: Deciders): Deciding {
  if (!mayBeKept(session)) return notLive(session)
  if (JSON.stringify(call).length > limits.tool) {
    return refuse('invalid', `A tool's arguments and output are at most ${limits.tool} characters as JSON.`, {
      field: 'call',
    })
  }
  return { events: [{ type: 'tool.called', at, attempt: session.attempt.number, after, call }] }
}

/** What was used is kept, whatever became of the session meanwhile; only what is there when an attempt's cost is made is charged. */
export function decideUsage(session: Session, usage: NoteUsage, { now: at }: Deciders): Deciding {
  const { attempt, model, promptTokens, completionTokens } = usage
  if (attempt < 1 || attempt > session.attempt.number) return notLive(session)
  const counts = [promptTokens, completionTokens]
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0))
    return refuse('invalid', 'Tokens are counted in whole numbers from 0 on.', { field: 'promptTokens' })
  const event = { model: model.slice(0, limits.note), promptTokens, completionTokens }
  return { events: [{ type: 'model.used', at, attempt, ...event }] }
}

/** What was done for a turn is kept beside it, also where the session has ended since. */
function mayBeKept(session: Session): boolean {
  const { state } = session
  return state === 'live' || state === 'wrapping' || state === 'ended' || isBeingMailed(session)
}

/** Kept for the agent's next turns: whoever advises is heard by nobody else. */
export function decideAdvice(session: Session, { text }: Advise, { now: at }: Deciders): Deciding {
  if (session.state !== 'live') return notLive(session)
  if (text.trim() === '' || isLonger(text, limits.advice)) {
    return refuse('invalid', `Say something of 1 to ${limits.advice} characters to the agent.`, { field: 'text' })
  }
  return { events: [{ type: 'agent.advised', at, text }] }
}

/** An answer came to nothing: kept for whoever asks why, and the session goes on. */
export function decideTurnFailed(session: Session, command: FailTurn, context: Deciders): Deciding {
  if (session.state !== 'live' && !isBeingMailed(session)) return notLive(session)
  if (session.kind === 'email') return failMail(session, command, context)
  return { events: [{ type: 'turn.failed', at: context.now, because: command.because.slice(0, limits.note) }] }
}

/** A voicemail is found by a beep, or by two checks that agree; a person's reply between them clears it. */
export function decideVoicemail(session: Session, { sign }: VoicemailSign, context: Deciders): Decision<SessionEvent> {
  if (!looksForVoicemail(session, context)) return { events: [] }
  const { now: at } = context
  const { voicemail } = session.attempt
  switch (sign) {
    case 'live':
      return { events: voicemail === 'suspected' ? [{ type: 'voicemail.judged', at, verdict: 'cleared' }] : [] }
    case 'check':
      if (voicemail === 'suspected') return { events: found(session, context) }
      return { events: [{ type: 'voicemail.judged', at, verdict: 'suspected' }] }
    case 'beep':
      return { events: found(session, context) }
  }
}

/** The agent ends it, or cannot go on. */
export function decideAgentEnds(session: Session, { cause, note }: AgentEnds, context: Deciders): Deciding {
  if (session.state !== 'live') return notLive(session)
  // Rule 9: what no telephone carries is handed over at once; calls are transferred.
  if (cause === 'handed_over' && session.kind === 'telephone') {
    return refuse('invalid', 'Transfer a call: only what no telephone carries is handed over at once.', {
      field: 'cause',
    })
  }
  if (hasLeft(session)) return { events: [] }
  if (cause === 'voicemail') return { events: found(session, context, note) }
  return { events: endLive(session, { cause, note }, context) }
}

/** The user is to be called back; of two times that were agreed the later agreed one counts. */
export function decideCallBack(session: Session, { dueAt }: CallBack, { now: at }: Deciders): Deciding {
  if (session.state !== 'live' || hasLeft(session)) return notLive(session)
  if (session.kind !== 'telephone') {
    return refuse('invalid', 'Only who is on the telephone can be called back.', { field: 'kind' })
  }
  const [least, most] = callBackMs
  if (!Number.isInteger(dueAt) || dueAt < at + least || dueAt > at + most) {
    return refuse('invalid', 'Give a time 2 minutes to 30 days ahead.', { field: 'dueAt' })
  }
  if (session.callBackAt === dueAt) return { events: [] }
  return { events: [{ type: 'callback.agreed', at, dueAt }] }
}

/** Its words go to this conversation from now on. */
export function decideWords(session: Session, command: PlaceWords, { now: at }: Deciders): Deciding {
  const { conversationId, after, streamId } = command
  if (session.state !== 'live' && !isBeingMailed(session)) return notLive(session)
  const isKnown = session.words.at(-1)?.conversationId === conversationId
  if (isKnown && (streamId === undefined || streamId === session.streamId)) return { events: [] }
  const placed = { type: 'words.placed', at, conversationId, after } as const
  return { events: [streamId === undefined ? placed : { ...placed, streamId }] }
}

/** Another process carries it from now on; of what is over nothing is to be carried. */
export function decideLease(session: Session, command: TakeLease, { now: at }: Deciders): Decision<SessionEvent> {
  const lease = command.lease.slice(0, limits.lease)
  if (!isInFlight(session) || session.attempt.lease === lease) return { events: [] }
  return { events: [{ type: 'lease.taken', at, lease }] }
}

function found(session: Session, context: Deciders, note?: string): SessionEvent[] {
  const judged: SessionEvent = { type: 'voicemail.judged', at: context.now, verdict: 'found' }
  return [judged, ...endLive(session, { cause: 'voicemail', note }, context)]
}

function looksForVoicemail(session: Session, { now }: Deciders): boolean {
  const { voicemailMs } = policyOf(session)
  const { answeredAt } = session.attempt
  if (session.state !== 'live' || hasLeft(session) || voicemailMs === null || answeredAt === undefined) return false
  return now < answeredAt + voicemailMs
}

/** The first words of an e-mail session are written before they are sent. */
function isBeingMailed({ kind, state }: Session): boolean {
  return kind === 'email' && state === 'dialing'
}

function notLive({ state }: Session): Refused {
  if (state === 'wrapping' || state === 'ended') return refuse('closed', 'It is over: nothing more can be said in it.')
  return refuse('wrong_state', 'Wait until it is live.')
}
