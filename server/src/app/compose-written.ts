import { recordedMailer } from '#adapters/mail/recorded/recorded-mailer.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import type { CallServices } from '#services/calls/api.ts'
import type { AgentRuntime } from '#services/calls/ports.ts'
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
  readonly runners: Readonly<Record<string, EffectRunner>>
  start(): Promise<void>
  stop(): Promise<void>
  /** Closed last of all: the mail that is being sent. */
  close(): Promise<void>
}

/** Chooses what written sessions and rooms are made with. */
export function furnishWritten(
  _options: Options,
  { system, vault, log }: Parts,
  engine: Engine,
  { agents, runtime, publicUrl }: Pick<CallServices, 'agents'> & { runtime: AgentRuntime; publicUrl: () => string },
): Written {
  const mailer = recordedMailer({ log })
  const need = { engine, system, vault, agents, runtime, log }
  const texts = createTexts(need)
  const mails = createMails({ ...need, mailer, domain: new URL(publicUrl()).hostname })
  const rooms = createRooms({ ...need, url: () => `${publicUrl().replace(/^http/, 'ws')}/rooms` })
  return {
    texts,
    mails,
    rooms,
    runners: { ...texts.runners, ...mails.runners, ...rooms.runners },
    start: () => rooms.start(),
    stop: async () => {
      await Promise.all([texts.stop(), mails.stop(), rooms.stop()])
    },
    close: () => mailer.close(),
  }
}
