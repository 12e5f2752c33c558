import type { Session } from '../state.ts'
import type { MailEvent, MailSettled } from './events.ts'
import type { Mailing, Outgoing } from './state.ts'

/** The session after an event of its mail. */
export function evolveMail(session: Session, event: MailEvent): Session {
  const mail = mailAfter(session, event)
  return { ...session, mail, updatedAt: event.at }
}

/** What is over has no mail on its way. */
export function withoutMail({ mail: _mail, ...left }: Session): Session {
  return left
}

function mailAfter({ mail = {}, state }: Session, event: MailEvent): Mailing {
  switch (event.type) {
    case 'mail.composed': {
      const { messageId, at: since, answers, afterwards } = event
      const outgoing = { messageId, since, refusals: 0, ...(afterwards && { afterwards }) }
      return { ...mail, outgoing, ...(answers > 0 && { answered: answers }) }
    }
    case 'mail.due':
      return mail.outgoing ? { ...mail, outgoing: handedOver(mail.outgoing) } : mail
    case 'mail.settled':
      return settled(mail, event, state === 'dialing')
    case 'mail.received':
      return event.turn === undefined ? mail : { ...mail, received: event.turn }
  }
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
