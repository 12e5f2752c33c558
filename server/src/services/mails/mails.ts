import type { EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Agents } from '../calls/api.ts'
import type { AgentRuntime, Mailer } from '../calls/ports.ts'
import type { Logger } from '../ports.ts'
import type { Mails } from './api.ts'

export interface MailsNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after'>
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly runtime: AgentRuntime
  readonly mailer: Mailer
  /** The domain of our Message-IDs. */
  readonly domain: string
  readonly log?: Logger
}

export interface MailHouse extends Mails {
  /** For the engine, which has to have them before it starts. */
  readonly runners: Readonly<Record<string, EffectRunner>>
  /** Before the engine stops: turns that run are left. */
  stop(): Promise<void>
}

export function createMails(_need: MailsNeed): MailHouse {
  const later = async (): Promise<never> => {
    throw new Error('to be built')
  }
  return { open: later, runners: {}, stop: async () => {} }
}
