import type { Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Telling } from '../calls/conversation/telling.ts'
import type { AgentRuntime } from '../calls/ports.ts'
import type { Views } from '../calls/sessions/views.ts'
import type { Logger } from '../ports.ts'
import type { Turns } from '../written/turns.ts'
import type { Watch } from '../written/watch.ts'

/** What the work on text sessions shares. */
export interface TextParts {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after'>
  readonly runtime: AgentRuntime
  readonly views: Pick<Views, 'get'>
  readonly telling: Pick<Telling, 'toldOf' | 'heard'>
  readonly turns: Turns
  readonly watch: Watch
  /** The server stops. */
  readonly stopped: AbortSignal
  readonly log?: Logger
}
