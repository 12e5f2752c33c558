import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Accounts, Position } from '../api.ts'
import { sessionsIn } from '../calls/sessions/lists.ts'
import type { Logger } from '../ports.ts'
import type { Floor } from './floor.ts'

export interface TakingUpNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  readonly accounts: Pick<Accounts, 'list'>
  readonly log?: Logger
}

/** Where the rooms could not be looked up: how soon again, in real time, and how often. */
const againMs: Milliseconds = 10_000
const mostRounds = 60

/**
 * After a start: in every room of the process before, the user may come back for a while. Who does not was lost with that process.
 */
export async function takeUp(
  need: TakingUpNeed,
  floor: Pick<Floor, 'expect' | 'isStopped'>,
  own: string,
  round = 1,
): Promise<void> {
  if ((await lookUp(need, floor, own)) || round === mostRounds) return
  need.system.after(againMs, () => {
    if (!floor.isStopped) void takeUp(need, floor, own, round + 1)
  })
}

async function lookUp(
  { accounts, engine, log }: TakingUpNeed,
  floor: Pick<Floor, 'expect' | 'isStopped'>,
  own: string,
): Promise<boolean> {
  try {
    let after: Position | undefined
    do {
      const page = await accounts.list(after)
      for (const { id: account } of page.items)
        for await (const { id, state } of sessionsIn(engine, account, 'in_flight', 'true')) {
          if (floor.isStopped) return true
          const isOthers = state.kind === 'browser' && state.state === 'live' && state.attempt.lease !== own
          if (isOthers) await floor.expect(account, id)
        }
      after = page.next
    } while (after)
    return true
  } catch (error) {
    log?.error({ error: error instanceof Error ? error.name : typeof error }, 'Rooms could not be looked up.')
    return false
  }
}
