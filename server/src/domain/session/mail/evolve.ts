import type { Session } from '../state.ts'
import type { TurnFailed } from '../events.ts'
import type { MailEvent, MailSettled } from './events.ts'
import type { Mailing, Outgoing } from './state.ts'
import { heldUntil, wantsAnswer, withAnswer } from './turns.ts'

/** The session after an event of its mail, or a turn that was to write one. */
export function evolveMail(session: Session, event: MailEvent | TurnFailed): Session {
  const mail = mailAfter(session, event)
  return { ...session, mail, updatedAt: event.at }
}

/** What is over has no mail on its way. */
export function withoutMail({ mail: _mail, ...left }: Session): Session {
  return left
}

function mailAfter({ mail = {}, state }: Session, event: MailEvent | TurnFailed): Mailing {
  switch (event.type) {
    case 'mail.composed': {
      const { messageId, at: since, answers, afterwards } = event
      const outgoing = { messageId, since, refusals: 0, ...(afterwards && { afterwards }) }
      const answered = answers > 0 && { answered: answers, answeredAt: withAnswer(mail, since) }
      return { ...asked(mail), outgoing, ...answered }
    }
    case 'mail.due':
      return mail.outgoing ? { ...mail, outgoing: handedOver(mail.outgoing) } : mail
    case 'mail.settled':
      return held(settled(mail, event, state === 'dialing'), event.at)
    case 'mail.received':
      return event.turn === undefined ? mail : held({ ...mail, received: event.turn }, event.at)
    case 'mail.turn_due': {
      const { askAt: _ask, ...left } = mail
      return left
    }
    case 'turn.failed':
      return failed(mail, event)
  }
}

/** What is wanted is asked for when its hour allows it. */
function held(mail: Mailing, at: number): Mailing {
  const askAt = mail.askAt ?? (wantsAnswer(mail) ? heldUntil(mail, at) : undefined)
  return askAt === undefined ? mail : { ...mail, askAt }
}

/** Whatever it was to be asked for again is through. */
function asked({ askAt: _ask, failures: _failures, ...mail }: Mailing): Mailing {
  return mail
}

function failed(mail: Mailing, { retryAt, answers }: TurnFailed): Mailing {
  if (retryAt !== undefined) return { ...mail, askAt: retryAt, failures: (mail.failures ?? 0) + 1 }
  return { ...asked(mail), ...(answers !== undefined && { answered: answers }) }
}

/** Where nobody knows whether the first mail went, it stays what the session waits for: a reply proves that it did. */
function settled({ outgoing, ...mail }: Mailing, { is, retryAt }: MailSettled, isFirst: boolean): Mailing {
  if (outgoing === undefined) return mail
  if (is === 'unknown' && isFirst) return { ...mail, outgoing: { ...outgoing, unsure: true } }
  if (retryAt === undefined) return mail
  return { ...mail, outgoing: { ...outgoing, refusals: outgoing.refusals + 1, retryAt } }
}

function handedOver({ retryAt: _retry, ...outgoing }: Outgoing): Outgoing {
  return outgoing
}
