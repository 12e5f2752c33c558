import type { EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Agents } from '../calls/api.ts'
import type { AgentRuntime } from '../calls/ports.ts'
import type { Logger, Vault } from '../ports.ts'
import type { Rooms } from './api.ts'

export interface RoomsNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after' | 'random'>
  readonly vault: Vault
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly runtime: AgentRuntime
  /** Where rooms are entered: a WebSocket URL. */
  readonly url: () => string
  readonly log?: Logger
}

export interface RoomHouse extends Rooms {
  /** For the engine, which has to have them before it starts. */
  readonly runners: Readonly<Record<string, EffectRunner>>
  /** After the engine has started: takes up the rooms of the process before. */
  start(): Promise<void>
  /** Before the engine stops: everybody is let go. */
  stop(): Promise<void>
}

export function createRooms(_need: RoomsNeed): RoomHouse {
  const later = async (): Promise<never> => {
    throw new Error('to be built')
  }
  return {
    open: later,
    listen: later,
    enter: later,
    read: () => undefined,
    start: async () => {},
    runners: {},
    stop: async () => {},
  }
}
