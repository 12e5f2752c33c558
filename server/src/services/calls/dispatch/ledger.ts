import { dispatcherClaim } from '#domain/dispatcher/decide.ts'
import { dispatcher as noun } from '#domain/dispatcher/dispatcher.ts'
import type { Dispatcher, Held } from '#domain/dispatcher/state.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'

/** One attempt of one session: who a slot is given to, and who gives it back. */
export interface Holder {
  readonly session: Id
  readonly attempt: number
}

export function keyOf({ session, attempt }: Holder): string {
  return `${session}.${attempt}`
}

/** The account's ledger of slots; undefined: none was ever given. */
export function ledgerOf(unit: Unit): Dispatcher | undefined {
  const id = unit.holder(dispatcherClaim)
  return id === undefined ? undefined : unit.state(noun, id)
}

/** The same, made where there is none yet. */
export function openLedger(unit: Unit): Dispatcher | Refused {
  const known = ledgerOf(unit)
  if (known) return known
  const made = unit.run(noun, unit.id(), { type: 'create' })
  return isRefused(made) ? made : made.state
}

/** The slot that the ledger says a session's attempt holds. */
export function heldBy(ledger: Dispatcher | undefined, holder: Holder): Held | undefined {
  return ledger?.held.find(({ session, attempt }) => session === holder.session && attempt === holder.attempt)
}

/** Whether the session itself says that it is using the slot: from the dial to the end of the talk (rule 7). */
export function isUsing(session: Session | undefined, attempt: number): session is Session {
  return session?.attempt.number === attempt && session.attempt.slot !== undefined
}
