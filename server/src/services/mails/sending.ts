import { conversation as conversationNoun } from '#domain/conversation/conversation.ts'
import { resourceKey } from '#domain/conversation/delivery.ts'
import type { SettleMail } from '#domain/session/mail/commands.ts'
import type { MailComposed } from '#domain/session/mail/events.ts'
import { mailKey } from '#domain/session/mail/finding.ts'
import type { SessionRequests } from '#domain/session/requests.ts'
import { session as noun } from '#domain/session/session.ts'
import { partNumber, type Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { EffectAnswer, EffectRunner, Unit } from '#engine/api.ts'
import { orderOf } from '../calls/sessions/views.ts'
import { persist } from '../calls/patience.ts'
import type { OutgoingMail } from '../calls/ports.ts'
import { whole } from '../conversations/communications.ts'
import type { MailParts } from './parts.ts'

type Told = Omit<SettleMail, 'type' | 'messageId'>

/**
 * Hands a mail over, once. After a crash in the middle of it nobody can tell whether it went: it is not done again. A mail whose session
 * ended before is withdrawn.
 */
export function sendingRunner(parts: MailParts): EffectRunner {
  return {
    run: async ({ account, aggregate, payload }) => {
      const { messageId } = payload as SessionRequests['mail.send']
      const { value: wanted = 'unread' } = await persist<Wanted>(parts, { account, by: 'mail' }, (unit) =>
        wantedOf(unit, aggregate, messageId),
      )
      if (wanted === 'no') return { settled: true }
      const told = typeof wanted === 'string' ? unsent[wanted] : await handOver(parts, wanted)
      return settle(parts, { account, session: aggregate, messageId }, told)
    },
    ask: async ({ payload }) => {
      const { messageId } = payload as SessionRequests['mail.send']
      return { settled: true, command: { type: 'settle_mail', messageId, is: 'unknown' } satisfies SettleMail }
    },
  }
}

/** The mail as it goes out. `no`: it is not its turn; `over`: its session is; `deleted`: its text was. */
type Wanted = OutgoingMail | 'no' | 'over' | 'deleted'

const unsent: Readonly<Record<'over' | 'deleted' | 'unread', Told>> = {
  over: { is: 'refused', because: 'its session was over before it was handed over' },
  deleted: { is: 'refused', because: 'its text was deleted before it was handed over' },
  unread: { is: 'refused', temporary: true, because: 'the store could not be read' },
}

function wantedOf(unit: Unit, id: Id, messageId: string): Wanted {
  const session = unit.state(noun, id)
  const event = composedOf(unit, id, messageId)
  if (!session || !event) return 'no'
  if (session.state !== 'dialing' && session.state !== 'live') return 'over'
  const { outgoing } = session.mail ?? {}
  if (outgoing?.messageId !== messageId || outgoing.retryAt !== undefined || outgoing.unsure) return 'no'
  const { mail } = orderOf(unit.part(noun, id, 1))
  const text = textOf(unit, event)
  if (!mail || text === undefined) return 'deleted'
  const { at, inReplyTo, references, subject } = event
  const { account } = session
  return {
    account,
    at,
    messageId,
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(references && { references }),
    from: mail.from,
    to: mail.to,
    subject,
    text,
  }
}

function composedOf(unit: Unit, id: Id, messageId: string): MailComposed | undefined {
  const n = unit.keyed(id, mailKey(messageId))
  const event = n === undefined ? undefined : unit.part(noun, id, n)?.created
  return event?.type === 'mail.composed' ? event : undefined
}

/** Undefined: its conversation was deleted. */
function textOf(unit: Unit, { conversationId, words }: MailComposed): string | undefined {
  if (!unit.state(conversationNoun, conversationId)) return undefined
  return whole(conversationId, unit.part(conversationNoun, conversationId, partNumber(words)))?.communication.content
    .text
}

async function handOver({ mailer, log }: MailParts, mail: OutgoingMail): Promise<Told> {
  const { account, messageId } = mail
  try {
    const answer = await mailer.send(mail)
    if (answer.is === 'sent') return { is: 'sent' }
    const { temporary, code, because } = answer
    log?.warn({ account, messageId, code, temporary }, 'A mail was refused.')
    return { is: 'refused', temporary, because, ...(code !== undefined && { code }) }
  } catch (error) {
    // Only its name: what it says may hold an address.
    const name = error instanceof Error ? error.name : typeof error
    log?.warn({ account, messageId, error: name }, 'Nobody knows whether a mail went.')
    return { is: 'unknown', because: 'the mail server was lost before it answered' }
  }
}

interface Handed {
  readonly account: string
  readonly session: Id
  readonly messageId: string
}

/** What came of it is told to the session and, as far as it is known, to the communication, in one unit. */
async function settle(parts: MailParts, { account, session, messageId }: Handed, told: Told): Promise<EffectAnswer> {
  const command: SettleMail = { type: 'settle_mail', messageId, ...told }
  const outcome = await persist<true>(parts, { account, by: 'mail' }, (unit) => {
    const event = composedOf(unit, session, messageId)
    const done = told === unsent.over ? undefined : unit.run(noun, session, command)
    if (done && isRefused(done)) return done
    const isAgain = done?.events.some(({ event: one }) => one.type === 'mail.settled' && one.retryAt !== undefined)
    if (event && told.is !== 'unknown' && !isAgain) report(unit, event, told.is === 'sent' ? 'in_progress' : 'failed')
    return true
  })
  const code = outcome.refusal?.code
  // The store is away for longer: told with the end of the effect, whenever that can be written.
  return code === 'busy' || code === 'unavailable' ? { settled: true, command } : { settled: true }
}

function report(unit: Unit, { conversationId, messageId }: MailComposed, status: 'in_progress' | 'failed'): void {
  if (!unit.state(conversationNoun, conversationId)) return
  const n = unit.keyed(conversationId, resourceKey(messageId))
  if (n === undefined) return
  // Where it says no more than is known, nothing happens.
  unit.run(conversationNoun, conversationId, { type: 'report_delivery', n, resourceId: messageId, status })
}
