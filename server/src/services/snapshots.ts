import { configuration } from '#domain/configuration/configuration.ts'
import type { ConfigurationEvent } from '#domain/configuration/events.ts'
import type { ConfigurationDocument } from '#domain/configuration/state.ts'
import type { Conversation } from '#domain/conversation/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine, Unit } from '#engine/api.ts'
import { BoundedMap } from './bounded-map.ts'
import { read } from './reading.ts'

const kept = 10_000

/** What configurations said, version by version. A version never changes, so what was read once is kept. */
export class Snapshots {
  readonly #engine: Engine
  readonly #documents = new BoundedMap<string, ConfigurationDocument>(kept)

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** One version's document; undefined: no such version in this account. */
  async version(account: string, id: Id, version: number): Promise<ConfigurationDocument | undefined> {
    const known = this.#documents.get(name(account, id, version))
    return known ?? (await read(this.#engine, account, (unit) => this.#read(unit, id, version)))
  }

  /** The version a conversation is pinned to, inside a program. */
  pinned(
    unit: Unit,
    { account, configuration: pin }: Pick<Conversation, 'account' | 'configuration'>,
  ): ConfigurationDocument {
    const document = this.#documents.get(name(account, pin.id, pin.version)) ?? this.#read(unit, pin.id, pin.version)
    // Versions are kept for ever: one that is missing means that the store has lost rows.
    if (!document) throw new Error(`Version ${pin.version} of configuration ${pin.id} is not in the store.`)
    return document
  }

  #read(unit: Unit, id: Id, version: number): ConfigurationDocument | undefined {
    // The head answers for whose configuration it is, and often for the version too.
    const head = unit.state(configuration, id)
    if (!head || version < 1 || version > head.version || !Number.isInteger(version)) return undefined
    const document =
      head.version === version ? head.document : documentOf(unit.part(configuration, id, version)?.created)
    if (document) this.#documents.set(name(unit.account, id, version), document)
    return document
  }
}

function documentOf(event: ConfigurationEvent | undefined): ConfigurationDocument | undefined {
  return event?.type === 'configuration.written' ? event.document : undefined
}

function name(account: string, id: Id, version: number): string {
  return `${account}.${id}.${version}`
}
