import type { Configuration } from '#domain/configuration/state.ts'
import type { Turn } from '#domain/session/commands.ts'
import type { Took, Widget } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import { endsOf } from '#domain/session/requests.ts'
import type { Session } from '#domain/session/state.ts'
import { partNumber, type Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'
import type { TrafficResult } from '../../api.ts'
import { liveConfiguration } from '../../configurations.ts'
import { defaultConfiguration } from '../../default-configuration.ts'
import { Batch, type Run } from '../../traffic/batch.ts'
import { findStream, startStream, takeWords, type Spoken } from '../../traffic/calls.ts'
import { routeOf, seek } from '../../traffic/group.ts'

/** Something said on a call, and until when it lasts. */
export interface Words {
  readonly who: 'user' | 'agent'
  readonly text: string
  readonly quietFrom: Instant
  /** Who spoke in the agent's place. */
  readonly speaker?: 'supervisor'
  /** Of an agent's answer. */
  readonly took?: Took
  readonly answers?: Id | null
  readonly widgets?: readonly Widget[]
}

type Parties = Pick<Session, 'user' | 'own'>

/** The route whose home a session is made in: that of the conversation it would have. */
export function homeRoute({ user, own }: Parties): string {
  const sides = {
    customer: { channel: 'VOICE', address: user },
    business: { channel: 'VOICE', address: own },
  } as const
  return routeOf(seek('', 'addresses', sides))
}

/**
 * A call went live: its stream starts, and its conversation is found or made (lifecycle section 4). Its words are written
 * under the session's own id; nothing happens where that is so already.
 */
export function openWords(unit: Unit, session: Session): Session | Refused {
  return open(runFor(unit, session), session)
}

function open(run: Run, session: Session): Session | Refused {
  if (session.streamId !== undefined && session.words.length > 0) return session
  const conversationId = attach(run, session)
  if (isRefused(conversationId)) return conversationId
  return place(run, session, conversationId, run.unit.version(conversationId))
}

/**
 * Records what was said, as a communication of the conversation the call belongs to now. Where that was closed meanwhile, the
 * next one is found or made, and the session belongs to it from here on (T4, T9).
 */
export function recordWords(unit: Unit, session: Session, words: Words): Recorded | Refused {
  const run = runFor(unit, session)
  const opened = open(run, session)
  if (isRefused(opened)) return opened
  const result = said(run, opened, words)
  if (isRefused(result)) return result
  const { conversationId, communicationId } = result
  const present = opened.words.at(-1)?.conversationId
  const placed =
    present === conversationId ? opened : place(run, opened, conversationId, partNumber(communicationId) - 1)
  if (isRefused(placed)) return placed
  const done = unit.run(noun, session.id, { type: 'turn', ...turnOf(words, communicationId) })
  return isRefused(done) ? done : result
}

function turnOf(
  { who, quietFrom, speaker, took, answers, widgets = [] }: Words,
  communicationId: Id,
): Omit<Turn, 'type'> {
  return {
    who,
    quietFrom,
    words: communicationId,
    ...(speaker && { speaker }),
    ...(took && { took }),
    ...(answers !== undefined && { answers }),
    ...(widgets.length > 0 && { widgets }),
  }
}

/** Where something said was recorded. */
export interface Recorded {
  readonly conversationId: Id
  readonly communicationId: Id
}

function said(run: Run, session: Session, words: Words): Recorded | Refused {
  const event = spoken(session, words)
  const first = takeWords(run, event)
  if (first.status !== 'ignored') return recordedIn(first)
  // The configuration it went by was deleted: the default one takes it from here.
  const conversationId = attach(run, session)
  return isRefused(conversationId) ? conversationId : recordedIn(takeWords(run, event))
}

/** The inbound track is the far end (X10); what our agent says was text before it was speech (T29). */
function spoken({ id }: Session, { who, text }: Words): Spoken {
  return who === 'agent'
    ? { type: 'tts.fragment', callSid: id, text }
    : { type: 'utterance', callSid: id, track: 'inbound', text }
}

function recordedIn(result: TrafficResult): Recorded | Refused {
  if (result.status === 'refused') return { refusal: result.refusal }
  if (result.status === 'ignored') return refuse('unavailable', result.because)
  const { conversationId, communicationId } = result
  if (conversationId === undefined || communicationId === undefined)
    return refuse('unavailable', 'What was said could not be recorded; try again.')
  return { conversationId, communicationId }
}

/** The call's stream, started if need be, in the conversation that its configuration gives it. */
function attach(run: Run, session: Session): Id | Refused {
  const configuration = configurationOf(run.unit, session)
  if (isRefused(configuration)) return configuration
  const { id: callSid, direction, kind } = session
  const result = startStream(run, {
    type: 'stream.started',
    callSid,
    direction,
    ...(kind === 'browser' && { callType: 'CLIENT' }),
    ...endsOf(session),
    configurationId: configuration.id,
  })
  if (result.status === 'refused') return { refusal: result.refusal }
  const conversationId = result.status === 'ignored' ? undefined : result.conversationId
  return conversationId ?? refuse('unavailable', 'The call could not be linked to a conversation; try again.')
}

/** The one its agent names, if there still is such a one; else the account's default one. */
export function configurationOf(
  unit: Unit,
  { configurationId }: Pick<Session, 'configurationId'>,
): Configuration | Refused {
  const named = configurationId === undefined ? undefined : liveConfiguration(unit, configurationId)
  return named === undefined || isRefused(named) ? defaultConfiguration(unit) : named
}

function place(run: Run, session: Session, conversationId: Id, after: number): Session | Refused {
  const stream = findStream(run, session.id)
  const done = run.unit.run(noun, session.id, {
    type: 'place_words',
    conversationId,
    after,
    ...(stream && { streamId: stream.id }),
  })
  return isRefused(done) ? done : done.state
}

/** Sessions name their configuration: no capture rule is ever asked. */
function runFor(unit: Unit, session: Session): Run {
  const batch = new Batch({ match: () => undefined })
  return { unit, batch, streams: new Map(), home: homeRoute(session) }
}
