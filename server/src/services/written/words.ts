import type { Say, Speaker } from '#domain/conversation/commands.ts'
import { conversation as conversationNoun } from '#domain/conversation/conversation.ts'
import { isOpen, type Sides } from '#domain/conversation/matching.ts'
import type { Conversation } from '#domain/conversation/state.ts'
import type { Took, Widget } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { partNumber, type Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'
import { configurationOf } from '../calls/conversation/words.ts'
import { findOpen, gone, make, routeOf, seek } from '../traffic/group.ts'
import { record } from '../traffic/record.ts'

/** Where written sessions are held. */
export type WrittenChannel = 'CHAT' | 'EMAIL'

/** One message of a written session. */
export interface Written {
  readonly who: 'user' | 'agent'
  readonly text: string
  /** Of an agent's answer. */
  readonly took?: Took
  readonly widgets?: readonly Widget[]
  /** The channel's own id of it, never used before in the account: see `repeated` in traffic/record.ts. */
  readonly resourceId?: string
}

/** Where it was kept, and the session as it is then. */
export interface Kept {
  readonly session: Session
  readonly communicationId: Id
}

type Parties = Pick<Session, 'user' | 'own'>

/** The route whose home a written session is made in: that of the conversation it would have. */
export function writtenRoute(channel: WrittenChannel, parties: Parties): string {
  return routeOf(seek('', 'addresses', sidesOf(channel, parties)))
}

/**
 * Records a message as a communication of the conversation the session belongs to now, with `channelId` = the session's id, and
 * as its turn. The first one finds or makes that conversation; where it was closed meanwhile, the next one is found or made, and the
 * session belongs to it from here on (T4, T9; lifecycle section 4). Refused with `closed` or `wrong_state` as the session is.
 */
export function recordWritten(unit: Unit, session: Session, channel: WrittenChannel, written: Written): Kept | Refused {
  const conversation = conversationOf(unit, session, channel)
  if (isRefused(conversation)) return conversation
  const result = record(unit, conversation.id, wordsOf(session, channel, written))
  if (result.status === 'refused') return { refusal: result.refusal }
  const communicationId = result.status === 'ignored' ? undefined : result.communicationId
  if (communicationId === undefined) return refuse('unavailable', 'What was written could not be recorded; try again.')
  const conversationId = conversation.id
  const placed = unit.run(noun, session.id, {
    type: 'place_words',
    conversationId,
    after: partNumber(communicationId) - 1,
  })
  if (isRefused(placed)) return placed
  const { who, took, widgets } = written
  const done = unit.run(noun, session.id, {
    type: 'turn',
    who,
    quietFrom: unit.now,
    words: communicationId,
    ...(took && { took }),
    ...(widgets && widgets.length > 0 && { widgets }),
  })
  return isRefused(done) ? done : { session: done.state, communicationId }
}

/** The conversation its next words belong to: the present one as long as it is open, else the one that follows it. */
function conversationOf(unit: Unit, session: Session, channel: WrittenChannel): Conversation | Refused {
  const present = session.words.at(-1)?.conversationId
  const known = present === undefined ? undefined : unit.state(conversationNoun, present)
  if (known && isOpen(known)) return known
  const configuration = configurationOf(unit, session)
  if (isRefused(configuration)) return configuration
  const sought = seek(configuration.id, configuration.document.grouping, sidesOf(channel, session))
  const open = findOpen(unit, sought)
  if (open) return open
  const home = writtenRoute(channel, session)
  const made = make(unit, sought, `the first words of a session on ${channel}`, { previous: known?.id, home })
  return isRefused(made) ? gone(made) : made
}

function wordsOf(
  { id, user, own }: Session,
  channel: WrittenChannel,
  { who, text, resourceId }: Written,
): Omit<Say, 'type' | 'captured'> {
  const customer: Speaker = { channel, address: user, type: 'customer' }
  const business: Speaker = { channel, address: own, type: 'agent' }
  const [author, recipient] = who === 'user' ? [customer, business] : [business, customer]
  return {
    author,
    recipients: [recipient],
    content: { type: 'text', text },
    channelId: id,
    ...(resourceId !== undefined && { resourceId }),
  }
}

function sidesOf(channel: WrittenChannel, { user, own }: Parties): Sides {
  return { customer: { channel, address: user }, business: { channel, address: own } }
}
