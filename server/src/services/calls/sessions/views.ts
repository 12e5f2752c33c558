import { erasedAgent } from '#domain/agent/blank.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Order, SessionEvent } from '#domain/session/events.ts'
import { referenceClaim } from '#domain/session/finding.ts'
import { session as noun } from '#domain/session/session.ts'
import type { AgentPin } from '#domain/session/state.ts'
import type { Part } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Unit } from '#engine/api.ts'
import { read } from '../../reading.ts'
import type { Agents, SessionView } from '../api.ts'

/** Reads sessions together with what was ordered and by which version of the agent they talk. */
export class Views {
  readonly #engine: Engine
  readonly #agents: Pick<Agents, 'version'>

  constructor(engine: Engine, agents: Pick<Agents, 'version'>) {
    this.#engine = engine
    this.#agents = agents
  }

  async get(account: string, id: Id): Promise<SessionView | undefined> {
    const found = await read(this.#engine, account, (unit) => headOf(unit, id))
    return found && { ...found, definition: await this.definition(account, found.session.agent) }
  }

  /** The session whose maker named its order so. */
  async named(account: string, key: string): Promise<SessionView | undefined> {
    const holder = await read(this.#engine, account, (unit) => unit.holder(referenceClaim({ key })))
    return holder === undefined ? undefined : this.get(account, holder)
  }

  /** The definition a session talks by. Of an agent that was erased only this is left. */
  async definition(account: string, { id, version }: AgentPin): Promise<AgentDefinition> {
    return (await this.#agents.version(account, id, version)) ?? erasedAgent
  }
}

/** A session's head, version and order, inside a program. */
function headOf(unit: Unit, id: Id): Omit<SessionView, 'definition'> | undefined {
  const session = unit.state(noun, id)
  if (!session) return undefined
  return { session, version: unit.version(id), order: orderOf(unit.part(noun, id, 1)) }
}

/** The order is part 1: nothing comes before a session's making. */
export function orderOf(part: Part<SessionEvent> | undefined): Order {
  if (part?.created.type !== 'session.created') throw new Error('A session without its order is in the store.')
  return part.created.order
}

export function unknownSession(): Refused {
  return refuse('not_found', 'There is no such session.')
}
