import type { EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Agents } from '../calls/api.ts'
import type { AgentRuntime } from '../calls/ports.ts'
import type { Logger } from '../ports.ts'
import type { Texts } from './api.ts'

export interface TextsNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after'>
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly runtime: AgentRuntime
  readonly log?: Logger
}

export interface TextHouse extends Texts {
  /** For the engine, which has to have them before it starts. */
  readonly runners: Readonly<Record<string, EffectRunner>>
  /** Before the engine stops: turns that run are left. */
  stop(): Promise<void>
}

export function createTexts(_need: TextsNeed): TextHouse {
  const later = async (): Promise<never> => {
    throw new Error('to be built')
  }
  return { open: later, say: later, end: later, items: later, runners: {}, stop: async () => {} }
}
