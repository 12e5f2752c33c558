import type { Instant } from '../../vocabulary/instant.ts'

/** The mail of an e-mail session, as far as its next decision needs it; the mails themselves are parts. */
export interface Mailing {
  /** What is on its way out: one mail at a time, the next is written when it is through. */
  readonly outgoing?: Outgoing
  /** How many mails of the user want an answer, so far; absent: none. */
  readonly received?: number
  /** How many of them have one, have one on its way, or have none coming: the agent could not give one. */
  readonly answered?: number
  /** The agent is asked then, and not before: it could not be reached, or has answered too often. */
  readonly askAt?: Instant
  /** How often in a row it could not be reached for what is to be written now. */
  readonly failures?: number
  /** When it answered within the last hour, the newest 20. */
  readonly answeredAt?: readonly Instant[]
}

export interface Outgoing {
  readonly messageId: string
  readonly since: Instant
  /** How often it was refused for the time being. */
  readonly refusals: number
  /** It is handed over again then. */
  readonly retryAt?: Instant
  /** Nobody knows whether it went: it is not handed over again. */
  readonly unsure?: true
  readonly afterwards?: Afterwards
}

/** Where the mail of a session goes, as it was ordered. */
export interface MailOrder {
  readonly to: string
  readonly from: string
  readonly subject: string
}

/** What the agent does once its mail is out. */
export interface Afterwards {
  readonly cause: 'agent_hangup' | 'handed_over'
  readonly note?: string
}
