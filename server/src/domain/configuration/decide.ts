import type { Claim, Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import { bridgeClaim, defaultClaim } from './claims.ts'
import type { ConfigurationCommand } from './commands.ts'
import type { ConfigurationEvent } from './events.ts'
import type { Configuration, ConfigurationDocument } from './state.ts'

type Ctx = Context<ConfigurationEvent>

/** Creating, rewriting, deleting. A write always makes a version, also when it says what the one before it said. */
export function decide(
  state: Configuration | undefined,
  command: ConfigurationCommand,
  context: Ctx,
): Decision<ConfigurationEvent> | Refused {
  switch (command.type) {
    case 'create':
      if (state) return refuse('in_use', 'There is a configuration with this id already: use another id.')
      return created(command, context)
    case 'write':
      return whenPresent(state, command.ifVersion, (present) => {
        // D4: open conversations would change identity.
        if (present.document.grouping !== command.document.grouping)
          return refuse('fixed', 'The grouping type of a configuration never changes: make a new configuration.', {
            field: 'grouping',
          })
        return written(present, command.document, context)
      })
    case 'delete':
      return whenPresent(state, command.ifVersion, () => ({
        events: [{ type: 'configuration.deleted', at: context.now, by: context.by }],
      }))
  }
}

function whenPresent(
  state: Configuration | undefined,
  ifVersion: number | undefined,
  go: (present: Configuration) => Decision<ConfigurationEvent> | Refused,
): Decision<ConfigurationEvent> | Refused {
  if (!state || state.status === 'deleted') return refuse('not_found', 'There is no such configuration.')
  if (ifVersion !== undefined && ifVersion !== state.version)
    return refuse(
      'stale_version',
      `The configuration is at version ${state.version}: read it again and repeat the change.`,
    )
  return go(state)
}

function created(
  { document, isDefault }: Extract<ConfigurationCommand, { type: 'create' }>,
  context: Ctx,
): Decision<ConfigurationEvent> | Refused {
  const holder = isDefault && takenByAnother(defaultClaim, context)
  if (holder)
    return refuse('in_use', 'The account has its default configuration already: change that one.', {
      conflicting: { noun: 'configuration', id: holder },
    })
  return written(undefined, document, context, isDefault)
}

function written(
  present: Configuration | undefined,
  document: ConfigurationDocument,
  context: Ctx,
  isDefault = present?.isDefault,
): Decision<ConfigurationEvent> | Refused {
  const claim = bridgeClaim(document)
  const holder = claim && takenByAnother(claim, context)
  if (holder !== undefined)
    return refuse('in_use', 'Another configuration is bridged to this chat service: name another service, or none.', {
      field: 'bridgeService',
      conflicting: { noun: 'configuration', id: holder },
    })
  const event: ConfigurationEvent = {
    type: 'configuration.written',
    at: context.now,
    id: context.self,
    account: context.account,
    version: (present?.version ?? 0) + 1,
    document,
    ...(isDefault && { isDefault }),
    by: context.by,
  }
  return { events: [event] }
}

function takenByAnother(claim: Claim, context: Ctx): string | undefined {
  const holder = context.taken(claim)
  return holder === context.self ? undefined : holder
}
