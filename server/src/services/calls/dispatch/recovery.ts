import type { Held } from '#domain/dispatcher/state.ts'
import { session as sessionNoun } from '#domain/session/session.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
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
/** Accounts looked at side by side. */
const accountsAtOnce = 8
const mostListings = 3
const pauseMs: Milliseconds = 500

/**
 * After a start: which routes are waited on is known again, slots of sessions that do not use them are free again, and the line
 * moves on. What was being offered or given back is an effect, which the engine itself takes up again.
 */
export async function recover(need: RecoveryNeed, wakes: Wakes<Back>): Promise<void> {
  let after: Position | undefined
  do {
    const page = await listed(need, after)
    if (!page) return
    const left = page.items.values()
    const work = async (): Promise<void> => {
      for (const { id } of left) await recoverAccount(need, wakes, id)
    }
    await Promise.all(Array.from({ length: accountsAtOnce }, work))
    after = page.next
  } while (after)
}

/** A page of accounts. Undefined: it cannot be had, which is no reason not to serve. */
async function listed(
  { accounts, system, log }: RecoveryNeed,
  after: Position | undefined,
): Promise<Awaited<ReturnType<Accounts['list']>> | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await accounts.list(after)
    } catch (error) {
      if (tries === mostListings) {
        log?.error(
          { error: nameOf(error) },
          'Accounts were not read at the start; their next calls wake those that wait.',
        )
        return undefined
      }
    }
    await new Promise<void>((resolve) => system.after(pauseMs, resolve))
  }
}

/** What breaks over one account does not take the others along. */
async function recoverAccount(need: RecoveryNeed, wakes: Wakes<Back>, account: string): Promise<void> {
  try {
    await checkLedger(need, account)
    const routes = await routesWaited(need.engine, account)
    if (routes.size > 0) await wakes.wake(account, { routes })
  } catch (error) {
    need.log?.error(
      { account, error: nameOf(error) },
      'The waiting calls of an account were not woken; its next call wakes them.',
    )
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
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
