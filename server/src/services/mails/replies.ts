import { mailKey, messageHandle } from '#domain/session/mail/finding.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'
import type { TrafficEvent, TrafficResult } from '../api.ts'
import { known as knownEarlier, refusedIn, repeated } from '../traffic/record.ts'
import { recordWritten } from '../written/words.ts'
import { isOurs, referencesOf } from './threads.ts'

export type Mail = Extract<TrafficEvent, { type: 'message.received' | 'message.sent' }>

/**
 * A mail that names one of ours goes to the session that is from, as long as that goes on; undefined: it is traffic as any other.
 * Told twice it is only noted. What no person wrote (RFC 3834) is recorded and never answered, so that no two machines write to each
 * other for ever.
 */
export function takeReply(unit: Unit, mail: Mail): TrafficResult | undefined {
  const found = sessionOf(unit, mail)
  if (!found) return undefined
  const known = mail.messageId === undefined ? undefined : knownAs(unit, found.id, mail.messageId)
  if (known) return known
  if (isOwn(found, mail)) return { status: 'ignored', because: 'it is from the session’s own address' }
  const session = proven(unit, found)
  // Its agent wanted to end it once its mail was out.
  return session.state === 'live' ? record(unit, session, mail) : undefined
}

/** Who says to be us is a loop, or forged. */
function isOwn({ own }: Session, { from }: Mail): boolean {
  const [, address = from] = /<([^<>]*)>\s*$/.exec(from) ?? []
  return address.trim().toLowerCase() === own.toLowerCase()
}

/** By the newest mail of ours that it names. */
function sessionOf(unit: Unit, { inReplyTo, ...mail }: Mail): Session | undefined {
  const named = [...(inReplyTo === undefined ? [] : [inReplyTo]), ...referencesOf(mail).toReversed()]
  for (const messageId of new Set(named.filter(isOurs))) {
    for (const id of unit.holders(messageHandle(messageId))) {
      const session = unit.state(noun, id)
      if (session) return isOpen(session) ? session : undefined
    }
  }
  return undefined
}

/** A reply may be faster than the word that its mail was sent. */
function isOpen({ state, mail }: Session): boolean {
  return state === 'live' || (state === 'dialing' && mail?.outgoing !== undefined)
}

/** Of a mail of this session: the user's, or ours that came back to us. */
function knownAs(unit: Unit, id: Id, messageId: string): TrafficResult | undefined {
  const n = unit.keyed(id, mailKey(messageId))
  const event = n === undefined ? undefined : unit.part(noun, id, n)?.created
  if (event?.type === 'mail.composed' || event?.type === 'mail.received')
    return { status: 'noted', conversationId: event.conversationId, communicationId: event.words }
  return undefined
}

function record(unit: Unit, session: Session, mail: Mail): TrafficResult {
  const { from, text, messageId, subject, resourceId = messageId } = mail
  const earlier = repeated(unit, resourceId)
  // Unlike other messages, a mail never changes.
  if (earlier) return knownEarlier(unit, earlier, 'noted')
  const written = { who: 'user', text, ...(resourceId !== undefined && { resourceId }) } as const
  const kept = recordWritten(unit, { ...session, user: from }, 'EMAIL', written)
  if (isRefused(kept)) return refusedIn(undefined, kept)
  const conversationId = kept.session.words.at(-1)?.conversationId ?? ''
  const taken = unit.run(noun, session.id, {
    type: 'take_mail',
    ...(messageId !== undefined && { messageId }),
    references: referencesOf(mail),
    ...(subject !== undefined && { subject }),
    conversationId,
    words: kept.communicationId,
    automatic: isAutomatic(mail),
  })
  if (isRefused(taken)) return refusedIn(conversationId, taken)
  return { status: 'recorded', conversationId, communicationId: kept.communicationId }
}

/** That somebody answers the first mail proves that it was sent. */
function proven(unit: Unit, session: Session): Session {
  const messageId = session.mail?.outgoing?.messageId
  if (session.state !== 'dialing' || messageId === undefined) return session
  const sent = unit.run(noun, session.id, { type: 'settle_mail', messageId, is: 'sent', because: 'it was answered' })
  return isRefused(sent) ? session : sent.state
}

/** RFC 3834 section 5: anything but "no", whatever parameters follow. */
function isAutomatic({ autoSubmitted }: Mail): boolean {
  return autoSubmitted !== undefined && !/^\s*no\s*(?:;|$)/i.test(autoSubmitted)
}
