import { configuration as noun } from '#domain/configuration/configuration.ts'
import type { ConfigurationCommand } from '#domain/configuration/commands.ts'
import type { Configuration } from '#domain/configuration/state.ts'
import { conversation } from '#domain/conversation/conversation.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Outcome, Unit } from '#engine/api.ts'
import type { Configurations, Written } from './api.ts'
import { recordWritten } from './operations.ts'
import { read } from './reading.ts'
import type { Roster } from './roster.ts'
import type { Snapshots } from './snapshots.ts'

/** The live configurations of the accounts in use, in memory, because all traffic asks for them. */
export type LiveConfigurations = Pick<Roster<Configuration, never, never>, 'note'>

export interface ConfigurationsNeed {
  readonly engine: Engine
  readonly live: LiveConfigurations
  readonly snapshots: Snapshots
}

/** Configurations: each write is committed together with the operation that records it (D24). */
export function createConfigurations({ engine, live, snapshots }: ConfigurationsNeed): Configurations {
  async function write(ask: Ask<Written>, decide: (unit: Unit) => Changed | Refused): Promise<Outcome<Written>> {
    let written: Configuration | undefined
    const outcome = await engine.execute(ask, (unit) => {
      const changed = decide(unit)
      if (isRefused(changed)) return changed
      written = changed.state
      return recordWritten(unit, { noun: 'configuration', id: changed.state.id })
    })
    // Traffic that comes after the answer must see the change.
    if (outcome.value && written) live.note(ask.account, written)
    return outcome
  }

  return {
    create: (ask, document) => write(ask, (unit) => run(unit, unit.id(), { type: 'create', document })),
    write: (ask, id, change, ifVersion) =>
      write(ask, (unit) => {
        const present = unit.state(noun, id)
        if (!present || present.status === 'deleted') return unknownConfiguration()
        const document = change(present)
        if (isRefused(document)) return document
        return run(unit, id, { type: 'write', document, ...(ifVersion !== undefined && { ifVersion }) })
      }),
    remove: async (ask, id, ifVersion) => {
      const open = await openUnder(engine, ask.account, id)
      if (open !== undefined && (await isLive(engine, ask.account, id))) return inUse(open)
      return write(ask, (unit) => run(unit, id, { type: 'delete', ...(ifVersion !== undefined && { ifVersion }) }))
    },
    get: (account, id) =>
      read(engine, account, (unit) => {
        const state = unit.state(noun, id)
        return state?.status === 'live' ? state : undefined
      }),
    list: async (account, { memoryStoreId, after, limit }) => {
      const page = await engine.list({
        account,
        noun,
        list: 'all',
        equals: ['true'],
        descending: true,
        limit,
        ...(after && { after }),
        ...(memoryStoreId !== undefined && { test: ({ facets }) => facets['memoryStoreId'] === memoryStoreId }),
      })
      return { items: page.items.map(({ state }) => state), ...(page.next && { next: page.next }) }
    },
    version: (account, id, version) => snapshots.version(account, id, version),
  }
}

interface Changed {
  readonly state: Configuration
}

function run(unit: Unit, id: Id, command: ConfigurationCommand): Changed | Refused {
  return unit.run(noun, id, command)
}

/** A live configuration of the account, or the refusal that says there is none. */
export function liveConfiguration(unit: Unit, id: Id, field?: string): Configuration | Refused {
  const state = unit.state(noun, id)
  return state?.status === 'live' ? state : unknownConfiguration(field)
}

function unknownConfiguration(field?: string): Refused {
  return refuse('not_found', 'There is no such configuration.', field === undefined ? {} : { field })
}

/** D34: closed conversations keep their snapshot, open ones keep their configuration from being deleted. */
async function openUnder(engine: Engine, account: string, id: Id): Promise<Id | undefined> {
  const { items } = await engine.list({
    account,
    noun: conversation,
    list: 'by_status',
    equals: ['active', 'inactive'],
    limit: 1,
    test: ({ facets }) => facets['configurationId'] === id,
  })
  return items[0]?.id
}

async function isLive(engine: Engine, account: string, id: Id): Promise<boolean> {
  return read(engine, account, (unit) => unit.state(noun, id)?.status === 'live')
}

function inUse(open: Id): Refused {
  return refuse('in_use', 'Open conversations use this configuration: close them first, then delete it.', {
    conflicting: { noun: 'conversation', id: open },
  })
}
