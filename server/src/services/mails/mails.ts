import type { EffectRunner, Engine } from '#engine/api.ts'
import type { SessionRequests } from '#domain/session/requests.ts'
import type { System } from '#engine/ports.ts'
import type { Agents } from '../calls/api.ts'
import type { AgentRuntime, Mailer } from '../calls/ports.ts'
import { Views } from '../calls/sessions/views.ts'
import type { Logger } from '../ports.ts'
import { Turns } from '../written/turns.ts'
import { Watch } from '../written/watch.ts'
import type { Mails } from './api.ts'
import { openMail } from './opening.ts'
import type { MailParts } from './parts.ts'
import { sendingRunner } from './sending.ts'
import { writingRunner } from './writing.ts'

export interface MailsNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after'>
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly runtime: AgentRuntime
  readonly mailer: Mailer
  /** The domain of our Message-IDs; absent: that of the address a mail is from. */
  readonly domain?: string
  /** Whom mail is from where neither its order nor its agent says so. */
  readonly from?: string
  readonly log?: Logger
}

export interface MailHouse extends Mails {
  /** For the engine, which has to have them before it starts. */
  readonly runners: Readonly<Record<Extract<keyof SessionRequests, `mail.${string}`>, EffectRunner>>
  /** Before the engine stops: turns that run are left. */
  stop(): Promise<void>
}

/** Exchanges of mail with agents: what is written is recorded first, then handed over once. */
export function createMails(need: MailsNeed): MailHouse {
  const { engine, agents } = need
  const turns = new Turns(new Watch(engine))
  const parts: MailParts = { ...need, views: new Views(engine, agents), turns }
  const writing = writingRunner(parts)
  return {
    open: (ask, draft) => openMail(need, ask, draft),
    runners: { 'mail.greet': writing, 'mail.answer': writing, 'mail.send': sendingRunner(parts) },
    stop: () => turns.stop(),
  }
}
