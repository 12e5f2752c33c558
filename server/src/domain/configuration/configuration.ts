import { bare, type Noun } from '../noun.ts'
import { claims } from './claims.ts'
import type { ConfigurationCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { ConfigurationEvent } from './events.ts'
import { evolve } from './evolve.ts'
import type { Configuration } from './state.ts'

/** The configuration noun. Deleted ones stay in the store: conversations are pinned to their versions. */
export const configuration: Noun<Configuration, ConfigurationCommand, ConfigurationEvent, 'configuration'> = {
  ...bare,
  name: 'configuration',
  shape: 1,
  decide,
  evolve,
  claims,
  part: (event) => (event.type === 'configuration.written' ? { creates: 'version' } : undefined),
  facets: (state) => ({
    live: state.status === 'live' ? true : undefined,
    createdAt: state.createdAt,
    memoryStoreId: state.document.memoryStoreId,
  }),
  lists: { all: { equal: 'live', sort: 'createdAt' } },
  erasing: () => false,
}
