import { configuration as noun } from '#domain/configuration/configuration.ts'
import type { ConfigurationCommand } from '#domain/configuration/commands.ts'
import type { Configuration } from '#domain/configuration/state.ts'
import { conversation } from '#domain/conversation/conversation.ts'
import { isOpen } from '#domain/conversation/matching.ts'
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
    remove: (ask, id, ifVersion) =>
      write(ask, (unit) => {
        const present = unit.state(noun, id)
        if (present?.status === 'live') {
          const used = usedBy(unit, id)
          if (used) return used
        }
        return run(unit, id, { type: 'delete', ...(ifVersion !== undefined && { ifVersion }) })
      }),
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

const holdersLookedAt = 20

/** D34: closed conversations keep their snapshot, open ones keep their configuration from being deleted. */
function usedBy(unit: Unit, id: Id): Refused | undefined {
  const holders = unit.holders({ kind: 'configuration', key: id }, holdersLookedAt)
  for (const holder of holders) {
    const state = unit.state(conversation, holder)
    if (state && isOpen(state)) return inUse(holder)
  }
  if (holders.length < holdersLookedAt) return undefined
  // All of them have just run out, which is committed with this refusal, so the next try gets further.
  return refuse('busy', 'Conversations of this configuration are being closed at this moment: send it again.')
}

function inUse(open: Id): Refused {
  return refuse('in_use', 'Open conversations use this configuration: close them first, then delete it.', {
    conflicting: { noun: 'conversation', id: open },
  })
}
