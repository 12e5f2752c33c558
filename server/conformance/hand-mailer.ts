import type { MailRefused, Mailer, OutgoingMail } from '#services/calls/ports.ts'

/** One mail that is being handed over; it lasts until the test says what came of it. */
export interface HandedMail {
  readonly mail: OutgoingMail
  sent(): void
  refuse(refusal: Omit<MailRefused, 'is' | 'because'>): void
  /** Nobody knows. */
  lose(): void
}

/** A mail server that the test plays itself, mail by mail. */
export interface HandMailer {
  readonly mailer: Mailer
  /** The n-th hand-over, from 0, as soon as it is there. */
  handed(n: number): Promise<HandedMail>
  /** How many there were so far. */
  count(): number
}

export function handMailer(): HandMailer {
  const mails: HandedMail[] = []
  const waiting = new Map<number, (mail: HandedMail) => void>()
  return {
    mailer: {
      send: (mail) =>
        new Promise((resolve, reject) => {
          const handed: HandedMail = {
            mail,
            sent: () => resolve({ is: 'sent' }),
            refuse: (refusal) => resolve({ is: 'refused', because: 'it was refused', ...refusal }),
            lose: () => reject(new Error('lost')),
          }
          waiting.get(mails.push(handed) - 1)?.(handed)
        }),
      close: async () => {},
    },
    handed: (n) => {
      const mail = mails[n]
      return mail ? Promise.resolve(mail) : new Promise((resolve) => waiting.set(n, resolve))
    },
    count: () => mails.length,
  }
}
