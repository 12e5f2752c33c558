import { agent as noun, versionKey } from '#domain/agent/agent.ts'
import type { Agent } from '#domain/agent/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine, Unit } from '#engine/api.ts'
import { BoundedMap } from '../bounded-map.ts'
import { read } from '../reading.ts'
import type { WrittenVersion } from './api.ts'

const kept = 2_000

/** What agents said, version by version. A version never changes, so what was read once is kept. */
export class AgentVersions {
  readonly #engine: Engine
  readonly #versions = new BoundedMap<string, WrittenVersion>(kept)

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** One version, also of a deleted agent; undefined: no such version in this account, or erased. */
  async written(account: string, id: Id, version: number): Promise<WrittenVersion | undefined> {
    const known = this.#versions.get(nameOf(account, id, version))
    return known ?? (await read(this.#engine, account, (unit) => this.#find(unit, id, version)))
  }

  /** The present version, inside a program. */
  present(unit: Unit, { account, id, version }: Agent): WrittenVersion['definition'] {
    const written = this.#versions.get(nameOf(account, id, version)) ?? this.#find(unit, id, version)
    // Versions are kept as long as their agent: one that is missing means that the store has lost rows.
    if (!written) throw new Error(`Version ${version} of agent ${id} is not in the store.`)
    return written.definition
  }

  #find(unit: Unit, id: Id, version: number): WrittenVersion | undefined {
    const head = unit.state(noun, id)
    if (!head || version < 1 || version > head.version || !Number.isInteger(version)) return undefined
    const n = unit.keyed(id, versionKey(version))
    const event = n === undefined ? undefined : unit.part(noun, id, n)?.created
    if (event?.type !== 'agent.written') return undefined
    const written = { definition: event.definition, at: event.at }
    this.#versions.set(nameOf(unit.account, id, version), written)
    return written
  }
}

function nameOf(account: string, id: Id, version: number): string {
  return `${account}.${id}.${version}`
}
