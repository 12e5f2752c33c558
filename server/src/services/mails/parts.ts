import type { Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { AgentRuntime, Mailer } from '../calls/ports.ts'
import type { Views } from '../calls/sessions/views.ts'
import type { Logger } from '../ports.ts'
import type { Turns } from '../written/turns.ts'

/** What the work on e-mail sessions shares. */
export interface MailParts {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after'>
  readonly runtime: AgentRuntime
  readonly mailer: Mailer
  readonly views: Pick<Views, 'get'>
  readonly turns: Turns
  /** The domain of our Message-IDs; absent: that of the address a mail is from. */
  readonly domain?: string
  readonly log?: Logger
}
