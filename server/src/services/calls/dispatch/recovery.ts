import type { Held } from '#domain/dispatcher/state.ts'
import { session as sessionNoun } from '#domain/session/session.ts'
import type { Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Accounts, Position } from '../../api.ts'
import type { Logger } from '../../ports.ts'
import { read } from '../../reading.ts'
import { persist } from '../patience.ts'
import { releaseSlot, type Back } from './handing.ts'
import { isUsing, ledgerOf } from './ledger.ts'
import { routesWaited } from './waiting.ts'
import type { Wakes } from './wakes.ts'

export interface RecoveryNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  readonly accounts: Pick<Accounts, 'list'>
  readonly log?: Logger
}

const checkedAtOnce = 100

/**
 * After a start: which routes are waited on is known again, slots of sessions that do not use them are free again, and the line
 * moves on. What was being offered or given back is an effect, which the engine itself takes up again.
 */
export async function recover(need: RecoveryNeed, wakes: Wakes<Back>): Promise<void> {
  let after: Position | undefined
  do {
    const page = await need.accounts.list(after)
    for (const { id: account } of page.items) {
      await recoverAccount(need, wakes, account)
    }
    after = page.next
  } while (after)
}

/** What breaks over one account does not take the others along. */
async function recoverAccount(need: RecoveryNeed, wakes: Wakes<Back>, account: string): Promise<void> {
  try {
    await checkLedger(need, account)
    const routes = await routesWaited(need.engine, account)
    if (routes.size > 0) await wakes.wake(account, { routes })
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error
    need.log?.error(
      { account, error: name },
      'The waiting calls of an account were not woken; its next call wakes them.',
    )
  }
}

async function checkLedger({ engine, system }: RecoveryNeed, account: string): Promise<void> {
  const held = await read(engine, account, (unit) => ledgerOf(unit)?.held ?? [])
  for (let i = 0; i < held.length; i += checkedAtOnce) {
    const some: readonly Held[] = held.slice(i, i + checkedAtOnce)
    const outcome = await persist<unknown>({ engine, system }, { account, by: 'restart' }, (unit) => {
      for (const one of some) {
        const isUsed = isUsing(unit.state(sessionNoun, one.session), one.attempt)
        const refused = isUsed ? undefined : releaseSlot(unit, one)
        if (refused) return refused
      }
      return true
    })
    if (outcome.refusal) throw new Error(outcome.refusal.message)
  }
}
