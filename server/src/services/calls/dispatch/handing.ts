import { dispatcher as dispatcherNoun } from '#domain/dispatcher/dispatcher.ts'
import type { Held } from '#domain/dispatcher/state.ts'
import { session as sessionNoun } from '#domain/session/session.ts'
import { wallet as walletNoun } from '#domain/wallet/wallet.ts'
import { walletClaim } from '#domain/wallet/decide.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Unit } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import { read } from '../../reading.ts'
import { persist } from '../patience.ts'
import { heldBy, isUsing, keyOf, ledgerOf, openLedger, type Holder } from './ledger.ts'
import { share, type Waiting } from './sharing.ts'
import { waitingOn } from './waiting.ts'
import type { Work } from './wakes.ts'

/** A slot that is given back, and what the attempt cost, in cents. */
export interface Back extends Holder {
  readonly cents: number
}

export interface HandingNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  /** Calls at once. */
  limitOf(account: string): Promise<number>
}

/**
 * One pass over an account: takes back what is given back and hands every free slot to whoever is next, in one transaction, so
 * that no slot is idle in between. Answers with the routes on which somebody may still wait.
 */
export async function handOn(need: HandingNeed, { account, routes, back }: Work<Back>): Promise<ReadonlySet<string>> {
  const { engine, system } = need
  const limit = await need.limitOf(account)
  const held = await read(engine, account, (unit) => ledgerOf(unit)?.held ?? [])
  const leaving = new Set(back.map(keyOf))
  const free = limit - held.filter((one) => !leaving.has(keyOf(one))).length
  const lines = await linesOf(engine, account, routes, free, held)
  if (back.length > 0 || lines.size > 0) {
    const ask = { account, by: 'dispatcher' }
    const outcome = await persist<unknown>({ engine, system }, ask, (unit) => exchange(unit, back, lines, limit))
    if (outcome.refusal) throw new Error(outcome.refusal.message)
  }
  // Without a free slot nobody was looked at; who waits behind those who were, waits on.
  return free > 0 ? new Set(lines.keys()) : routes
}

/** Who waits on each route, up to as many as are free; a route without anybody has no line. */
async function linesOf(
  engine: Engine,
  account: string,
  routes: ReadonlySet<string>,
  free: number,
  held: readonly Held[],
): Promise<ReadonlyMap<string, readonly Waiting[]>> {
  const lines = new Map<string, readonly Waiting[]>()
  if (free <= 0) return lines
  const holders = new Set(held.map(keyOf))
  for (const route of routes) {
    const waiting = await waitingOn(engine, account, route, free, (session, attempt) =>
      holders.has(keyOf({ session, attempt })),
    )
    if (waiting.length > 0) lines.set(route, waiting)
  }
  return lines
}

/** Within one transaction: all that comes back, then as many of the waiting as the limit leaves room for. */
function exchange(
  unit: Unit,
  back: readonly Back[],
  lines: ReadonlyMap<string, readonly Waiting[]>,
  limit: number,
): Refused | true {
  for (const one of back) {
    const refused = giveBack(unit, one)
    if (refused) return refused
  }
  if (lines.size === 0) return true
  const ledger = openLedger(unit)
  if (isRefused(ledger)) return ledger
  const perRoute = new Map<string, number>()
  for (const { route } of ledger.held) perRoute.set(route, (perRoute.get(route) ?? 0) + 1)
  const wanted = share(limit - ledger.held.length, lines, perRoute)
  const taken = wanted.length === 0 ? true : unit.run(dispatcherNoun, ledger.id, { type: 'take', wanted, limit })
  return isRefused(taken) ? taken : true
}

/**
 * The slot and the hold of an attempt. Asked for late, when the very attempt has been offered a slot anew and dials with it, it is
 * not its release.
 */
function giveBack(unit: Unit, { session, attempt, cents }: Back): Refused | undefined {
  if (isUsing(unit.state(sessionNoun, session), attempt)) return undefined
  return releaseSlot(unit, { session, attempt }) ?? settleHold(unit, { session, attempt, cents })
}

/** Takes the slot of an attempt off the ledger, where it is on it. */
export function releaseSlot(unit: Unit, { session, attempt }: Holder): Refused | undefined {
  const ledger = ledgerOf(unit)
  if (!ledger || !heldBy(ledger, { session, attempt })) return undefined
  const done = unit.run(dispatcherNoun, ledger.id, { type: 'release', session, attempt })
  return isRefused(done) ? done : undefined
}

/** Gives the hold back and takes what the attempt did cost; nothing where billing is off. */
export function settleHold(unit: Unit, { session, attempt, cents }: Back): Refused | undefined {
  const wallet = unit.holder(walletClaim)
  if (wallet === undefined) return undefined
  const done = unit.run(walletNoun, wallet, { type: 'settle', key: keyOf({ session, attempt }), cents })
  return isRefused(done) ? done : undefined
}
