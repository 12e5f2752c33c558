import { configuration } from '#domain/configuration/configuration.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Engine } from '#engine/api.ts'
import { createAccounts } from './accounts/accounts.ts'
import type { ConversationServices, Deliveries } from './api.ts'
import { createAccountClock } from './clock.ts'
import { createConfigurations } from './configurations.ts'
import { createConversations } from './conversations/conversations.ts'
import { createEndpoints } from './endpoints.ts'
import { createEvents } from './events.ts'
import { createOperations } from './operations.ts'
import { createPeople } from './people/people.ts'
import type { Logger, Vault } from './ports.ts'
import { Roster } from './roster.ts'
import { Snapshots } from './snapshots.ts'
import { createTraffic } from './traffic/traffic.ts'

export interface ServicesNeed {
  readonly engine: Engine
  readonly vault: Vault
  readonly deliveries: Deliveries
  /** Real time. */
  readonly now: () => Instant
  /** SHA-256 of the operator's key, hex (the vault's `hash`); absent: nobody is the operator. */
  readonly adminKeyHash?: string
  readonly log?: Logger
}

/** Everything one can ask for, over one engine. */
export function createServices({
  engine,
  vault,
  deliveries,
  now,
  adminKeyHash,
  log,
}: ServicesNeed): ConversationServices {
  const live = new Roster(engine, configuration, 'all', ({ status }) => status === 'live')
  const snapshots = new Snapshots(engine)
  const accounts = createAccounts({ engine, vault, now, ...(adminKeyHash !== undefined && { adminKeyHash }) })
  return {
    accounts,
    people: createPeople({ engine, vault, accounts, now }),
    configurations: createConfigurations({ engine, live, snapshots }),
    conversations: createConversations({ engine, snapshots }),
    traffic: createTraffic({ engine, live, ...(log && { log }) }),
    operations: createOperations(engine),
    endpoints: createEndpoints({ engine, vault }),
    deliveries,
    events: createEvents(engine),
    clock: createAccountClock(engine),
  }
}
