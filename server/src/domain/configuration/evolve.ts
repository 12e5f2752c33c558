import type { ConfigurationEvent } from './events.ts'
import type { Configuration } from './state.ts'

/** The configuration after an event. */
export function evolve(state: Configuration | undefined, event: ConfigurationEvent): Configuration {
  switch (event.type) {
    case 'configuration.written':
      return {
        id: event.id,
        account: event.account,
        status: 'live',
        version: event.version,
        document: event.document,
        ...(event.isDefault && { isDefault: true }),
        createdAt: state?.createdAt ?? event.at,
        updatedAt: event.at,
      }
    case 'configuration.deleted':
      if (!state) throw new Error('A configuration was deleted that had never been written.')
      return { ...state, status: 'deleted', updatedAt: event.at }
  }
}
