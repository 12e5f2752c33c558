import type { MailComposed, MailReceived, MailSettled } from './events.ts'

/** What can be asked of the mail of a session. */
export type MailCommand = ComposeMail | SettleMail | TakeMail | LeaveMail

/** The agent has written the first mail, or the answer to all that the user wrote so far. Its text is recorded already. */
export interface ComposeMail extends Omit<MailComposed, 'type' | 'at'> {
  readonly type: 'compose_mail'
}

/** What came of handing a mail over. */
export interface SettleMail extends Pick<MailSettled, 'messageId' | 'is' | 'code' | 'because'> {
  readonly type: 'settle_mail'
  /** Of a refusal: whether it may be tried again. */
  readonly temporary?: boolean
}

/** A mail of the user that names one of ours. Its text is recorded already. */
export interface TakeMail extends Omit<MailReceived, 'type' | 'at' | 'turn'> {
  readonly type: 'take_mail'
  /** No person wrote it (RFC 3834). */
  readonly automatic: boolean
}

/** The agent has nothing to write: a session that waits for its first mail fails. */
export interface LeaveMail {
  readonly type: 'leave_mail'
  /** Why, for people. */
  readonly note: string
}
