import type { Effect } from '../../noun.ts'
import type { SessionRequests } from '../requests.ts'
import type { Session } from '../state.ts'
import type { MailEvent } from './events.ts'
import { wantsAnswer } from './turns.ts'

type Kind = Extract<keyof SessionRequests, `mail.${string}`>

/** The first mail is to be written. */
export function greetByMail(session: Session): readonly Effect[] {
  return [ask('mail.greet', { attempt: session.attempt.number })]
}

/** What must be done in the world because of an event of the mail; `session` is the state right after it. */
export function mailEffects(event: MailEvent, session: Session): readonly Effect[] {
  const attempt = session.attempt.number
  switch (event.type) {
    case 'mail.composed':
    case 'mail.due':
      return [ask('mail.send', { attempt, messageId: event.messageId }, 'once')]
    case 'mail.received':
    case 'mail.settled':
      return isWanted(session) ? [ask('mail.answer', { attempt })] : []
    case 'mail.turn_due':
      if (session.state === 'dialing') return greetByMail(session)
      return isWanted(session) ? [ask('mail.answer', { attempt })] : []
  }
}

/** An answer, and now. What the user writes while a mail is on its way is answered together, once that is through. */
function isWanted({ mail = {} }: Session): boolean {
  return wantsAnswer(mail) && mail.askAt === undefined
}

function ask<Name extends Kind>(
  kind: Name,
  payload: SessionRequests[Name],
  mode: Effect['mode'] = 'repeatable',
): Effect {
  return { kind, mode, key: `${kind} ${payload.attempt}`, payload }
}
