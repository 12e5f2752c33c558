import { batch as batchNoun } from '#domain/batch/batch.ts'
import { passedOverKey, rowKey } from '#domain/batch/decide.ts'
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

/**
 * How a row without a session stands. What has ended was deleted since: it counts as called for ever, unless it surely never dialled.
 * Nothing is sure of the rows of a batch that is gone.
 */
function standingOfRow(unit: Unit, { batch: id, row }: NonNullable<Contact['order']>): ContactView['is'] {
  const batch = unit.state(batchNoun, id)
  if (!batch) return 'called'
  if (unit.keyed(id, passedOverKey(row)) !== undefined) return 'pending'
  if (unit.keyed(id, rowKey(row)) !== undefined) return 'called'
  return isOpen(batch.status) ? 'waiting' : 'pending'
}

/** Where a contact stands: by its row's session as long as there is one, so that nothing can say otherwise. */
export function standingOf(unit: Unit, contact: Contact): Pick<ContactView, 'is' | 'session'> {
  const { order } = contact
  if (!order) return { is: 'pending' }
  const session = sessionOf(unit, contact)
  if (!session) return { is: standingOfRow(unit, order) }
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
  if (!session) return standingOfRow(unit, order) === 'pending'
  if (isWaiting(session)) unit.run(sessionNoun, session.id, { type: 'stop', cause: 'batch_stopped' })
  const now = unit.state(sessionNoun, session.id)
  return now === undefined || wasPassedOver(now)
}
