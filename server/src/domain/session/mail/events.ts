import type { Id } from '../../vocabulary/id.ts'
import type { Instant } from '../../vocabulary/instant.ts'
import type { Afterwards } from './state.ts'

/** What can happen to the mail of a session. */
export type MailEvent = MailComposed | MailDue | MailSettled | MailReceived | MailTurnDue

interface At {
  readonly at: Instant
}

/** The agent has written a mail; it goes out under this Message-ID and no other. Creates a part `mail`, makes the effect `mail.send`. */
export interface MailComposed extends At {
  readonly type: 'mail.composed'
  /** With its angle brackets (RFC 5322 section 3.6.4). */
  readonly messageId: string
  readonly inReplyTo?: string
  readonly references?: readonly string[]
  readonly subject: string
  /** The communication that holds its text. */
  readonly conversationId: Id
  readonly words: Id
  /** So many mails of the user have their answer with it; 0: it is the first of all. */
  readonly answers: number
  readonly afterwards?: Afterwards
}

/** It was refused for the time being, and is handed over again: makes the effect `mail.send`. */
export interface MailDue extends At {
  readonly type: 'mail.due'
  readonly messageId: string
}

/** What came of handing it over. `unknown`: nobody can tell, so it is not done again. */
export interface MailSettled extends At {
  readonly type: 'mail.settled'
  readonly messageId: string
  readonly is: 'sent' | 'refused' | 'unknown'
  readonly code?: number
  /** In our words, never an address or text. */
  readonly because?: string
  /** Refused for the time being; absent: for good. */
  readonly retryAt?: Instant
}

/** The agent is asked for what it could not be asked for before: makes the effect `mail.greet` or `mail.answer`. */
export interface MailTurnDue extends At {
  readonly type: 'mail.turn_due'
}

/** The user wrote back. Creates a part `mail`, makes the effect `mail.answer`. */
export interface MailReceived extends At {
  readonly type: 'mail.received'
  readonly messageId?: string
  readonly references?: readonly string[]
  readonly subject?: string
  /** The communication that holds its text. */
  readonly conversationId: Id
  readonly words: Id
  /** Its place among those that want an answer; absent: no person wrote it (RFC 3834), it is kept and not answered. */
  readonly turn?: number
}
