import { recordedMailer } from '#adapters/mail/recorded/recorded-mailer.ts'
import { smtpMailer } from '#adapters/mail/smtp/smtp-mailer.ts'
import type { RecordedMail } from '#dialects/native/scope.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import type { Services } from '#services/api.ts'
import type { AgentRuntime, Mailer } from '#services/calls/ports.ts'
import { createMails, type MailHouse } from '#services/mails/mails.ts'
import { createRooms, type RoomHouse } from '#services/rooms/rooms.ts'
import { createTexts, type TextHouse } from '#services/texts/texts.ts'
import type { Parts } from './compose.ts'
import type { Options } from './options.ts'

/** Sessions that no telephone carries. */
export interface Written {
  readonly texts: TextHouse
  readonly mails: MailHouse
  readonly rooms: RoomHouse
  /** Absent: mail is sent. */
  readonly recordedMail?: RecordedMail
  readonly runners: Readonly<Record<string, EffectRunner>>
  start(): Promise<void>
  stop(): Promise<void>
  /** Closed last of all: the mail that is being sent. */
  close(): Promise<void>
}

/** Chooses what written sessions and rooms are made with. */
export function furnishWritten(
  options: Options,
  { system, vault, log }: Parts,
  engine: Engine,
  {
    accounts,
    agents,
    runtime,
    publicUrl,
  }: Pick<Services, 'accounts' | 'agents'> & {
    runtime: AgentRuntime
    publicUrl: () => string
  },
): Written {
  const { mailer, recordedMail } = chooseMailer(options, system, log)
  const need = { engine, system, vault, agents, runtime, log }
  const texts = createTexts(need)
  const { mailDomain: domain } = options
  const from = options.mailFrom ?? (recordedMail && recordedFrom)
  const mails = createMails({
    ...need,
    mailer,
    ...(from !== undefined && { from }),
    ...(domain !== null && { domain }),
  })
  const rooms = createRooms({ ...need, accounts, url: () => `${publicUrl().replace(/^http/, 'ws')}/rooms` })
  return {
    texts,
    mails,
    rooms,
    ...(recordedMail && { recordedMail }),
    runners: { ...texts.runners, ...mails.runners, ...rooms.runners },
    start: () => rooms.start(),
    stop: async () => {
      await Promise.all([texts.stop(), mails.stop(), rooms.stop()])
    },
    close: () => mailer.close(),
  }
}

/** Whom mail is from that is only recorded, where nobody says so: mail can then be tried out at once. */
const recordedFrom = 'agent@colloquy.invalid'

/** Without a mail server nothing goes anywhere, and can be looked at. */
function chooseMailer(
  { smtp }: Options,
  system: Parts['system'],
  log: Parts['log'],
): { readonly mailer: Mailer; readonly recordedMail?: RecordedMail } {
  if (smtp !== null) return { mailer: smtpMailer({ settings: smtp, system }) }
  const mailer = recordedMailer({ log })
  return { mailer, recordedMail: (account) => mailer.sent.filter((mail) => mail.account === account).toReversed() }
}
