import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Services } from '#services/api.ts'
import type { Calls } from '#services/calls/calls.ts'
import type { Logger } from '#services/ports.ts'

/** A higher limit of slots lets calls go that wait for one. The change stands, whatever comes of that. */
export function wakingCalls(
  accounts: Services['accounts'],
  calls: Pick<Calls, 'wake'>,
  log: Pick<Logger, 'error'>,
): Services['accounts'] {
  return {
    ...accounts,
    change: async (account, by, change) => {
      const changed = await accounts.change(account, by, change)
      if (isRefused(changed)) return changed
      try {
        await calls.wake(account)
      } catch (error) {
        const name = error instanceof Error ? error.name : typeof error
        log.error(
          { account, error: name },
          'The calls that wait were not woken; the next call of the account wakes them.',
        )
      }
      return changed
    },
  }
}
