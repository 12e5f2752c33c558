import { batch as batchNoun } from '#domain/batch/batch.ts'
import { isOpen } from '#domain/batch/state.ts'
import type { Contact } from '#domain/campaign/state.ts'
import { session as sessionNoun } from '#domain/session/session.ts'
import { isWaiting, wasPassedOver } from '#domain/session/standing.ts'
import type { Session } from '#domain/session/state.ts'
import type { Unit } from '#engine/api.ts'
import type { ContactView } from './api.ts'

/** The session of a contact's row, if it has been made. */
function sessionOf(unit: Unit, { order }: Contact): Session | undefined {
  if (!order) return undefined
  const [id] = unit.holders({ kind: 'row', key: `${order.batch}#${order.row}` }, 1)
  return id === undefined ? undefined : unit.state(sessionNoun, id)
}

/** Where a contact stands: by its row's session alone, so that nothing can say otherwise. */
export function standingOf(unit: Unit, contact: Contact): Pick<ContactView, 'is' | 'session'> {
  const { order } = contact
  if (!order) return { is: 'pending' }
  const session = sessionOf(unit, contact)
  if (!session) {
    const batch = unit.state(batchNoun, order.batch)
    return { is: batch && isOpen(batch.status) ? 'waiting' : 'pending' }
  }
  if (wasPassedOver(session)) return { is: 'pending' }
  return { is: isWaiting(session) && session.attempt.number === 0 ? 'waiting' : 'called', session }
}

/**
 * Whether a contact may be called in a run: its row is of an earlier one and can never dial them. What waits of an earlier run is
 * stopped here, in the unit that calls them anew.
 */
export function mayBeCalled(unit: Unit, contact: Contact, round: number): boolean {
  const { order } = contact
  if (!order) return true
  if (order.round >= round) return false
  const session = sessionOf(unit, contact)
  if (!session) {
    const batch = unit.state(batchNoun, order.batch)
    return batch === undefined || !isOpen(batch.status)
  }
  if (isWaiting(session)) unit.run(sessionNoun, session.id, { type: 'stop', cause: 'batch_stopped' })
  const now = unit.state(sessionNoun, session.id)
  return now === undefined || wasPassedOver(now)
}
