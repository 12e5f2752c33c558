import type { Mailer, OutgoingMail } from '#services/calls/ports.ts'
import type { Logger } from '#services/ports.ts'

export interface RecordedMailer extends Mailer {
  /** What was to be sent, the newest last. */
  readonly sent: readonly OutgoingMail[]
}

/** How many are kept. */
const kept = 1_000

/** Sends nothing anywhere: what would have been sent is kept in memory, the newest thousand. */
export function recordedMailer({ log }: { readonly log?: Logger } = {}): RecordedMailer {
  const sent: OutgoingMail[] = []
  return {
    sent,
    send: async (mail) => {
      sent.push(mail)
      if (sent.length > kept) sent.shift()
      log?.info({ account: mail.account, messageId: mail.messageId }, 'a mail was recorded, not sent')
      return { is: 'sent' }
    },
    close: async () => {},
  }
}
